import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PRODUCTION_KEY, SANDBOX_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const FOLDER = 'apim/mcp-servers/agents';
const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

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

/**
 * The product's MCP runtime stands behind the policies of an MCP server. Here a backend stands for it, and an API with
 * one operation for the server.
 */
function copyWithServer(): string {
  const directory = mkdtempSync(join(tmpdir(), 'apim-'));
  cpSync('apim', directory, { recursive: true });
  const api = join(directory, 'apis', 'agents');
  mkdirSync(api);
  const { path, subscriptionRequired } = server;
  writeFileSync(
    join(api, 'apiInformation.json'),
    JSON.stringify({ properties: { displayName: 'Agents', path, subscriptionRequired } }),
  );
  writeFileSync(
    join(api, 'specification.yaml'),
    JSON.stringify({ openapi: '3.0.3', paths: { '/mcp': { post: { operationId: 'mcp' } } } }),
  );
  // The runtime has an address of its own; everything else is the policy as it is.
  const policy = readFileSync(join(FOLDER, 'policy.xml'), 'utf8');
  writeFileSync(
    join(api, 'policy.xml'),
    policy.replace('<base />', '<base /><set-backend-service base-url="{{function-app-url}}" />'),
  );
  for (const product of ['sandbox', 'production'])
    writeFileSync(join(directory, 'products', product, 'apis.json'), '[{ "name": "agents" }]');
  return directory;
}

let edge: Edge;
let answer: RequestListener;

beforeAll(async () => {
  const directory = copyWithServer();
  edge = await startEdge({ directory }, (incoming, response) => answer(incoming, response));
  rmSync(directory, { recursive: true });
}, 30_000);

beforeEach(() => {
  answer = (_incoming, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream', server: 'mcp' }).end('data: {}\n\n');
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

test('a caller with a key and a token reaches the tools, with both for the operations behind them', async () => {
  const token = await edge.issuer.sign();
  const { status, text, headers } = await edge.predict({
    path: '/agents/mcp',
    body: CALL,
    headers: { authorization: `Bearer ${token}`, 'x-gateway-roles': 'Assistants.Use' },
  });
  expect([status, text]).toEqual([200, 'data: {}\n\n']);
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers).not.toHaveProperty('server');
  const [received] = edge.functionApp.received;
  expect(received).toMatchObject({ method: 'POST', body: CALL });
  expect(received?.headers).toMatchObject({
    authorization: `Bearer ${token}`,
    'ocp-apim-subscription-key': PRODUCTION_KEY,
  });
  expect(Object.keys(received?.headers ?? {}).filter((name) => name.startsWith('x-gateway-'))).toEqual([]);
  expect(edge.traces).toEqual([]);
});

test('a key alone is enough where the product says so', async () => {
  const { status } = await edge.predict({
    path: '/agents/mcp',
    body: CALL,
    headers: { 'ocp-apim-subscription-key': SANDBOX_KEY, authorization: undefined },
  });
  expect(status).toBe(200);
  expect(edge.functionApp.received[0]?.headers).not.toHaveProperty('authorization');
});

test.each([
  ['no key', { 'ocp-apim-subscription-key': undefined }, 'SUBSCRIPTION_KEY_MISSING'],
  ['an unknown key', { 'ocp-apim-subscription-key': 'nonsense' }, 'SUBSCRIPTION_KEY_INVALID'],
  ['no token', { authorization: undefined }, 'TOKEN_MISSING'],
  ['a token that is none', { authorization: 'Bearer a.b.c' }, 'TOKEN_INVALID'],
])('nobody lists the tools with %s, and the refusal is on record', async (_, headers, code) => {
  const { status } = await edge.predict({ path: '/agents/mcp', body: CALL, headers });
  expect(status).toBe(401);
  expect(edge.functionApp.received).toEqual([]);
  expect(edge.traces.map(({ metadata }) => metadata.code)).toEqual([code]);
});

test('what a tool answers is passed on as it arrives', async () => {
  let finish: (() => void) | undefined;
  answer = (_incoming, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    finish = () => response.end('data: 2\n\n');
  };
  const headers = {
    'ocp-apim-subscription-key': PRODUCTION_KEY,
    authorization: `Bearer ${await edge.issuer.sign()}`,
  };
  const chunks: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const outgoing = request(
      { port: edge.port, path: '/agents/mcp', method: 'POST', headers },
      (response) => {
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk.toString());
          if (chunks.length === 1) finish?.();
        });
        response.on('end', resolve);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(CALL);
  });
  expect(chunks).toEqual(['data: 1\n\n', 'data: 2\n\n']);
});

test('the server is of the type that serves tools, and needs a key', () => {
  expect(server).toMatchObject({ type: 'mcp', path: 'agents', subscriptionRequired: true });
});

/** https://learn.microsoft.com/azure/templates/microsoft.apimanagement/service/apis/tools */
test('every tool is an operation that is described, under a name that clients take', () => {
  expect(server.mcpTools.map(({ name }) => name)).toEqual(['list_models', 'predict', 'explain_policy']);
  for (const { name, operationId, description } of server.mcpTools) {
    expect(name).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
    expect(description.length).toBeLessThanOrEqual(1000);
    const [, api = '', id] = /^\/apis\/([\w-]+)\/operations\/([\w-]+)$/.exec(operationId) ?? [];
    const { paths } = parse(readFileSync(join('apim/apis', api, 'specification.yaml'), 'utf8')) as {
      paths: Record<string, Record<string, Operation>>;
    };
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations.find((operation) => operation.operationId === id)?.description).toBeTruthy();
  }
});
