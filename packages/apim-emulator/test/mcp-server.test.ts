import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { ReceivedResponse, SentRequest } from '@vertex-ai-gateway/test-support/send-request';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

const SPECIFICATION = JSON.stringify({
  openapi: '3.0.3',
  paths: {
    '/items/{id}': {
      get: {
        operationId: 'get-item',
        summary: 'Get an item',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
          { name: 'x-trace', in: 'header', schema: { type: 'string' } },
        ],
      },
      post: {
        operationId: 'post-item',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Item' } } },
        },
      },
    },
    '/lists': {
      post: {
        operationId: 'post-list',
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Item' } } },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Item: {
        type: 'object',
        properties: {
          name: { type: 'string', nullable: true, description: 'What it is called.' },
          size: { $ref: '#/components/schemas/Size' },
        },
        required: ['name'],
      },
      Size: { type: 'number', minimum: 0, exclusiveMinimum: true },
    },
  },
});

function tool(name: string, operation: string): object {
  return { name, operationId: `/apis/echo/operations/${operation}`, description: `Tool ${name}.` };
}

const TOOLS = [tool('get', 'get-item'), tool('post', 'post-item'), tool('list', 'post-list')];

function information(properties: object = {}): string {
  const all = { displayName: 'Tools', path: 'tools', type: 'mcp', mcpTools: TOOLS, ...properties };
  return JSON.stringify({ properties: all });
}

function files(properties: object = {}): Record<string, string> {
  return {
    'apis/echo/specification.yaml': SPECIFICATION,
    'mcp-servers/tools/mcpServerInformation.json': information(properties),
    'mcp-servers/tools/products.json': '[{ "name": "starter" }]',
    'mcp-servers/tools/policy.xml': policies({
      inbound: '<base /><set-header name="x-set"><value>by a policy</value></set-header>',
    }),
  };
}

let backend: RecordingBackend;
let gateway: TestGateway;

beforeAll(async () => {
  backend = await startBackend();
  gateway = await startTestGateway({ backend: backend.url, files: files() });
});

beforeEach(() => {
  backend.received.length = 0;
});

afterAll(() => Promise.all([gateway.close(), backend.close()]));

function post(body: string | Buffer, headers: SentRequest['headers'] = {}): Promise<ReceivedResponse> {
  const json = { 'content-type': 'application/json' };
  return gateway.send({ method: 'POST', path: '/tools/mcp', body, headers: { ...json, ...headers } });
}

async function ask(method: string, params?: object): Promise<unknown> {
  const answer = await post(JSON.stringify({ jsonrpc: '2.0', id: 'a', method, params }));
  expect(answer.status).toBe(200);
  const message = answer.json() as { readonly id: unknown; readonly result?: unknown };
  expect(message.id).toBe('a');
  return message.result ?? message;
}

function call(name: string, given: unknown): Promise<unknown> {
  return ask('tools/call', { name, arguments: given });
}

function refusal(text: string): object {
  return { isError: true, content: [{ type: 'text', text }] };
}

test.each([
  ['2025-11-25', '2025-11-25'],
  ['2025-03-26', '2025-03-26'],
  ['2024-11-05', '2025-11-25'],
])('a client that speaks %s is answered in %s', async (protocolVersion, spoken) => {
  expect(await ask('initialize', { protocolVersion, capabilities: {}, clientInfo: {} })).toEqual({
    protocolVersion: spoken,
    capabilities: { tools: {} },
    serverInfo: { name: 'tools', title: 'Tools', version: '1' },
  });
});

test('notifications are taken without an answer', async () => {
  const { status, text } = await post('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  expect([status, text]).toEqual([202, '']);
});

test('a ping is answered', async () => {
  expect(await ask('ping')).toEqual({});
});

test('a tool takes the parameters of its operation and the properties of its body', async () => {
  const { tools } = (await ask('tools/list')) as { tools: object[] };
  expect(tools).toEqual([
    {
      name: 'get',
      title: 'Get an item',
      description: 'Tool get.',
      inputSchema: {
        type: 'object',
        properties: { id: { type: 'string' }, tag: { type: 'array', items: { type: 'string' } } },
        required: ['id'],
        additionalProperties: false,
      },
    },
    {
      name: 'post',
      title: 'post-item',
      description: 'Tool post.',
      inputSchema: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          name: { type: ['string', 'null'], description: 'What it is called.' },
          size: { $ref: '#/$defs/Size' },
        },
        required: ['id', 'name'],
        $defs: { Size: { type: 'number', exclusiveMinimum: 0 } },
      },
    },
    {
      name: 'list',
      title: 'post-list',
      description: 'Tool list.',
      inputSchema: {
        type: 'object',
        properties: { body: { type: 'array', items: { $ref: '#/$defs/Item' } } },
        required: ['body'],
        additionalProperties: false,
        $defs: {
          Item: {
            type: 'object',
            properties: {
              name: { type: ['string', 'null'], description: 'What it is called.' },
              size: { $ref: '#/$defs/Size' },
            },
            required: ['name'],
          },
          Size: { type: 'number', exclusiveMinimum: 0 },
        },
      },
    },
  ]);
});

