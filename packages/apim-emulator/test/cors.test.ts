import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import { KEY, policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

const APP = 'https://app.example.com';
const HEADERS = '<allowed-headers><header>Content-Type</header><header>x-team</header></allowed-headers>';
const ANY_HEADER = '<allowed-headers><header>*</header></allowed-headers>';

let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend((_request, response) =>
    response
      .writeHead(200, {
        vary: 'Accept-Encoding',
        'access-control-allow-origin': 'https://backend.example.com',
      })
      .end('answer'),
  );
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  backend.received.length = 0;
});

afterAll(() => backend.close());

function origins(...all: string[]): string {
  return `<allowed-origins>${all.map((origin) => `<origin>${origin}</origin>`).join('')}</allowed-origins>`;
}

function cors(children: string, attributes = ''): string {
  return `<cors ${attributes}>${children}</cors>`;
}

async function start(inbound: string, files: Record<string, string> = {}): Promise<TestGateway> {
  gateway = await startTestGateway({
    backend: backend.url,
    files: { 'apis/echo/policy.xml': policies({ inbound, 'on-error': SHOW_LAST_ERROR }), ...files },
  });
  return gateway;
}

interface Asked {
  readonly path?: string;
  readonly origin?: string;
  readonly method?: string;
  readonly headers?: string;
}

/** Sends what a browser would: no key. */
function preflight(asked: Asked): Promise<ReceivedResponse> {
  const { path = '/echo/items/1', origin = APP, method = 'GET', headers } = asked;
  return sendRequest(gateway?.port ?? 0, {
    method: 'OPTIONS',
    path,
    headers: {
      origin,
      'access-control-request-method': method,
      ...(headers !== undefined && { 'access-control-request-headers': headers }),
    },
  });
}

function corsHeaders({ headers }: ReceivedResponse): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary'),
  );
}

test('a preflight request of an allowed origin is answered without a key, and goes no further', async () => {
  await start(
    cors(
      `${origins(APP)}<allowed-methods preflight-result-max-age="300"><method>POST</method><method>PUT</method></allowed-methods>${HEADERS}`,
      'allow-credentials="true"',
    ) + '<return-response><set-status code="418" /></return-response>',
  );
  const response = await preflight({ method: 'POST', headers: 'content-type, X-Team' });
  expect(response).toMatchObject({ status: 200, text: '' });
  expect(corsHeaders(response)).toEqual({
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'POST,PUT',
    'access-control-allow-headers': 'content-type,x-team',
    'access-control-max-age': '300',
    vary: 'Origin',
  });
  expect(response.headers['content-length']).toBe('0');
  expect(backend.received).toEqual([]);
});

test('without allowed-methods there are GET and POST, and nothing is remembered', async () => {
  await start(cors(origins(APP) + HEADERS));
  expect(corsHeaders(await preflight({ method: 'POST' }))).toEqual({
    'access-control-allow-origin': APP,
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': 'content-type,x-team',
    'access-control-max-age': '0',
    vary: 'Origin',
  });
});

test.each([
  ['another origin', { origin: 'https://evil.example.com' }],
  ['a longer host', { origin: `${APP}.evil.com` }],
  ['another scheme', { origin: 'http://app.example.com' }],
  ['another port', { origin: `${APP}:8443` }],
  ['the origin null', { origin: 'null' }],
  ['no origin at all', { origin: '' }],
  ['another method', { method: 'PATCH' }],
  ['another header', { headers: 'x-team, x-evil' }],
])('a preflight request with %s is answered with an empty 200 that allows nothing', async (_, asked) => {
  await start(cors(origins(APP, 'https://b.example.com') + HEADERS));
  const response = await preflight(asked);
  expect(response).toMatchObject({ status: 200, text: '' });
  expect(corsHeaders(response)).toEqual({});
});

test.each([
  [`${APP}:443/`, APP],
  [APP, `${APP}:443`],
  ['http://LOCALHOST:8080/', 'http://localhost:8080'],
  ['http://[::1]:80', 'http://[::1]'],
])('the origin %s in a policy means %s', async (configured, sent) => {
  await start(cors(origins(configured) + HEADERS));
  expect((await preflight({ origin: sent })).headers['access-control-allow-origin']).toBe(sent);
});

test('wildcards allow any origin, method and header', async () => {
  await start(cors(`${origins('*')}<allowed-methods><method>*</method></allowed-methods>${ANY_HEADER}`));
  const asked = { origin: 'null', method: 'POST', headers: 'x-a,x-b' };
  expect(corsHeaders(await preflight(asked))).toEqual({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'x-a,x-b',
    'access-control-max-age': '0',
  });
});

test('with credentials the origin is named, for a wildcard means nothing then', async () => {
  await start(cors(origins('*') + ANY_HEADER, 'allow-credentials="true"'));
  expect(corsHeaders(await preflight({}))).toMatchObject({
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  });
});

