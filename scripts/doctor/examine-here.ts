import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { DefaultAzureCredential } from '@azure/identity';
import type { Environment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { GoogleAuth } from 'google-auth-library';
import { createManagedIdentity } from '../../src/credentials/managed-identity.ts';
import { createDoctor, type Doctor } from '../../src/doctor/create-doctor.ts';
import { createSendProbe } from '../../src/doctor/send-probe.ts';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { readSettings } from '../../src/settings.ts';
import { vertexAddress } from '../../src/vertex/vertex.ts';

const TIMEOUT_IN_MS = 8_000;
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/** Creates a doctor of the chain that `npm start` runs, with the function app's identity. */
export function doctorOfChain(environment: Environment): Doctor {
  const { functionAppSettings, certificateAuthorityFile } = environment;
  const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = functionAppSettings;
  // Azure's SDK finds the identity's endpoint in the environment of the process.
  Object.assign(process.env, { IDENTITY_ENDPOINT, IDENTITY_HEADER });
  const credential = createManagedIdentity(functionAppSettings.AZURE_CLIENT_ID);
  return createDoctor({
    ...examined(functionAppSettings, [...rootCertificates, readFileSync(certificateAuthorityFile, 'utf8')]),
    sight: 'function-app',
    azureToken: async (resource) => (await credential.getToken(`${resource}/.default`)).token,
  });
}

/**
 * Creates a doctor with the rights of the person at this machine: those of `az login` and of `gcloud auth
 * application-default login`. The settings are those of the environment.
 * @throws SettingsError for settings that are missing or malformed.
 */
export function doctorOfDeveloper(environment: NodeJS.ProcessEnv): Doctor {
  const azure = new DefaultAzureCredential();
  const google = new GoogleAuth({ scopes: SCOPES });
  return createDoctor({
    ...examined(environment),
    sight: 'developer',
    azureToken: async (resource) => (await azure.getToken(`${resource}/.default`)).token,
    googleToken: async () => {
      const token = await google.getAccessToken();
      if (!token) throw new Error('There is no access token.');
      return token;
    },
  });
}

function examined(environment: NodeJS.ProcessEnv, authorities?: readonly string[]) {
  const settings = readSettings(environment);
  const { documents, policyVersion } = loadGovernance(settings.GOVERNANCE_DIRECTORY);
  return {
    settings,
    documents,
    policyVersion,
    send: createSendProbe({ timeoutInMs: TIMEOUT_IN_MS, now: Date.now, ...(authorities && { authorities }) }),
    addressOf: (location: string, own: Parameters<typeof vertexAddress>[1]) =>
      vertexAddress(location, own, settings.VERTEX_ENDPOINT),
    now: Date.now,
  };
}