test('arguments go where the operation has its parameters', async () => {
  await call('get', { id: 'a/../b ?#é', tag: ['x', 'y&z'] });
  await call('post', { id: 7, name: 'n', size: 2 });
  await call('list', { body: [{ name: null }] });
  expect(backend.received.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['GET', '/base/items/a%2F..%2Fb%20%3F%23%C3%A9?tag=x&tag=y%26z', ''],
    ['POST', '/base/items/7', '{"name":"n","size":2}'],
    ['POST', '/base/lists', '[{"name":null}]'],
  ]);
});

test('numbers in arguments keep every digit', async () => {
  const message = (id: string, given: string): string =>
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"post","arguments":${given}}}`;
  const given =
    '{"id":12345678901234567890123,"name":"n","size":0.12345678901234567891,"a":[9007199254740993,-1e400,1.50,7]}';
  expect((await post(message('1', given))).status).toBe(200);
  expect(backend.received).toMatchObject([
    {
      url: '/base/items/12345678901234567890123',
      body: '{"name":"n","size":0.12345678901234567891,"a":[9007199254740993,-1e400,1.50,7]}',
    },
  ]);
  expect((await post(message('9007199254740993', given))).status).toBe(400);
});

test('what is named __proto__ goes into the body like anything else', async () => {
  const given = '{"id":"1","name":"n","__proto__":{"id":"2"}}';
  await post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"post","arguments":${given}}}`);
  expect(backend.received[0]).toMatchObject({
    url: '/base/items/1',
    body: '{"name":"n","__proto__":{"id":"2"}}',
  });
});

test.each([
  ['get', {}, 'The argument "id" is missing.'],
  ['get', { id: '..' }, 'The argument "id" is empty, or has dots alone.'],
  ['get', { id: '' }, 'The argument "id" is empty, or has dots alone.'],
  ['get', { id: { a: 1 } }, 'The argument "id" is a text, a number, or true or false.'],
  ['get', { id: '\ud800' }, 'The argument "id" is not valid Unicode.'],
  ['get', { id: '1', secret: 'x' }, 'The tool takes no arguments but id, tag.'],
  ['list', {}, 'The argument "body" is missing.'],
  ['get', [], 'The "arguments" are an object.'],
])('%s refuses the arguments %j without a call', async (name, given, text) => {
  expect(await call(name, given)).toEqual(refusal(text));
  expect(backend.received).toEqual([]);
});

test('arguments that are nested too deeply are refused', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const { status, text } = await post(
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list","arguments":{"body":${deep}}}}`,
  );
  expect(status).toBe(200);
  expect(text).toContain('nested too deeply');
});

test('headers of the message go along, but for Authorization and those about the message', async () => {
  const headers = { authorization: 'Bearer of-the-client', 'x-trace': 't', 'mcp-session-id': 's' };
  await post(
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get","arguments":{"id":"1"}}}',
    headers,
  );
  const [received] = backend.received;
  expect(received?.headers).toMatchObject({ 'x-trace': 't', 'x-set': 'by a policy' });
  for (const name of ['authorization', 'mcp-session-id', 'content-type'])
    expect(received?.headers).not.toHaveProperty(name);
});

test('the operation that a tool stands for has a journey of its own', async () => {
  await call('get', { id: '1' });
  const [last, before] = gateway.journeys?.list() ?? [];
  const paths = [last, before].map((journey) => JSON.stringify(journey));
  expect(paths.some((text) => text.includes('/echo/items/1'))).toBe(true);
  expect(paths.some((text) => text.includes('/tools/mcp'))).toBe(true);
});

