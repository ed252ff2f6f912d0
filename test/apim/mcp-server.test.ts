import { readFileSync } from 'node:fs';
import { type OutgoingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import type { ReceivedResponse, SentRequest } from '@vertex-ai-gateway/test-support/send-request';
import { answerWith, SANDBOX_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const FOLDER = 'apim/mcp-servers/agents';
const IRIS = {
  version: 'v1',
  project: 'sample-project',
  location: 'us-central1',
  endpoint: '1234567890',
  instances: [[5.1, 3.5, 1.4, 0.2]],
};

interface McpServer {
  readonly type: string;
  readonly path: string;
  readonly subscriptionRequired: boolean;
  readonly mcpTools: readonly { name: string; operationId: string; description: string }[];
}

interface Operation {
  readonly operationId: string;
  readonly description?: string;
}

const { properties: server } = JSON.parse(
  readFileSync(join(FOLDER, 'mcpServerInformation.json'), 'utf8'),
) as {
  properties: McpServer;
};

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
}, 30_000);

beforeEach(() => {
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

function send(
  method: string,
  params: object = {},
  headers: OutgoingHttpHeaders = {},
  to = edge,
): Promise<ReceivedResponse> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return to.predict({ path: '/agents/mcp', body, headers });
}

interface Result {
  readonly result: { readonly isError: boolean; readonly content: readonly { readonly text: string }[] };
}

async function call(
  name: string,
  given: object,
  headers: OutgoingHttpHeaders = {},
  to = edge,
): Promise<Result['result']> {
  const answer = await send('tools/call', { name, arguments: given }, headers, to);
  expect(answer.status).toBe(200);
  return (answer.json() as Result).result;
}

test('a caller with a key and a token gets the tools, with what they take', async () => {
  const { status, json, headers } = await send('tools/list');
  expect(status).toBe(200);
  const { tools } = (json() as { result: { tools: readonly { name: string; inputSchema: object }[] } })
    .result;
  expect(tools.map(({ name }) => name)).toEqual(server.mcpTools.map(({ name }) => name));
  expect(tools[1]?.inputSchema).toMatchObject({
    type: 'object',
    required: ['version', 'project', 'location', 'endpoint', 'instances'],
    additionalProperties: false,
    properties: {
      version: { type: 'string', enum: ['v1', 'v1beta1'] },
      location: {
        description:
          'The location that serves the call: a region, the multi-region `us` or `eu`, or `global`.',
      },
      instances: { type: 'array', minItems: 1 },
    },
  });
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  });
  expect(edge.functionApp.received).toEqual([]);
});

test('a tool is called through the policies of its operation, as the caller who sent the message', async () => {
  const result = await call('predict', IRIS, { 'x-gateway-roles': 'Assistants.Use' });
  expect(result).toEqual({ isError: false, content: [{ type: 'text', text: '{"ok":true}' }] });
  const [received] = edge.functionApp.received;
  expect(received).toMatchObject({
    method: 'POST',
    url: '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict',
    body: '{"instances":[[5.1,3.5,1.4,0.2]]}',
  });
  expect(received?.headers).toMatchObject({
    authorization: 'Bearer token for f0000002-0000-4000-8000-000000000002',
    'content-type': 'application/json',
    'x-gateway-roles': 'Sandbox.Use Scoring.Predict',
    'x-gateway-subscription-id': 'scoring-production',
  });
  expect(received?.headers).not.toHaveProperty('ocp-apim-subscription-key');
  // The record of the function app is also the message's.
  expect(edge.traces).toEqual([]);
});

