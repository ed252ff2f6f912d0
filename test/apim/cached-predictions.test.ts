import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import type { ReceivedResponse, SentRequest } from '@vertex-ai-gateway/test-support/send-request';
import { TENANT } from '@vertex-ai-gateway/test-support/token-issuer';
import { PREDICT, SANDBOX_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const { policyVersion } = loadGovernance(join(process.cwd(), 'governance'));
/** An entry whose answers the catalog lets the edge keep for an hour. */
const EMBED =
  '/vertex/v1/projects/sample-project/locations/us-central1/publishers/google/models/gemini-embedding-001:predict';
const BODY = '{"instances":[{"content":"ocelots"}]}';
const KEPT_IN_MS = 3_600_000;
const AGENT = 'a0000006-0000-4000-8000-000000000006';

let time = Date.parse('2026-03-01T00:00:00Z');
let edge: Edge;
/** The next answer of the function app, besides its usual headers. */
let next: { status?: number; headers?: Record<string, string>; body?: string; tellsLength?: boolean } = {};
let calls = 0;

/** Every answer of the function app is different, so that a cached answer shows. */
const answer: RequestListener = ({ headers }, response) => {
  calls += 1;
  const body = next.body ?? `{"predictions":[${calls}]}`;
  response.writeHead(next.status ?? 200, {
    'content-type': 'application/json',
    ...(next.tellsLength !== false && { 'content-length': Buffer.byteLength(body) }),
    'x-request-id': String(headers['x-gateway-request-id']),
    'x-policy-version': policyVersion,
    'x-gateway-total-tokens': '7',
    ...next.headers,
  });
  response.end(body);
};

beforeAll(async () => {
  edge = await startEdge({ now: () => time }, answer);
}, 30_000);

beforeEach(() => {
  // Entries that earlier tests left in the cache have expired by now; the tokens of callers have not.
  time += 2 * KEPT_IN_MS;
  next = {};
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

async function embed(
  request: Partial<SentRequest> = {},
  claims: Record<string, unknown> = {},
): Promise<ReceivedResponse> {
  const authorization = `Bearer ${await edge.issuer.sign({ roles: ['Assistants.Use'], ...claims })}`;
  return edge.predict({
    path: EMBED,
    body: BODY,
    ...request,
    headers: { authorization, ...request.headers },
  });
}

function reached(): number {
  return edge.functionApp.received.length;
}

test('the same call of the same team is answered once by the model, and then by the edge, which says so', async () => {
  const first = await embed();
  const second = await embed();
  expect(first.headers['x-gateway-cache']).toBe('miss');
  expect(second.status).toBe(200);
  expect(second.text).toBe(first.text);
  expect(second.headers).toMatchObject({
    'x-gateway-cache': 'hit',
    'content-type': 'application/json',
    'x-policy-version': policyVersion,
    'cache-control': 'no-store',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
  });
  expect(second.headers['x-request-id']).toBe(second.headers['request-id']);
  expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
  expect(second.headers).not.toHaveProperty('x-gateway-total-tokens');
  expect(reached()).toBe(1);
});

test('an answer of the edge is on record like any call, without what was asked or answered', async () => {
  await embed();
  expect(edge.traces).toEqual([]);
  const { headers } = await embed();
  expect(edge.traces).toHaveLength(1);
  expect(edge.traces[0]).toMatchObject({ message: 'Edge answered from its cache' });
  expect(edge.traces[0]?.metadata).toEqual({
    recordedBy: 'edge',
    version: '1',
    id: expect.stringMatching(/^\d{8}T\d{9}Z-/) as string,
    requestId: headers['x-request-id'],
    'gen_ai.provider.name': 'gcp.vertex_ai',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    outcome: 'answered',
    servedFrom: 'cache',
    decision: 'allow',
    rule: 'edge/serve-from-cache',
    code: '',
    status: '200',
    policyVersion,
    identityProvider: 'entra',
    tenantId: TENANT,
    objectId: '22222222-2222-4222-8222-222222222222',
    applicationId: '33333333-3333-4333-8333-333333333333',
    roles: 'Assistants.Use',
    isDelegated: 'false',
    subscriptionId: 'scoring-production',
    productId: 'production',
    dialect: 'vertex',
    method: 'POST',
    project: 'sample-project',
    location: 'us-central1',
    publisher: 'google',
    'gen_ai.request.model': 'gemini-embedding-001',
    endpoint: '',
    operation: 'predict',
  });
});

test('an answer is kept as long as the catalog says', async () => {
  await embed();
  time += KEPT_IN_MS - 1000;
  expect((await embed()).headers['x-gateway-cache']).toBe('hit');
  time += 2000;
  expect((await embed()).headers['x-gateway-cache']).toBe('miss');
});

test('another person or application of the same team gets the same answer, whatever the order of the roles', async () => {
  await embed({}, { roles: ['Assistants.Use', 'Sandbox.Use'], oid: 'one' });
  const roles = ['Sandbox.Use', 'Assistants.Use', 'Sandbox.Use'];
  const { headers } = await embed({}, { roles, oid: 'two', azp: 'other' });
  expect(headers['x-gateway-cache']).toBe('hit');
});

test('a role that nobody knows makes no other team', async () => {
  await embed({}, { roles: ['Assistants.Use'] });
  const { headers } = await embed({}, { roles: ['Assistants.Use', 'Assistants.Use Sandbox.Use '] });
  expect(headers['x-gateway-cache']).toBe('hit');
});

test('the charset of JSON may be said', async () => {
  await embed({ headers: { 'content-type': 'application/json; charset=UTF-8' } });
  expect((await embed()).headers['x-gateway-cache']).toBe('hit');
});

test('no answer crosses from one team to another', async () => {
  const delegated = { idtyp: undefined, scp: 'access' };
  const callers: [Partial<SentRequest>, Record<string, unknown>][] = [
    [{}, {}],
    [{}, { roles: [] }],
    [{}, { roles: ['Sandbox.Use'] }],
    [{}, { roles: ['Assistants.Use', 'Sandbox.Use'] }],
    [{}, { ...delegated, azp: AGENT }],
    [{}, { ...delegated, azp: 'another-agent' }],
    [{ headers: { 'ocp-apim-subscription-key': SANDBOX_KEY } }, {}],
    [{ headers: { 'ocp-apim-subscription-key': SANDBOX_KEY } }, { roles: ['Sandbox.Use'] }],
    [{ headers: { 'ocp-apim-subscription-key': SANDBOX_KEY, authorization: undefined } }, {}],
  ];
  for (const [request, claims] of callers)
    expect([claims, (await embed(request, claims)).headers['x-gateway-cache']]).toEqual([claims, 'miss']);
  const okta = await edge.okta.sign({ groups: ['vertex-assistants'], roles: undefined });
  expect((await embed({ headers: { authorization: `Bearer ${okta}` } })).headers['x-gateway-cache']).toBe(
    'miss',
  );
  expect(reached()).toBe(callers.length + 1);
});

test('who calls with a key alone gets what the same APIM subscription got, and no other’s', async () => {
  const other = await startEdge(
    {
      now: () => time,
      subscriptions: ['one', 'two'].map((id) => ({
        id,
        name: id,
        product: 'sandbox',
        primaryKey: `key-of-${id}`,
      })),
    },
    answer,
  );
  try {
    const headersOf = async (id: string) => {
      const headers = { 'ocp-apim-subscription-key': `key-of-${id}`, authorization: undefined };
      return (await other.predict({ path: EMBED, body: BODY, headers })).headers;
    };
    expect((await headersOf('one'))['x-gateway-cache']).toBe('miss');
    expect((await headersOf('two'))['x-gateway-cache']).toBe('miss');
    expect((await headersOf('one'))['x-gateway-cache']).toBe('hit');
    expect((await headersOf('two'))['x-gateway-cache']).toBe('hit');
  } finally {
    await other.close();
  }
});

test('another body, path or version is another call', async () => {
  await embed();
  const others: Partial<SentRequest>[] = [
    { body: BODY.replace('ocelots', 'ocelot') },
    { body: ` ${BODY}` },
    { path: EMBED.replace('us-central1', 'europe-west4') },
    { path: EMBED.replace('/v1/', '/v1beta1/') },
    { path: EMBED.replace('sample-project', 'other-project') },
    { path: '/vertex/v1/publishers/google/models/gemini-embedding-001:predict' },
  ];
  for (const other of others) expect((await embed(other)).headers['x-gateway-cache']).toBe('miss');
});

test('other policies look for other answers', async () => {
  const keyUnder = async (version: string): Promise<string | undefined> => {
    const directory = mkdtempSync(join(tmpdir(), 'apim-'));
    try {
      cpSync('apim', directory, { recursive: true });
      const file = join(directory, 'apis/vertex/policy.xml');
      // The cache's key is in no answer. The trace of the lookup has it.
      const traced = `<trace source="key" severity="information"><message>@((string)context.Variables["cache-key"])</message></trace>`;
      const document = readFileSync(file, 'utf8')
        .replaceAll(policyVersion, version)
        .replace('<cache-lookup-value', `${traced}<cache-lookup-value`);
      writeFileSync(file, document);
      const own = await startEdge({ directory }, answer);
      const authorization = `Bearer ${await own.issuer.sign({ roles: ['Assistants.Use'] })}`;
      await own.predict({ path: EMBED, body: BODY, headers: { authorization } });
      await own.close();
      return own.traces[0]?.message;
    } finally {
      rmSync(directory, { recursive: true });
    }
  };
  const [now, again, later] = [
    await keyUnder(policyVersion),
    await keyUnder(policyVersion),
    await keyUnder('f'.repeat(64)),
  ];
  expect(now).toMatch(/^prediction\/[\w+/=]+\/[\w+/=]+$/);
  expect(again).toBe(now);
  expect(later).not.toBe(now);
}, 30_000);

test('who is not let in, or not there, gets no answer from the cache either', async () => {
  await embed({}, { roles: ['Assistants.Use', 'Analytics.Eu'] });
  const refused = await embed({}, { roles: ['Assistants.Use', 'Analytics.Eu'] });
  expect([refused.status, reached()]).toEqual([403, 0]);
  await embed();
  expect((await embed({ headers: { authorization: undefined } })).status).toBe(401);
  expect((await embed({ headers: { authorization: 'Bearer a.b.c' } })).status).toBe(401);
  expect((await embed({ headers: { 'ocp-apim-subscription-key': 'nonsense' } })).status).toBe(401);
});

test('an answer of the edge counts against the limits', async () => {
  const own = await startEdge({ limits: { calls: 2, quota: 100 } }, answer);
  const authorization = `Bearer ${await own.issuer.sign({ roles: ['Assistants.Use'] })}`;
  const call = () => own.predict({ path: EMBED, body: BODY, headers: { authorization } });
  try {
    await call();
    const hit = await call();
    expect(hit.headers).toMatchObject({ 'x-gateway-cache': 'hit', 'x-ratelimit-remaining-requests': '0' });
    expect((await call()).status).toBe(429);
  } finally {
    await own.close();
  }
}, 30_000);

test.each<[string, typeof next]>([
  ['is a failure', { status: 400 }],
  ['is not what was asked for', { status: 204, body: '', headers: { 'content-length': '0' } }],
  ['is a stream', { headers: { 'content-type': 'text/event-stream' } }],
  ['is encoded', { headers: { 'content-encoding': 'gzip' } }],
  ['was decided under other policies', { headers: { 'x-policy-version': 'f'.repeat(64) } }],
  ['does not tell its length', { tellsLength: false }],
  ['is empty', { body: '' }],
  ['is long', { body: JSON.stringify('x'.repeat(300_000)) }],
])('an answer that %s is not kept', async (_, other) => {
  next = other;
  expect((await embed()).headers).not.toHaveProperty('x-gateway-cache');
  next = {};
  expect((await embed()).headers['x-gateway-cache']).toBe('miss');
  expect(reached()).toBe(2);
});

test.each<[string, Partial<SentRequest>]>([
  ['for a fresh answer', { headers: { 'cache-control': 'no-cache' } }],
  ['for an answer that is new', { headers: { 'cache-control': 'Max-Age=0' } }],
  ['for nothing to be kept', { headers: { 'cache-control': 'no-store' } }],
  ['in another way', { path: `${EMBED}?alt=sse` }],
  ['in something else than JSON', { headers: { 'content-type': 'text/plain' } }],
  ['in JSON of another charset', { headers: { 'content-type': 'application/json; charset=utf-16' } }],
  ['with a time limit', { headers: { 'x-server-timeout': '10' } }],
  ['in encoded JSON', { headers: { 'content-encoding': 'gzip' } }],
  ['at length', { body: JSON.stringify({ instances: ['x'.repeat(70_000)] }) }],
  ['for an entry that the catalog lets nobody keep', { path: PREDICT }],
  [
    'for an operation that answers anew each time',
    { path: EMBED.replace('gemini-embedding-001:predict', 'gemini-3.5-flash:generateContent') },
  ],
  ['for another model under the name', { path: EMBED.replace('google', 'anthropic') }],
])('a call that asks %s is answered by the function app', async (_, request) => {
  await embed(request);
  const { headers } = await embed(request);
  expect(headers).not.toHaveProperty('x-gateway-cache');
  expect(reached()).toBe(2);
});

test('the function app is told nothing of the cache, and receives the body byte for byte', async () => {
  await embed({ headers: { 'x-gateway-cache': 'hit' } });
  expect(edge.functionApp.received[0]?.body).toBe(BODY);
  expect(Object.keys(edge.functionApp.received[0]?.headers ?? {})).not.toContain('x-gateway-cache');
});
