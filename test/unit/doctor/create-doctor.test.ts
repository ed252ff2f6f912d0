import { createDoctor } from '../../../src/doctor/create-doctor.ts';
import { describeReport } from '../../../src/doctor/describe-report.ts';
import { DoctorReport, LEG_NAMES, type LegReport } from '../../../src/doctor/report.ts';
import type { EdgeHeaders } from '../../../src/doctor/examination.ts';
import { answer, dependencies, SETTINGS, NOW, TENANT } from './doctor-for-tests.ts';

const EDGE: EdgeHeaders = {
  authorization: `Bearer ${[{ kid: 'k1' }, { azp: 'c1', iss: 'https://issuer' }, {}]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')}`,
  namedValues: new URLSearchParams({
    'tenant-id': TENANT,
    'edge-client-id': 'c1',
    'gateway-audience': 'a',
    'functions-audience': `api://${SETTINGS.API_MANAGEMENT_AUDIENCE}`,
    'function-app-url': 'https://app',
    'gateway-url': 'https://gateway',
  }).toString(),
  productId: 'production',
};

function find(report: DoctorReport, name: string): LegReport | undefined {
  return report.legs.find(({ leg }) => leg === name);
}

test('a report has every leg once, in the order of the way', async () => {
  const report = await createDoctor(dependencies(() => answer())).examine(EDGE);
  expect(report.legs.map(({ leg }) => leg)).toEqual(LEG_NAMES);
  expect(DoctorReport.parse(report)).toEqual(report);
});

test('those who ask at the same time share one examination, and its report is kept for 15 s', async () => {
  let asked = 0;
  let now = NOW;
  const doctor = createDoctor(
    dependencies(
      () => {
        asked += 1;
        return answer();
      },
      { now: () => now },
    ),
  );
  await Promise.all([doctor.examine(EDGE), doctor.examine(undefined), doctor.examine(EDGE)]);
  const once = asked;
  now += 15_000;
  await doctor.examine(EDGE);
  expect(asked).toBe(once);
  now += 1;
  await doctor.examine(EDGE);
  expect(asked).toBe(2 * once);
});

test('what a leg throws is broken, and no word of it is shown', async () => {
  const doctor = createDoctor(
    dependencies(() => {
      throw new Error('secret words');
    }),
  );
  const report = await doctor.examine(undefined);
  expect(find(report, 'dns')).toMatchObject({ status: 'broken', summary: 'It could not be examined.' });
  expect(describeReport(report)).not.toContain('secret words');
});

test.each<[string, Partial<EdgeHeaders> | undefined, Readonly<Record<string, RegExp>>]>([
  ['is well', {}, {}],
  [
    'has an empty named value',
    { namedValues: change('gateway-url', '') },
    { 'edge-named-values': /gateway-url is empty/ },
  ],
  ['sends no named values', { namedValues: null }, { 'edge-named-values': /tenant-id is empty/ }],
  [
    'is of another tenant',
    { namedValues: change('tenant-id', TENANT.replaceAll('1', '2')) },
    { 'edge-named-values': /tenant-id is not the tenant/ },
  ],
  [
    'asks for another audience',
    { namedValues: change('functions-audience', TENANT) },
    { 'edge-named-values': /functions-audience is not/ },
  ],
  [
    'signs in as another identity',
    { namedValues: change('edge-client-id', 'c2') },
    { 'edge-named-values': /edge-client-id is not/ },
  ],
  [
    'has a product of its own',
    { productId: 'gold' },
    { 'edge-products': /product gold .*governance\/limits\.yaml/ },
  ],
])('an edge that %s', async (_, changes, broken) => {
  const keys = { text: JSON.stringify({ keys: [{ kid: 'k1' }] }) };
  const report = await createDoctor(dependencies(() => answer(keys))).examine({ ...EDGE, ...changes });
  const ofEdge = report.legs.filter(({ leg, status }) => leg.startsWith('edge-') && status === 'broken');
  expect(ofEdge.map(({ leg }) => leg)).toEqual(Object.keys(broken));
  for (const { leg, summary } of ofEdge) expect(summary).toMatch(broken[leg] ?? /^$/);
});

function change(name: string, value: string): string {
  const values = new URLSearchParams(EDGE.namedValues ?? '');
  values.set(name, value);
  return values.toString();
}

test('a key that signed the edge’s token and is not published breaks the leg of keys', async () => {
  const keys = { text: JSON.stringify({ keys: [{ kid: 'another' }] }) };
  const report = await createDoctor(dependencies(() => answer(keys))).examine(EDGE);
  expect(find(report, 'edge-keys')).toMatchObject({ status: 'broken', details: { keyId: 'k1' } });
});

