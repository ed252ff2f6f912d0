import { ROLE_IDS } from '@vertex-ai-gateway/cloud-emulators/azure-rbac/built-in-roles';
import { assignEverywhere } from '@vertex-ai-gateway/cloud-emulators/azure-rbac/role-assignments';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import {
  type ApplicationInsights,
  startApplicationInsights,
} from '@vertex-ai-gateway/cloud-emulators/application-insights/start-application-insights';
import {
  createCertificateAuthority,
  type LocalCertificateAuthority,
} from '@vertex-ai-gateway/cloud-emulators/loopback/certificate-authority';
import { askIngestionAccess } from '../../src/verification/ask-ingestion-access.ts';
import { describeIngestionAccess } from '../../src/verification/ingestion-access.ts';

const KEY = '00000000-0000-4000-8000-000000000001';
const NOW = new Date(Date.UTC(2026, 2, 1));
const { signal } = new AbortController();
const before = getGlobalDispatcher();

let authority: LocalCertificateAuthority;
let dispatcher: Agent;
let insights: ApplicationInsights | undefined;

beforeAll(async () => {
  authority = await createCertificateAuthority();
  dispatcher = new Agent({ connect: { ca: authority.certificate } });
  setGlobalDispatcher(dispatcher);
});
afterEach(() => insights?.close());
afterAll(async () => {
  setGlobalDispatcher(before);
  await dispatcher.close();
});

async function start(disableLocalAuth: boolean): Promise<ApplicationInsights> {
  insights = await startApplicationInsights({
    port: 0,
    tls: authority.server,
    instrumentationKey: KEY,
    ingestion: {
      tenantId: KEY,
      jwksUri: 'https://127.0.0.1:1',
      resourceId: '/component',
      roleAssignments: assignEverywhere(ROLE_IDS.monitoringMetricsPublisher),
      disableLocalAuth,
    },
  });
  return insights;
}

test.each([
  [true, 'identities'],
  [false, 'connection-string'],
])(
  'with local authentication off = %p, %s give access, and nothing is kept of the question',
  async (off, access) => {
    const running = await start(off);
    expect(await askIngestionAccess(running.connectionString, NOW, signal)).toBe(access);
    expect(running.telemetry()).toEqual([]);
  },
);

test.each([402, 429, 439, 500, 503])('an answer %d says nothing of who may send', async (statusCode) => {
  const { connectionString, control } = await start(true);
  control.inject({ path: '/v2.1/track', status: statusCode, times: 1 });
  expect(await askIngestionAccess(connectionString, NOW, signal)).toBe('unknown');
});

test.each([
  ['no endpoint', `InstrumentationKey=${KEY}`],
  ['no key', 'IngestionEndpoint=https://127.0.0.1:1/'],
  ['an endpoint that is none', `InstrumentationKey=${KEY};IngestionEndpoint=here`],
  ['an endpoint that does not answer', `InstrumentationKey=${KEY};IngestionEndpoint=https://127.0.0.1:1/`],
  ['nothing', ''],
])('a connection string with %s says nothing of who may send', async (_, connectionString) => {
  expect(await askIngestionAccess(connectionString, NOW, signal)).toBe('unknown');
});

test('who stops waiting is told why', async () => {
  const { connectionString } = await start(true);
  await expect(
    askIngestionAccess(connectionString, NOW, AbortSignal.abort(new Error('Enough.'))),
  ).rejects.toThrow('Enough.');
});

test('only where identities alone may send, nothing has to be said', () => {
  expect(describeIngestionAccess('identities')).toEqual([]);
  for (const access of ['connection-string', 'unknown'] as const)
    expect(describeIngestionAccess(access)).toEqual([
      expect.stringMatching(/^Whether requests and the edge's records are genuine: /) as string,
    ]);
});