const ANSWERED = { outcome: 'answered', code: '', status: '200' };
const NO_JSON = { outcome: 'denied', code: 'INVALID_JSON', status: '400' };
const REFUSED = { outcome: 'denied', code: 'INVALID_REQUEST' };
const TOOL = (params: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
const PREDICT_WITH = (given: unknown) => TOOL({ name: 'predict', arguments: given });

const messages: [string, Partial<SentRequest>, Record<string, string>][] = [
  ['the list of tools', { body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' }, ANSWERED],
  ['a ping', { body: '{"jsonrpc":"2.0","id":"a","method":"ping"}' }, ANSWERED],
  ['an unknown method', { body: '{"jsonrpc":"2.0","id":1,"method":"resources/list"}' }, ANSWERED],
  ['a notification', { body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' }, { status: '202' }],
  ['a call that wants no answer', { body: '{"jsonrpc":"2.0","method":"tools/call"}' }, { status: '202' }],
  ['no JSON', { body: '{"jsonrpc":' }, NO_JSON],
  ['an empty body', { body: '' }, NO_JSON],
  ['bytes that are no UTF-8', { body: '{"a":"\u0000' }, NO_JSON],
  ['a batch', { body: '[{"jsonrpc":"2.0","id":1,"method":"ping"}]' }, NO_JSON],
  ['null', { body: 'null' }, NO_JSON],
  ['a text', { body: '"ping"' }, NO_JSON],
  ['a deep one', { body: `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}` }, NO_JSON],
  ['deep arguments', { body: PREDICT_WITH({ ...IRIS, instances: nest(300) }) }, NO_JSON],
  ['no version', { body: '{"id":1,"method":"ping"}' }, { ...REFUSED, status: '400' }],
  ['no method', { body: '{"jsonrpc":"2.0","id":1}' }, { ...REFUSED, status: '400' }],
  ['parameters that are none', { body: TOOL('predict') }, { ...REFUSED, status: '400' }],
  [
    'an id that is none',
    { body: '{"jsonrpc":"2.0","id":{},"method":"ping"}' },
    { ...REFUSED, status: '400' },
  ],
  ['an unknown tool', { body: TOOL({ name: 'delete_all' }) }, ANSWERED],
  ['no tool', { body: TOOL({}) }, ANSWERED],
  ['arguments that are a list', { body: PREDICT_WITH([]) }, ANSWERED],
  ['an argument that is missing', { body: PREDICT_WITH({ ...IRIS, location: undefined }) }, ANSWERED],
  ['an argument that is empty', { body: PREDICT_WITH({ ...IRIS, project: '' }) }, ANSWERED],
  ['an argument that is null', { body: PREDICT_WITH({ ...IRIS, endpoint: null }) }, ANSWERED],
  ['an argument of dots', { body: PREDICT_WITH({ ...IRIS, location: '..' }) }, ANSWERED],
  ['an argument that is a list', { body: PREDICT_WITH({ ...IRIS, version: [] }) }, ANSWERED],
  ['half a character', { body: PREDICT_WITH({ ...IRIS, endpoint: '\ud800' }) }, ANSWERED],
  ['arguments that a tool has not', { body: TOOL({ name: 'list_models', arguments: { a: 1 } }) }, ANSWERED],
  ['GET', { method: 'GET', body: '' }, { ...REFUSED, status: '405' }],
  ['DELETE', { method: 'DELETE', body: '' }, { ...REFUSED, status: '405' }],
  ['PUT', { method: 'PUT' }, { outcome: 'denied', code: 'OPERATION_NOT_FOUND', status: '404' }],
  ['another content type', { headers: { 'content-type': 'text/plain' } }, { ...REFUSED, status: '415' }],
  ['an answer of another type', { headers: { accept: 'text/html' } }, { ...REFUSED, status: '406' }],
  ['another revision', { headers: { 'mcp-protocol-version': '1' } }, { ...REFUSED, status: '400' }],
  ['a session that nobody opened', { headers: { 'mcp-session-id': 'none' } }, ANSWERED],
  [
    'one that is too long',
    { body: `{"a":"${'x'.repeat(2_097_152)}"}` },
    { outcome: 'denied', code: 'PAYLOAD_TOO_LARGE', status: '413' },
  ],
];

function nest(depth: number): unknown {
  return JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
}

test.each(messages)('%s reaches nobody and leaves one record', async (_, message, expected) => {
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  const { status, headers } = await edge.predict({ path: '/agents/mcp', body, ...message });
  expect(edge.functionApp.received).toEqual([]);
  expect(edge.traces).toHaveLength(1);
  expect(edge.traces[0]?.metadata).toMatchObject({
    requestId: headers['x-request-id'],
    dialect: 'gateway',
    status: String(status),
    ...expected,
  });
});

test('a message without a length is not read, and leaves one record', async () => {
  const headers = {
    'ocp-apim-subscription-key': SANDBOX_KEY,
    'content-type': 'application/json',
    'transfer-encoding': 'chunked',
  };
  const status = await new Promise((resolve) => {
    const { port } = edge;
    const outgoing = request({ port, path: '/agents/mcp', method: 'POST', headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    outgoing.end('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  });
  expect(status).toBe(413);
  expect(edge.traces.map(({ metadata }) => metadata.code)).toEqual(['PAYLOAD_TOO_LARGE']);
});

test.each([
  ['list_models', undefined],
  ['list_models', {}],
  ['explain_policy', undefined],
  ['explain_policy', { method: 'POST', path: '/x' }],
  ['predict', { ...IRIS, location: 'a/../b' }],
  ['predict', { ...IRIS, endpoint: 1234567890, instances: undefined }],
])('a call of %s with %j leaves no record but its own', async (name, given) => {
  await edge.predict({ path: '/agents/mcp', body: TOOL({ name, arguments: given }) });
  expect(edge.functionApp.received.length + edge.traces.length).toBe(1);
});

test('a key alone is enough where the product says so', async () => {
  const headers = { 'ocp-apim-subscription-key': SANDBOX_KEY, authorization: undefined };
  expect(await call('list_models', {}, headers)).toMatchObject({ isError: false });
  expect(edge.functionApp.received[0]).toMatchObject({ method: 'GET', url: '/gateway/v1/models' });
  expect(edge.functionApp.received[0]?.headers).toMatchObject({
    'x-gateway-identity-provider': 'subscription-key',
    'x-gateway-product-id': 'sandbox',
  });
});

test('what the edge refuses to the operation is an error that says why, and on record', async () => {
  const token = await edge.issuer.sign({ roles: ['Analytics.Eu'] });
  const result = await call('predict', IRIS, { authorization: `Bearer ${token}` });
  expect(result.isError).toBe(true);
  expect(JSON.parse(result.content[0]?.text ?? '')).toMatchObject({
    status: 403,
    detail: expect.stringContaining('served from eu, europe-west1, europe-west4 only') as string,
  });
  expect(edge.functionApp.received).toEqual([]);
  expect(edge.traces.map(({ metadata }) => metadata.code)).toEqual(['LOCATION_NOT_ALLOWED']);
});

test('the call of a tool counts against the limits, and so does the message', async () => {
  const tight = await startEdge({ limits: { calls: 3, quota: 100 } });
  try {
    expect(await call('list_models', {}, {}, tight)).toMatchObject({ isError: false });
    const refused = await call('list_models', {}, {}, tight);
    expect(refused.isError).toBe(true);
    expect(refused.content[0]?.text).toContain('RATE_LIMITED');
    expect((await send('ping', {}, {}, tight)).status).toBe(429);
  } finally {
    await tight.close();
  }
}, 30_000);

test('what the function app refuses is an error for the agent to read', async () => {
  const failing = await startEdge({}, answerWith({}, 403));
  try {
    const result = await call('list_models', {}, {}, failing);
    expect(result).toEqual({ isError: true, content: [{ type: 'text', text: '{"ok":true}' }] });
  } finally {
    await failing.close();
  }
}, 30_000);

test.each([
  ['no key', { 'ocp-apim-subscription-key': undefined }, 'SUBSCRIPTION_KEY_MISSING'],
  ['an unknown key', { 'ocp-apim-subscription-key': 'nonsense' }, 'SUBSCRIPTION_KEY_INVALID'],
  ['no token', { authorization: undefined }, 'TOKEN_MISSING'],
  ['a token that is none', { authorization: 'Bearer a.b.c' }, 'TOKEN_INVALID'],
])('nobody lists the tools with %s, and the refusal is on record', async (_, headers, code) => {
  expect((await send('tools/list', {}, headers)).status).toBe(401);
  expect(edge.functionApp.received).toEqual([]);
  expect(edge.traces.map(({ metadata }) => metadata.code)).toEqual([code]);
});

test('nobody opens a stream of the server without a token; who has one hears that there is none', async () => {
  const get = (headers: OutgoingHttpHeaders) =>
    edge.predict({ method: 'GET', path: '/agents/mcp', body: '', headers });
  expect((await get({ authorization: undefined })).status).toBe(401);
  expect(await get({})).toMatchObject({ status: 405, text: '' });
  expect((await get({})).headers).toMatchObject({ allow: 'POST' });
});

test('the server is of the type that serves tools, and needs a key', () => {
  expect(server).toMatchObject({ type: 'mcp', path: 'agents', subscriptionRequired: true });
});

test('the products that open it here are those that open it in Azure', () => {
  const bicep = readFileSync('infra/azure/api-management/mcp-servers.bicep', 'utf8');
  expect(bicep).toContain(`var products = loadJsonContent('../../../${FOLDER}/products.json')`);
});

/** https://learn.microsoft.com/azure/templates/microsoft.apimanagement/service/apis/tools */
test('every tool is an operation that is described, under a name that clients take', () => {
  expect(server.mcpTools.map(({ name }) => name)).toEqual(['list_models', 'predict', 'explain_policy']);
  for (const { name, operationId, description } of server.mcpTools) {
    expect(name).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
    expect(description.length).toBeLessThanOrEqual(1000);
    const [, api = '', id] = /^\/apis\/([\w-]+)\/operations\/([\w-]+)$/.exec(operationId) ?? [];
    const { paths } = JSON.parse(readFileSync(join('apim/apis', api, 'specification.json'), 'utf8')) as {
      paths: Record<string, Record<string, Operation>>;
    };
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations.find((operation) => operation.operationId === id)?.description).toBeTruthy();
  }
});
