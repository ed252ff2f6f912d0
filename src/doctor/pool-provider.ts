import { tenantIdIn } from './claims.ts';
import { broken, type Finding, notTried, notVisible, works } from './finding.ts';
import { readGoogleError } from './google-error.ts';
import { providerCommand } from './pool-name.ts';
import type { STS_LEGS } from './exchange.ts';
import type { Run } from './run.ts';
import { safeText } from './safe-text.ts';

/**
 * A pool provider as the IAM API describes it.
 * Source: https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers
 */
interface PoolProvider {
  readonly state?: string;
  readonly disabled?: boolean;
  readonly attributeCondition?: string;
  readonly oidc?: { readonly issuerUri?: string; readonly allowedAudiences?: readonly string[] };
}

/**
 * Reads the pool provider with a person's rights, and compares one of its parts with the settings of the function app.
 * Not visible for a person who may not read it.
 */
export async function findProviderProblem(
  part: Exclude<(typeof STS_LEGS)[number], 'token-exchange'>,
  run: Run,
): Promise<Finding> {
  const { settings } = run.dependencies;
  const { GOOGLE_POOL_PROVIDER_AUDIENCE: audience, GOOGLE_SUBJECT_TOKEN_RESOURCE: resource } = settings;
  const describe = providerCommand(audience, 'describe');
  const provider = await readProvider(run);
  if (typeof provider === 'string') return notVisible(provider, [describe]);
  const isOff = provider === undefined || provider.state === 'DELETED' || provider.disabled === true;
  if (part === 'pool-provider') {
    if (!isOff) return works('The pool provider is there and on.');
    return broken(
      provider === undefined
        ? 'There is no such pool provider.'
        : 'The pool provider is deleted or disabled.',
      [
        providerCommand(audience, 'undelete'),
        providerCommand(audience, 'update-oidc', '--no-disabled'),
        'If it has another name, correct GOOGLE_POOL_PROVIDER_AUDIENCE.',
      ],
    );
  }
  if (isOff) return notTried('pool-provider', 'the leg pool-provider is broken.');
  const { issuerUri = '', allowedAudiences = [] } = provider.oidc ?? {};
  if (part === 'issuer') {
    const tenant = tenantIdIn(settings.API_MANAGEMENT_ISSUER);
    const details = { issuer: safeText(issuerUri) };
    if (tenant !== undefined && tenantIdIn(issuerUri) === tenant)
      return works(
        'The pool provider expects tokens of the tenant that API_MANAGEMENT_ISSUER names.',
        details,
      );
    return broken(
      'The pool provider expects another issuer than the tenant of API_MANAGEMENT_ISSUER.',
      [
        providerCommand(
          audience,
          'update-oidc',
          `--issuer-uri=https://login.microsoftonline.com/${tenant ?? 'TENANT'}/v2.0`,
        ),
      ],
      details,
    );
  }
  if (part === 'audience') {
    const clientId = tenantIdIn(resource);
    const accepted = [resource, ...(clientId === undefined ? [] : [clientId, `api://${clientId}`])];
    const details = { allowedAudiences: allowedAudiences.map(safeText) };
    if (allowedAudiences.some((one) => accepted.includes(one)))
      return works(
        'The pool provider allows the audience that GOOGLE_SUBJECT_TOKEN_RESOURCE leads to.',
        details,
      );
    return broken(
      'The pool provider allows no audience that GOOGLE_SUBJECT_TOKEN_RESOURCE leads to.',
      [providerCommand(audience, 'update-oidc', `--allowed-audiences=${clientId ?? resource}`)],
      details,
    );
  }
  return notVisible(
    'Whether the condition admits the function app’s identity is seen there alone: compare it with the identity’s object id.',
    [
      describe,
      'az functionapp identity show --name APP --resource-group GROUP --query userAssignedIdentities',
    ],
    { attributeCondition: safeText(provider.attributeCondition ?? '') },
  );
}

/** Reads the provider; undefined when there is none, or a sentence that says why it can't be read. */
async function readProvider(run: Run): Promise<PoolProvider | undefined | string> {
  const { settings, send } = run.dependencies;
  const token = await run.accessToken().catch(() => undefined);
  if (token === undefined)
    return 'You have no Google credentials here. Run: gcloud auth application-default login';
  const name = settings.GOOGLE_POOL_PROVIDER_AUDIENCE.replace('//iam.googleapis.com/', '');
  const answer = await send({
    url: `${iamUrlOf(settings.GOOGLE_STS_URL)}/v1/${name}`,
    headers: { authorization: `Bearer ${token}` },
    abortSignal: run.abortSignal,
  });
  if (answer.kind === 'failure') return `The IAM API does not answer (${answer.code}).`;
  if (answer.status === 200) return JSON.parse(answer.text) as PoolProvider;
  if (answer.status === 404) return undefined;
  const { permission = 'iam.workloadIdentityPoolProviders.get' } = readGoogleError(answer);
  return `Your Google account may not read the pool provider (HTTP ${answer.status}, ${permission}).`;
}

/** The address of the IAM API: beside STS in an emulator. */
function iamUrlOf(stsUrl: string): string {
  const { hostname, origin } = new URL(stsUrl);
  return hostname === '127.0.0.1' ? origin : 'https://iam.googleapis.com';
}