test('a public address beside private ones is named, as is one of Google', async () => {
  const addresses: Readonly<Record<string, string>> = {
    'vertexaudit.blob.core.windows.net': '10.1.2.3',
    'vertex.vault.azure.net': '20.1.2.3',
    'sts.googleapis.com': '199.36.153.4',
  };
  const report = await createDoctor(
    dependencies(({ url }) => answer({ address: addresses[new URL(url).hostname] ?? '10.9.9.9' })),
  ).examine(undefined);
  expect(find(report, 'private-addresses')).toMatchObject({
    status: 'broken',
    summary: expect.stringMatching(/but vertex\.vault\.azure\.net on public ones/) as string,
  });
});

test('a certificate that no public authority issued is a proxy’s', async () => {
  const issuers: Readonly<Record<string, string>> = {
    'sts.googleapis.com': 'Contoso Inspection',
    'vertexaudit.blob.core.windows.net': 'Microsoft Corporation',
    'vertex.vault.azure.net': 'DigiCert Inc',
  };
  const report = await createDoctor(
    dependencies(({ url }) => answer({ issuer: issuers[new URL(url).hostname] ?? 'Microsoft Corporation' })),
  ).examine(undefined);
  expect(find(report, 'tls')?.details).toEqual({
    hosts: ['sts.googleapis.com (issued by Contoso Inspection)'],
  });
});

test.each([
  [
    'one tenant',
    { API_MANAGEMENT_ISSUER: `https://sts.windows.net/${TENANT.replaceAll('1', '2')}/` },
    /same tenant/,
  ],
  ['a file as key', { AUDIT_KEY_URL: 'file:///audit.pem' }, /AUDIT_KEY_URL is a file/],
  ['no ingestion', { APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=x' }, /IngestionEndpoint/],
])('settings that do not fit: %s', async (_, changes, problem) => {
  const settings = { ...SETTINGS, ...changes };
  const report = await createDoctor(dependencies(() => answer(), { settings })).examine(undefined);
  expect(report.broken).toContain('settings');
  expect(find(report, 'settings')?.remedies?.join('\n')).toMatch(problem);
  expect(find(report, 'audit-storage')).toMatchObject({ status: 'not-tried', because: 'settings' });
});

interface Provider {
  readonly status?: number;
  readonly provider?: object;
}

const PROVIDER = {
  state: 'ACTIVE',
  attributeCondition: "assertion.sub=='x'",
  oidc: {
    issuerUri: SETTINGS.API_MANAGEMENT_ISSUER,
    allowedAudiences: ['f0000003-0000-4000-8000-000000000003'],
  },
};

test.each<[string, Provider, readonly string[]]>([
  ['fits', {}, []],
  ['is deleted', { provider: { ...PROVIDER, state: 'DELETED' } }, ['pool-provider']],
  ['is not there', { status: 404 }, ['pool-provider']],
  [
    'has another issuer',
    { provider: { ...PROVIDER, oidc: { ...PROVIDER.oidc, issuerUri: 'https://x.example' } } },
    ['issuer'],
  ],
  [
    'allows another audience',
    { provider: { ...PROVIDER, oidc: { ...PROVIDER.oidc, allowedAudiences: [] } } },
    ['audience'],
  ],
  ['may not be read', { status: 403 }, []],
])('a developer reads a provider that %s', async (_, { status = 200, provider = PROVIDER }, broken) => {
  const report = await createDoctor(
    dependencies(
      ({ url }) =>
        url.startsWith('https://iam.googleapis.com/v1/projects/123456789012/')
          ? answer({ status, text: JSON.stringify(provider) })
          : answer(),
      { sight: 'developer', googleToken: () => Promise.resolve('t') },
    ),
  ).examine(undefined);
  expect(report.broken.filter((leg) => ['pool-provider', 'issuer', 'audience'].includes(leg))).toEqual(
    broken,
  );
  expect(find(report, 'identity-token')?.status).toBe('not-visible');
  if (status === 403) expect(find(report, 'issuer')?.status).toBe('not-visible');
});

test('the lack of a person’s own rights is not taken for the function app’s', async () => {
  const report = await createDoctor(
    dependencies(
      ({ headers = {} }) =>
        headers.authorization === undefined
          ? answer({ text: '{"keys":[{"kid":"k"}]}' })
          : answer({ status: 403, headers: { 'x-ms-error-code': 'AuthorizationPermissionMismatch' } }),
      { sight: 'developer', azureToken: () => Promise.resolve('t') },
    ),
  ).examine(undefined);
  expect(report.broken).toEqual([]);
  for (const leg of ['audit-storage', 'audit-key', 'audit-ingestion', 'token-exchange'])
    expect(find(report, leg)?.status).toBe('not-visible');
});

test('a person without credentials is told to sign in', async () => {
  const report = await createDoctor(
    dependencies(() => answer(), {
      sight: 'developer',
      googleToken: () => Promise.reject(new Error('none')),
    }),
  ).examine(undefined);
  expect(find(report, 'audit-storage')?.remedies).toEqual(['az login']);
  expect(find(report, 'pool-provider')?.summary).toMatch(/gcloud auth application-default login/);
});
