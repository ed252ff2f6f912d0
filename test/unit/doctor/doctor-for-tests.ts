import type { DoctorDependencies, DoctorSettings } from '../../../src/doctor/examination.ts';
import type { Probe, ProbeAnswer, ProbeFailure } from '../../../src/doctor/send-probe.ts';

export const TENANT = '11111111-1111-4111-8111-111111111111';
const CLIENT_ID = 'f0000003-0000-4000-8000-000000000003';
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

export const SETTINGS: DoctorSettings = {
  API_MANAGEMENT_ISSUER: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  API_MANAGEMENT_JWKS_URI: `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`,
  API_MANAGEMENT_AUDIENCE: 'f0000002-0000-4000-8000-000000000002',
  API_MANAGEMENT_OBJECT_ID: 'd0000001-0000-4000-8000-000000000001',
  GOOGLE_SUBJECT_TOKEN_RESOURCE: `api://${CLIENT_ID}`,
  GOOGLE_POOL_PROVIDER_AUDIENCE:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure/providers/entra',
  GOOGLE_STS_URL: 'https://sts.googleapis.com/v1/token',
  GOOGLE_IAM_CREDENTIALS_URL: 'https://iamcredentials.googleapis.com',
  APPLICATIONINSIGHTS_CONNECTION_STRING:
    'InstrumentationKey=00000000-0000-4000-8000-000000000001;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/',
  APPLICATIONINSIGHTS_QUERY_ENDPOINT: 'https://api.applicationinsights.io',
  APPLICATIONINSIGHTS_QUERY_RESOURCE: 'https://api.applicationinsights.io',
  AUDIT_STORAGE_URL: 'https://vertexaudit.blob.core.windows.net',
  AUDIT_KEY_URL: 'https://vertex.vault.azure.net/keys/audit',
};

/** An answer of a service, as the public service gives it unless a test says otherwise. */
export function answer(
  changes: Partial<ProbeAnswer> & { readonly headers?: Record<string, string> } = {},
): ProbeAnswer {
  const { headers = { date: new Date(NOW).toUTCString() }, ...rest } = changes;
  return {
    kind: 'answer',
    status: 200,
    header: (name) => headers[name],
    text: '{}',
    at: NOW,
    address: '20.0.0.1',
    issuer: undefined,
    ...rest,
  };
}

/** The dependencies of an examination without a catalog, whose services give what a function says. */
export function dependencies(
  send: (probe: Probe) => ProbeAnswer | ProbeFailure,
  changes: Partial<DoctorDependencies> = {},
): DoctorDependencies {
  return {
    sight: 'function-app',
    settings: SETTINGS,
    documents: {
      catalog: { entries: [] },
      access: {},
      limits: { products: [{ id: 'production' }] },
    } as unknown as DoctorDependencies['documents'],
    policyVersion: 'v1',
    send: (probe) => Promise.resolve(send(probe)),
    azureToken: () => Promise.reject(new Error('none')),
    addressOf: () => ({ name: 'x', host: 'x', port: 443 }),
    now: () => NOW,
    ...changes,
  };
}
