import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { createDoctor, type Doctor } from '../../src/doctor/create-doctor.ts';
import type { DoctorDependencies } from '../../src/doctor/examination.ts';
import { createSendProbe, type SendProbeOptions } from '../../src/doctor/send-probe.ts';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { governanceFolder } from '../support/governance-folder.ts';
import { readSettings } from '../../src/settings.ts';
import { vertexAddress } from '../../src/vertex/vertex.ts';
import type { RunningChain } from '../support/chain.ts';

/** The changes that a test makes to an examination. */
export interface DoctorChanges extends Partial<DoctorDependencies> {
  /** Settings that replace those of the chain. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly probe?: Partial<SendProbeOptions>;
}

/** The governance that the sample chain has. */
export const governance = loadGovernance(governanceFolder());

/** Creates a doctor that examines a running chain from this process, with the function app's identity. */
export function doctorOfChain(
  chain: RunningChain,
  { environment, probe, ...changes }: DoctorChanges = {},
): Doctor {
  const { functionAppSettings, certificateAuthorityFile } = chain.environment;
  const settings = readSettings({ ...functionAppSettings, ...environment });
  const { documents, policyVersion } = governance;
  const now = changes.now ?? Date.now;
  return createDoctor({
    sight: 'function-app',
    settings,
    documents,
    policyVersion,
    send: createSendProbe({
      timeoutInMs: 10_000,
      now,
      authorities: [...rootCertificates, readFileSync(certificateAuthorityFile, 'utf8')],
      ...probe,
    }),
    azureToken: (resource) => fetchIdentityToken(functionAppSettings, resource),
    addressOf: (location, own) => vertexAddress(location, own, settings.VERTEX_ENDPOINT),
    now,
    ...changes,
  });
}

/** Asks the identity endpoint itself, without a cache. */
export async function fetchIdentityToken(
  settings: Readonly<Record<string, string>>,
  resource: string,
): Promise<string> {
  const {
    IDENTITY_ENDPOINT: endpoint = '',
    IDENTITY_HEADER: header = '',
    AZURE_CLIENT_ID: id = '',
  } = settings;
  const query = new URLSearchParams({ 'api-version': '2019-08-01', resource, client_id: id });
  const answer = await fetch(`${endpoint}?${query.toString()}`, { headers: { 'x-identity-header': header } });
  const { access_token: token, message } = (await answer.json()) as Record<string, string | undefined>;
  if (token === undefined) throw new Error(message);
  return token;
}