test('the policy of the operation that is asked for counts', async () => {
  await start('<base />', {
    'apis/echo/operations/post-item/policy.xml': policies({ inbound: cors(origins(APP) + HEADERS) }),
  });
  expect((await preflight({ method: 'POST' })).status).toBe(200);
  const other = await preflight({ method: 'GET' });
  expect(other.status).toBe(404);
  expect(lastErrorOf(other)).toMatchObject({ Source: 'configuration', Reason: 'OperationNotFound' });
});

test('without an operation for the method, the policy of the API counts; without an API none does', async () => {
  await start(cors(`${origins(APP)}<allowed-methods><method>*</method></allowed-methods>${HEADERS}`), {
    'policy.xml': `<policies><inbound>${cors(origins(APP) + HEADERS)}</inbound></policies>`,
  });
  expect((await preflight({ path: '/echo/nothing', method: 'DELETE' })).status).toBe(200);
  expect((await preflight({ path: '/nowhere' })).status).toBe(404);
});

test('an OPTIONS request that is no preflight request finds no operation', async () => {
  const { port } = await start(cors(origins(APP) + HEADERS));
  for (const headers of [{ origin: APP }, { 'access-control-request-method': 'GET' }, {}]) {
    const response = await sendRequest(port, { method: 'OPTIONS', path: '/echo/items/1', headers });
    expect(response.status).toBe(404);
  }
});

test('an operation of its own takes the preflight requests', async () => {
  const { port } = await start(cors(origins(APP) + HEADERS), {
    'apis/echo/specification.yaml': `
openapi: 3.0.3
paths:
  /items/{id}:
    get: { operationId: get-item }
    options: { operationId: options-item }
`,
  });
  expect((await preflight({})).status).toBe(401);
  const headers = {
    origin: APP,
    'access-control-request-method': 'GET',
    'ocp-apim-subscription-key': KEY,
  };
  const response = await sendRequest(port, { method: 'OPTIONS', path: '/echo/items/1', headers });
  expect(response.text).toBe('answer');
});

test('a policy of a product answers only where the key is in the query', async () => {
  await start('<base />', {
    'products/starter/policy.xml': policies({ inbound: cors(origins(APP) + HEADERS) }),
  });
  expect((await preflight({})).status).toBe(404);
  const known = await preflight({ path: `/echo/items/1?subscription-key=${KEY}` });
  expect(known.headers['access-control-allow-origin']).toBe(APP);
});

test('where a policy does not match and does not terminate, the next one in scope is asked', async () => {
  const global = `<policies><inbound>${cors(origins(APP) + HEADERS)}</inbound></policies>`;
  const own = (terminates: boolean): string =>
    `${cors(origins('https://other.example.com') + HEADERS, `terminate-unmatched-request="${terminates}"`)}<base />`;
  await start(own(false), { 'policy.xml': global });
  expect((await preflight({})).headers['access-control-allow-origin']).toBe(APP);
  await gateway?.close();
  await start(own(true), { 'policy.xml': global });
  expect(corsHeaders(await preflight({}))).toEqual({});
});

test('a policy within a fragment answers, one within choose does not', async () => {
  const fragment = {
    'policy-fragments/cors/policy.xml': `<fragment>${cors(origins(APP) + HEADERS)}</fragment>`,
  };
  await start('<include-fragment fragment-id="cors" />', fragment);
  expect((await preflight({})).status).toBe(200);
  await gateway?.close();
  await start(`<choose><when condition="@(true)">${cors(origins(APP) + HEADERS)}</when></choose>`);
  expect((await preflight({})).status).toBe(404);
});

test('attributes and methods may be expressions; one that fails runs on-error', async () => {
  const children = (method: string): string =>
    `${origins(APP)}<allowed-methods preflight-result-max-age="@(60 * 2)"><method>${method}</method></allowed-methods>${HEADERS}`;
  await start(cors(children('@(context.Operation.Method)'), 'allow-credentials="@(1 < 2)"'));
  expect(corsHeaders(await preflight({ method: 'POST' }))).toMatchObject({
    'access-control-allow-methods': 'POST',
    'access-control-max-age': '120',
    'access-control-allow-credentials': 'true',
  });
  await gateway?.close();
  await start(cors(children('@((string)context.Variables["missing"])'), 'id="the-one"'));
  const failed = await preflight({});
  expect(failed.status).toBe(500);
  expect(lastErrorOf(failed)).toMatchObject({
    Source: 'cors',
    Reason: 'ExpressionValueEvaluationFailure',
    Scope: 'api',
    Path: 'cors',
    PolicyId: 'the-one',
  });
});

test('an actual request gets its headers, in place of those of the backend', async () => {
  const { send } = await start(
    cors(
      `${origins(APP)}${HEADERS}<expose-headers><header>x-request-id</header><header>retry-after</header></expose-headers>`,
      'allow-credentials="true"',
    ),
  );
  const response = await send({ method: 'POST', path: '/echo/items/1', headers: { origin: APP } });
  expect(response).toMatchObject({ status: 200, text: 'answer' });
  expect(corsHeaders(response)).toEqual({
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'x-request-id,retry-after',
    vary: 'Accept-Encoding, Origin',
  });
});