test('a backend that fails, or breaks off, is an error of the tool', async () => {
  const broken = await startBackend((_, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('1');
    setImmediate(() => response.destroy());
  });
  const other = await startTestGateway({ backend: broken.url, files: files() });
  try {
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get","arguments":{"id":"1"}}}';
    const headers = { 'content-type': 'application/json' };
    const answer = await other.send({ method: 'POST', path: '/tools/mcp', body, headers });
    expect(answer.json()).toMatchObject({ result: refusal('The answer broke off.') });
  } finally {
    await Promise.all([other.close(), broken.close()]);
  }
});

test.each<[string, string | Buffer, number, number]>([
  ['no JSON', 'nonsense', 400, -32_700],
  ['nothing', '', 400, -32_700],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, -32_700],
  ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 400, -32_600],
  ['another version of JSON-RPC', '{"jsonrpc":"1.0","id":1,"method":"ping"}', 400, -32_600],
  ['an id of null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', 400, -32_600],
  ['no method', '{"jsonrpc":"2.0","id":1}', 400, -32_600],
  ['params that are a list', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', 400, -32_600],
  ['a request for resources', '{"jsonrpc":"2.0","id":1,"method":"resources/list"}', 200, -32_601],
  ['a request for prompts', '{"jsonrpc":"2.0","id":1,"method":"prompts/list"}', 200, -32_601],
  ['an unknown tool', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}', 200, -32_602],
  ['a cursor', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}', 200, -32_602],
  ['an initialize without a version', '{"jsonrpc":"2.0","id":1,"method":"initialize"}', 200, -32_602],
])('%s is an error of JSON-RPC', async (_, body, status, code) => {
  const answer = await post(body);
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json']);
  expect(answer.json()).toMatchObject({ jsonrpc: '2.0', error: { code } });
});

test('a message that is too long is refused', async () => {
  const { status, text } = await post(Buffer.alloc(9 * 1024 * 1024, 0x20));
  expect([status, text]).toEqual([413, expect.stringContaining('too long')]);
});

const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

test.each([
  ['another media type', { 'content-type': 'text/plain' }, 415],
  ['an answer that is neither JSON nor a stream', { accept: 'text/html' }, 406],
  ['an unknown revision', { 'mcp-protocol-version': '1999-01-01' }, 400],
])('%s is refused', async (_, headers, status) => {
  expect((await post(PING, headers)).status).toBe(status);
});

test('a client that takes streams alone gets a stream of one event', async () => {
  const { headers, text } = await post(PING, { accept: 'text/event-stream' });
  expect(headers['content-type']).toBe('text/event-stream');
  expect(text).toBe('event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
});

test.each(['GET', 'DELETE'])('%s is not allowed: there is no stream and no session', async (method) => {
  const { status, headers } = await gateway.send({ method, path: '/tools/mcp' });
  expect([status, headers.allow]).toEqual([405, 'POST']);
});

test('a key of a product that does not have the server opens nothing', async () => {
  const other = await startTestGateway({ files: { ...files(), 'mcp-servers/tools/products.json': '[]' } });
  try {
    expect((await other.send({ method: 'POST', path: '/tools/mcp', body: PING })).status).toBe(401);
  } finally {
    await other.close();
  }
});

test.each([
  [{ type: 'http' }, 'properties.type is "mcp".'],
  [{ path: '' }, 'properties.path is a text'],
  [{ mcpTools: [] }, 'properties.mcpTools is a list of tools.'],
  [{ serviceUrl: 'https://elsewhere.example' }, 'stands elsewhere is not supported'],
  [{ mcpTools: [tool('a b', 'get-item')] }, 'properties.mcpTools[0] needs a name'],
  [{ mcpTools: [tool('a', 'nothing')] }, 'properties.mcpTools[0] ("a") has no operation'],
  [{ mcpTools: [tool('a', 'get-item'), tool('a', 'post-item')] }, 'has a name twice'],
])('a server with %j is refused at start', async (properties, problem) => {
  await expect(startTestGateway({ files: files(properties) })).rejects.toThrow(problem);
});

test('a product that is not there is refused at start', async () => {
  const stray = { ...files(), 'mcp-servers/tools/products.json': '[{ "name": "nobody" }]' };
  await expect(startTestGateway({ files: stray })).rejects.toThrow('There is no product "nobody".');
});

test('a tool whose inputs share a name is refused at start', async () => {
  const clashing = SPECIFICATION.replace(
    '"name":{"type":"string","nullable"',
    '"id":{"type":"string","nullable"',
  );
  const all = { ...files(), 'apis/echo/specification.yaml': clashing };
  await expect(startTestGateway({ files: all })).rejects.toThrow('Two of its inputs have the name "id".');
});
