import { type Edge, PREDICT, PRODUCTION_KEY, startEdge } from './start-edge.ts';

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
});

beforeEach(() => {
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

const many = (count: number, name = 'x'): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}-${index}`, '1']));

/** Checks the status and code of a call that the edge refuses, and those of its one record. */
async function refused(request: Parameters<Edge['predict']>[0]): Promise<[number, unknown, unknown]> {
  const response = await edge.predict(request);
  expect(edge.functionApp.received).toEqual([]);
  expect(edge.traces).toHaveLength(1);
  const { metadata } = edge.traces.splice(0)[0] ?? {};
  expect(metadata).toMatchObject({
    rule: 'edge/bound-head',
    outcome: 'denied',
    requestId: response.headers['x-request-id'],
    status: String(response.status),
  });
  return [response.status, metadata?.code, response.json()];
}

test.each<[what: string, headers: Record<string, string>]>([
  ['one header of 15 KB', { 'x-long': 'a'.repeat(15_000) }],
  ['one header of 60 KB', { 'x-long': 'a'.repeat(60_000) }],
  ['100 headers', many(100)],
  ['3,000 headers', many(3_000)],
  ['3,000 headers that are reserved', many(3_000, 'x-gateway')],
  [
    'headers of 12 KB together',
    Object.fromEntries(Object.keys(many(12)).map((name) => [name, 'a'.repeat(1_000)])),
  ],
])('%s are refused, on record', async (_, headers) => {
  expect((await refused({ headers })).slice(0, 2)).toEqual([431, 'HEADERS_TOO_LARGE']);
});

test.each([
  ['a path', PREDICT.replace('1234567890', '1'.repeat(3_000))],
  ['a query', `${PREDICT}?a=${'1'.repeat(3_000)}`],
  ['a query of 14 KB', `${PREDICT}?a=${'1'.repeat(14_000)}`],
])('%s that is too long is refused, on record', async (_, path) => {
  expect((await refused({ path })).slice(0, 2)).toEqual([414, 'ADDRESS_TOO_LONG']);
});

test.each([
  ['/openai/v1/chat/completions', { error: { type: 'invalid_request_error', code: 'HEADERS_TOO_LARGE' } }],
  ['/anthropic/v1/messages', { type: 'error', error: { type: 'invalid_request_error' } }],
  ['/gateway/v1/policy:explain', { status: 431, code: 'HEADERS_TOO_LARGE' }],
  [PREDICT, { error: { code: 431, status: 'INVALID_ARGUMENT' } }],
])('%s is told in its own words', async (path, expected) => {
  const [, , body] = await refused({ path, headers: many(65) });
  expect(body).toMatchObject(expected);
});

test('what passes is less than the host and the worker take, and credentials do not count', async () => {
  const token = await edge.issuer.sign({ padding: 'a'.repeat(16_000) });
  const headers = { authorization: `Bearer ${token}`, 'ocp-apim-subscription-key': PRODUCTION_KEY };
  const full = { ...headers, ...many(40), 'x-long': 'a'.repeat(8_000) };
  for (const path of [PREDICT, `${PREDICT}?a=${'1'.repeat(400)}`])
    expect((await edge.predict({ path, headers: full })).status).toBe(200);
  for (const { headers: received, url } of edge.functionApp.received) {
    const length = Object.entries(received).flat().join(': \r\n').length + url.length;
    expect(length).toBeLessThan(12_000);
    expect(Object.keys(received).length).toBeLessThan(90);
  }
  expect(edge.traces).toEqual([]);
});