test('an actual request without an origin is none of the policy', async () => {
  const { send } = await start(cors(origins(APP) + HEADERS));
  expect(corsHeaders(await send({ path: '/echo/items/1' }))).toMatchObject({ vary: 'Accept-Encoding' });
});

test('an error after the policy has the headers as well, once', async () => {
  const { send } = await start(
    `${cors(origins(APP) + HEADERS)}<check-header name="x" failed-check-httpcode="403" failed-check-error-message="no" ignore-case="true" />`,
  );
  const response = await send({ path: '/echo/items/1', headers: { origin: APP } });
  expect(response.status).toBe(403);
  expect(corsHeaders(response)).toEqual({ 'access-control-allow-origin': APP, vary: 'Origin' });
});

test.each([
  ['true', 'GET', { status: 200, text: '' }, 0],
  ['true', 'POST', { status: 200, text: 'answer' }, 1],
  ['false', 'GET', { status: 200, text: 'answer' }, 1],
])(
  'terminate-unmatched-request="%s" with %s of another origin',
  async (terminates, method, answer, forwarded) => {
    const attributes = `terminate-unmatched-request="${terminates}"`;
    const { send } = await start(cors(origins(APP) + HEADERS, attributes));
    const headers = { origin: 'https://evil.example.com' };
    const response = await send({ method, path: '/echo/items/1', headers });
    expect(response).toMatchObject(answer);
    expect(response.headers['access-control-allow-origin']).not.toBe(headers.origin);
    expect(backend.received).toHaveLength(forwarded);
  },
);

test('only the first policy that matches is applied', async () => {
  const expose = (name: string): string =>
    cors(`${origins(APP)}${HEADERS}<expose-headers><header>${name}</header></expose-headers>`);
  const { send } = await start(`${expose('x-api')}<base />`, {
    'policy.xml': `<policies><inbound>${expose('x-global')}</inbound><backend><forward-request /></backend></policies>`,
  });
  const response = await send({ path: '/echo/items/1', headers: { origin: APP } });
  expect(response.headers['access-control-expose-headers']).toBe('x-api');
});

test.each([
  [cors(HEADERS), /policy\.xml:2:10 <cors> needs a child <allowed-origins>\.$/],
  [cors(origins(APP)), /:2:10 <cors> needs a child <allowed-headers>\.$/],
  [cors(`<allowed-origins />${HEADERS}`), /<allowed-origins> needs a child <origin>\.$/],
  [cors(`${origins(APP)}<allowed-methods />${HEADERS}`), /<allowed-methods> needs a child <method>\.$/],
  [cors(origins('*', APP) + HEADERS), /:2:42 <origin> "\*" stands alone, or not at all\.$/],
  [cors(origins('app.example.com') + HEADERS), /:2:42 <origin> needs "\*", or the scheme, host and port/],
  [cors(origins('https://*.example.com') + HEADERS), /<origin> needs "\*", or the scheme, host and port/],
  [cors(origins(`${APP}/path`) + HEADERS), /<origin> needs "\*", or the scheme, host and port/],
  [cors(origins('@("https://a.b")') + HEADERS), /<origin> Policy expressions aren't allowed here\.$/],
  [
    cors(`${origins(APP)}<allowed-headers><header>a b</header></allowed-headers>`),
    /<header> needs the name of a header\.$/,
  ],
  [cors(origins(APP) + origins(APP) + HEADERS), /<allowed-origins> occurs twice\.$/],
  [
    cors(origins(APP) + HEADERS, 'allow-credentials="maybe"'),
    /:2:35 <cors> "allow-credentials" is one of true, false\.$/,
  ],
  [
    cors(
      `${origins(APP)}<allowed-methods preflight-result-max-age="soon"><method>GET</method></allowed-methods>${HEADERS}`,
    ),
    /<allowed-methods> "preflight-result-max-age" is a whole number of at least 0\.$/,
  ],
  [
    cors(`${origins(APP)}<allowed-methods><method>GET, PUT</method></allowed-methods>${HEADERS}`),
    /<method> needs the name of a method, or "\*"\.$/,
  ],
  [
    cors(origins(APP) + HEADERS, 'terminate-unmatched-request="@(context.Api.Name)"'),
    /<cors> "terminate-unmatched-request" is a Boolean; this expression gives a string\.$/,
  ],
  [cors(origins(APP) + HEADERS).repeat(2), /<cors> is allowed only once in inbound\.$/],
])('refuses %s', async (policy, problem) => {
  await expect(start(policy)).rejects.toThrow(problem);
});

test('is not allowed in backend', async () => {
  const files = { 'apis/echo/policy.xml': policies({ backend: cors(origins(APP) + HEADERS) }) };
  await expect(startTestGateway({ files })).rejects.toThrow(
    "<cors> isn't allowed in backend; allowed in: inbound.",
  );
});
