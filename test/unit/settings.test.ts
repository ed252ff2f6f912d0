import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { readSettings, Settings, SettingsError } from '../../src/settings.ts';

const REQUIRED = {
  API_MANAGEMENT_ISSUER: 'https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0',
  API_MANAGEMENT_JWKS_URI: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
  API_MANAGEMENT_AUDIENCE: '66666666-6666-4666-8666-666666666666',
  API_MANAGEMENT_OBJECT_ID: '22222222-2222-4222-8222-222222222222',
  GOOGLE_SUBJECT_TOKEN_RESOURCE: 'api://google-federation',
  GOOGLE_POOL_PROVIDER_AUDIENCE:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure/providers/entra',
  AUDIT_STORAGE_URL: 'https://vertexgatewayaudit.blob.core.windows.net',
  AUDIT_KEY_URL: 'https://vertex-gateway-audit.vault.azure.net/keys/audit',
  APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=33333333-3333-4333-8333-333333333333',
};

function refusal(environment: NodeJS.ProcessEnv): SettingsError {
  try {
    readSettings(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return error as SettingsError;
  }
  throw new Error('the settings were accepted');
}

/** The names of settings in the error for these changes. */
function refused(changes: NodeJS.ProcessEnv): (string | undefined)[] {
  const lines = refusal({ ...REQUIRED, ...changes })
    .message.split('\n')
    .slice(1);
  return [...new Set(lines.map((line) => /^ {2}- ([A-Z_]+)/.exec(line)?.[1]))];
}

test('the required settings are enough, and the others have defaults', () => {
  expect(readSettings(REQUIRED)).toEqual({
    ...REQUIRED,
    GOOGLE_STS_URL: 'https://sts.googleapis.com/v1/token',
    GOOGLE_IAM_CREDENTIALS_URL: 'https://iamcredentials.googleapis.com',
    AUDIT_LEDGER_TIMEOUT_IN_MS: 5000,
    AUDIT_PENDING_BYTES: 16_777_216,
    AUDIT_CHECKPOINT_INTERVAL_IN_MS: 60_000,
    AUDIT_CONTENT_RETENTION_IN_DAYS: 90,
    APPLICATIONINSIGHTS_QUERY_ENDPOINT: 'https://api.applicationinsights.io',
    APPLICATIONINSIGHTS_QUERY_RESOURCE: 'https://api.applicationinsights.io',
    GOVERNANCE_DIRECTORY: 'governance',
    CALL_TIMEOUT_IN_MS: 220_000,
    STREAM_TIMEOUT_IN_MS: 1_740_000,
    INSPECTION_TIMEOUT_IN_MS: 3_000,
    KEEP_ALIVE_INTERVAL_IN_MS: 15_000,
    CREDENTIALS_TIMEOUT_IN_MS: 5_000,
    AUDIT_QUERY_TIMEOUT_IN_MS: 20_000,
    MAXIMUM_ANSWER_BYTES: 67_108_864,
    HELD_BODY_BYTES: 134_217_728,
    MAXIMUM_BODY_BYTES: 20_971_520,
  });
});

test('optional settings are taken over', () => {
  const optional = {
    GOOGLE_SERVICE_ACCOUNT: 'vertex-gateway@sample-project.iam.gserviceaccount.com',
    AZURE_CLIENT_ID: '44444444-4444-4444-8444-444444444444',
    VERTEX_ENDPOINT: '127.0.0.1:8443',
    APPLICATIONINSIGHTS_APPLICATION_ID: '55555555-5555-4555-8555-555555555555',
  };
  expect(readSettings({ ...REQUIRED, ...optional, CALL_TIMEOUT_IN_MS: '1500' })).toMatchObject({
    ...optional,
    CALL_TIMEOUT_IN_MS: 1500,
  });
});

test('what is held at once must have room for the largest body and the longest answer', () => {
  expect(refused({ MAXIMUM_BODY_BYTES: '104857600' })).toEqual(['HELD_BODY_BYTES']);
  expect(refused({ MAXIMUM_ANSWER_BYTES: '104857600' })).toEqual(['HELD_BODY_BYTES']);
  const fitting = { HELD_BODY_BYTES: '139810134', MAXIMUM_BODY_BYTES: '104857600' };
  expect(readSettings({ ...REQUIRED, ...fitting })).toMatchObject({ MAXIMUM_BODY_BYTES: 104_857_600 });
});

test('other variables of the environment are left out', () => {
  expect(readSettings({ ...REQUIRED, PATH: '/bin', SECRET: 'x' })).not.toHaveProperty('SECRET');
});

test.each(Object.keys(REQUIRED))('%s must be set', (name) => {
  for (const value of [undefined, '']) {
    expect(refusal({ ...REQUIRED, [name]: value }).message).toContain(`  - ${name} is not set`);
  }
});

test('an optional setting that is empty counts as not set', () => {
  expect(readSettings({ ...REQUIRED, VERTEX_ENDPOINT: '', CALL_TIMEOUT_IN_MS: '' })).toMatchObject({
    CALL_TIMEOUT_IN_MS: 220_000,
  });
});

test('every setting that is wrong is named at once', () => {
  const message = refusal({ AZURE_CLIENT_ID: 'x' }).message;
  for (const name of [...Object.keys(REQUIRED), 'AZURE_CLIENT_ID']) expect(message).toContain(`  - ${name}`);
});

const URLS = [
  'API_MANAGEMENT_ISSUER',
  'API_MANAGEMENT_JWKS_URI',
  'GOOGLE_STS_URL',
  'GOOGLE_IAM_CREDENTIALS_URL',
  'APPLICATIONINSIGHTS_QUERY_ENDPOINT',
];

test.each(URLS)('%s may be plain http on loopback', (name) => {
  for (const host of ['127.0.0.1:8081', 'localhost', '[::1]:8081']) {
    expect(readSettings({ ...REQUIRED, [name]: `http://${host}/path` })).toHaveProperty(name);
  }
});

test.each(URLS)('%s must be https elsewhere', (name) => {
  const hosts = [
    'example.com',
    '127.0.0.1.example.com',
    '127.0.0.1@example.com',
    'localhost.example.com',
    '10.0.0.1',
  ];
  for (const host of hosts) expect(refused({ [name]: `http://${host}/` })).toEqual([name]);
});

test.each(URLS)('%s must be an address', (name) => {
  for (const value of [
    'nonsense',
    'https://',
    'ftp://127.0.0.1/',
    'javascript:alert(1)',
    '//host',
    'https:// x',
  ]) {
    expect(refused({ [name]: value })).toEqual([name]);
  }
});

test.each([
  ['API_MANAGEMENT_OBJECT_ID', 'not-a-guid'],
  ['AZURE_CLIENT_ID', 'not-a-guid'],
  ['GOOGLE_POOL_PROVIDER_AUDIENCE', 'https://iam.googleapis.com/projects/1'],
  ['GOOGLE_SERVICE_ACCOUNT', 'vertex-gateway'],
  ['VERTEX_ENDPOINT', 'https://host:443'],
  ['VERTEX_ENDPOINT', 'host:port'],
  ['VERTEX_ENDPOINT', 'host:99999'],
  ['VERTEX_ENDPOINT', 'host/path'],
  ['VERTEX_ENDPOINT', 'user@host'],
  ['APPLICATIONINSIGHTS_CONNECTION_STRING', 'IngestionEndpoint=https://x/'],
  [
    'APPLICATIONINSIGHTS_CONNECTION_STRING',
    'InstrumentationKey=33333333-3333-4333-8333-333333333333;ApplicationId=mine',
  ],
  ['APPLICATIONINSIGHTS_APPLICATION_ID', 'mine'],
  ['AUDIT_QUERY_TIMEOUT_IN_MS', '180001'],
  ['AUDIT_STORAGE_URL', 'http://vertexgatewayaudit.blob.core.windows.net'],
  ['AUDIT_KEY_URL', 'https://vertex-gateway-audit.vault.azure.net/secrets/audit'],
  ['AUDIT_KEY_URL', 'http://vertex-gateway-audit.vault.azure.net/keys/audit'],
  ['AUDIT_KEY_URL', 'file:///key.txt'],
  ['AUDIT_PENDING_BYTES', '1'],
  ['AUDIT_LEDGER_TIMEOUT_IN_MS', '60001'],
  ['AUDIT_CHECKPOINT_INTERVAL_IN_MS', '999'],
  ['AUDIT_CONTENT_RETENTION_IN_DAYS', '0'],
  ['CALL_TIMEOUT_IN_MS', '0'],
  ['CALL_TIMEOUT_IN_MS', '230001'],
  ['CALL_TIMEOUT_IN_MS', '1.5'],
  ['CALL_TIMEOUT_IN_MS', '5s'],
  ['CALL_TIMEOUT_IN_MS', ' '],
  ['CALL_TIMEOUT_IN_MS', 'Infinity'],
  ['STREAM_TIMEOUT_IN_MS', '1740001'],
  ['AUDIT_LEDGER_TIMEOUT_IN_MS', '60001'],
  ['CREDENTIALS_TIMEOUT_IN_MS', '60001'],
  ['CREDENTIALS_TIMEOUT_IN_MS', '-1'],
  ['MAXIMUM_BODY_BYTES', '104857601'],
  ['MAXIMUM_BODY_BYTES', '20MB'],
])('%s may not be %j', (name, value) => {
  expect(refused({ [name]: value })).toEqual([name]);
});

test('the host ends no call that may still last, nor one whose record is being written', () => {
  const longest = { STREAM_TIMEOUT_IN_MS: '1740000', AUDIT_LEDGER_TIMEOUT_IN_MS: '60000' };
  const { STREAM_TIMEOUT_IN_MS, AUDIT_LEDGER_TIMEOUT_IN_MS } = readSettings({ ...REQUIRED, ...longest });
  const { functionTimeout } = JSON.parse(readFileSync('host.json', 'utf8')) as { functionTimeout: string };
  const [hours = 0, minutes = 0, seconds = 0] = functionTimeout.split(':').map(Number);
  const functionTimeoutInMs = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  expect(STREAM_TIMEOUT_IN_MS + AUDIT_LEDGER_TIMEOUT_IN_MS).toBeLessThanOrEqual(functionTimeoutInMs);
});

test('a refusal never tells a value', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(Settings.shape)), fc.string(), (name, noise) => {
      const value = `S3CRET${noise}`;
      try {
        readSettings({ ...REQUIRED, [name]: value });
      } catch (error) {
        expect(error).toBeInstanceOf(SettingsError);
        expect(inspect(error)).not.toContain('S3CRET');
        expect((error as Error).message).toContain(name);
      }
    }),
    { numRuns: 500 },
  );
});

test('every setting says what it is for', () => {
  for (const [name, schema] of Object.entries(Settings.shape)) {
    expect([name, schema.description]).toEqual([name, expect.stringMatching(/^\S.{10,}/)]);
  }
});
