import type { RequestListener } from 'node:http';
import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './start-test-gateway.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startOther(answer?: RequestListener): Promise<RecordingBackend> {
  const other = await startBackend(answer);
  closers.push(other.close);
  return other;
}

async function start(inbound: string, options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({
    files: { 'apis/echo/policy.xml': policies({ inbound, 'on-error': SHOW_LAST_ERROR }) },
    ...options,
  });
  closers.push(gateway.close);
  return gateway;
}

const show = (expression: string): string =>
  `<return-response><set-body>@(${expression})</set-body></return-response>`;

test('a new request has what the policy says, and nothing of the caller', async () => {
  const other = await startOther();
  const { send } = await start(`<send-request mode="new" response-variable-name="answer">
      <set-url>@("${other.url}/introspect?token=" + context.Request.MatchedParameters["id"])</set-url>
      <set-method>PUT</set-method>
      <set-header name="x-a" exists-action="append"><value>1</value><value>@("2")</value></set-header>
      <set-header name="x-a" exists-action="append"><value>3</value></set-header>
      <set-body>@("body of " + context.Request.Method)</set-body>
    </send-request>${show('((IResponse)context.Variables["answer"]).Body.As<string>()')}`);
  const response = await send({ path: '/echo/items/42', headers: { authorization: 'Bearer secret' } });
  expect(response.text).toBe('{"ok":true}');
  expect(other.received).toMatchObject([
    { method: 'PUT', url: '/introspect?token=42', body: 'body of GET', headers: { 'x-a': '1, 2, 3' } },
  ]);
  for (const name of ['authorization', 'ocp-apim-subscription-key', 'x-forwarded-for'])
    expect(other.received[0]?.headers).not.toHaveProperty(name);
});

test('a copy has the headers, method and body of the request as it is then', async () => {
  const other = await startOther();
  const { send } = await start(`<set-header name="x-set"><value>before</value></set-header>
    <send-request mode="copy" response-variable-name="answer">
      <set-url>${other.url}/log</set-url>
      <set-header name="authorization" exists-action="delete" />
    </send-request>${show('context.Request.Body.As<string>()')}`);
  const response = await send({
    method: 'POST',
    path: '/echo/items/1',
    headers: { authorization: 'Bearer secret', 'x-own': '1' },
    body: 'hello',
  });
  expect(response.text).toBe('hello');
  expect(other.received).toMatchObject([
    {
      method: 'POST',
      url: '/log',
      body: 'hello',
      headers: { 'x-own': '1', 'x-set': 'before', host: new URL(other.url).host },
    },
  ]);
  expect(other.received[0]?.headers).not.toHaveProperty('authorization');
});

test('a copy without a URL goes to the backend of the request', async () => {
  const backend = await startOther();
  const { send } = await start(
    `<send-request mode="copy" response-variable-name="answer" />${show('"sent"')}`,
    { backend: backend.url },
  );
  await send({ path: '/echo/items/1?q=%2f' });
  expect(backend.received).toMatchObject([{ method: 'GET', url: '/base/items/1?q=%2f' }]);
});

test('in outbound a copy has no body', async () => {
  const [backend, other] = [await startOther(), await startOther()];
  const outbound = `<send-request mode="copy" response-variable-name="answer"><set-url>${other.url}/</set-url></send-request>`;
  const { send } = await start('', {
    backend: backend.url,
    files: { 'apis/echo/policy.xml': policies({ outbound }) },
  });
  expect((await send({ method: 'POST', path: '/echo/items/1', body: 'hello' })).text).toBe('{"ok":true}');
  expect(other.received).toMatchObject([{ method: 'POST', body: '' }]);
});

test('the response has status, reason, headers and a body that is read once unless it is preserved', async () => {
  const other = await startOther((_request, response) => {
    response.writeHead(404, 'Nowhere', { 'x-answer': 'yes' }).end('{ "found": false }');
  });
  const { send } = await start(`<send-request response-variable-name="@("an" + "swer")">
      <set-url>${other.url}/</set-url><set-method>GET</set-method>
    </send-request>
    <return-response><set-body>@{
      var answer = (IResponse)context.Variables["answer"];
      var first = answer.Body.As<JObject>(preserveContent: true)["found"];
      var second = answer.Body.As<string>();
      return $"{answer.StatusCode} {answer.StatusReason} {answer.Headers.GetValueOrDefault("x-answer", "")} {first} {second}";
    }</set-body></return-response>`);
  expect((await send({ path: '/echo/items/1' })).text).toBe('404 Nowhere yes False { "found": false }');
});

test('return-response passes such a response on, with changes', async () => {
  const other = await startOther((_request, response) => {
    response.writeHead(201, 'Made', { 'x-answer': 'yes', 'x-other': 'no' }).end('made');
  });
  const { send } = await start(`<send-request response-variable-name="answer">
      <set-url>${other.url}/</set-url><set-method>GET</set-method>
    </send-request>
    <return-response response-variable-name="answer">
      <set-header name="x-other"><value>set</value></set-header>
    </return-response>`);
  const response = await send({ path: '/echo/items/1' });
  expect(response).toMatchObject({ status: 201, reason: 'Made', text: 'made' });
  expect(response.headers).toMatchObject({ 'x-answer': 'yes', 'x-other': 'set', 'content-length': '4' });
});

test('return-response fails for a variable that holds no response', async () => {
  const { send } = await start('<return-response response-variable-name="answer" />');
  expect(lastErrorOf(await send({ path: '/echo/items/1' }))).toMatchObject({
    Source: 'return-response',
    Message: 'The variable "answer" holds no response.',
  });
});

const UNREACHABLE = `<set-url>http://127.0.0.1:1/</set-url><set-method>GET</set-method>`;

test('an error runs on-error', async () => {
  const { send } = await start(
    `<send-request id="ask" response-variable-name="answer">${UNREACHABLE}</send-request>`,
  );
  const response = await send({ path: '/echo/items/1' });
  expect(response.status).toBe(500);
  expect(lastErrorOf(response)).toEqual({
    Source: 'send-request',
    Reason: 'BackendConnectionFailure',
    Message: 'The connection to the backend was not established or was aborted by the backend.',
    Scope: 'api',
    Section: 'inbound',
    Path: 'send-request',
    PolicyId: 'ask',
  });
});

test('an ignored error leaves null in the variable', async () => {
  const { send } =
    await start(`<send-request response-variable-name="answer" ignore-error="true">${UNREACHABLE}</send-request>
    ${show('context.Variables["answer"] == null ? "null" : "response"')}`);
  expect((await send({ path: '/echo/items/1' })).text).toBe('null');
});

test('an answer that takes longer than the timeout, body included, is a Timeout', async () => {
  const other = await startOther((_request, response) => {
    response.writeHead(200).write('begun');
  });
  const { send } = await start(`<send-request response-variable-name="answer" timeout="@(1)">
    <set-url>${other.url}/</set-url><set-method>GET</set-method></send-request>`);
  expect(lastErrorOf(await send({ path: '/echo/items/1' }))).toMatchObject({
    Source: 'send-request',
    Reason: 'Timeout',
  });
});

test('a token of the managed identity goes with the request, not with the forwarded one', async () => {
  const other = await startOther();
  const { send } = await start(
    `<send-request response-variable-name="answer">
      <set-url>${other.url}/</set-url><set-method>GET</set-method>
      <authentication-managed-identity resource="https://other.example" />
    </send-request>${show('context.Request.Headers.ContainsKey("Authorization")')}`,
    {
      managedIdentityToken: (resource) =>
        Promise.resolve({ token: `token for ${resource}`, expiresAt: new Date(Date.now() + 3_600_000) }),
    },
  );
  expect((await send({ path: '/echo/items/1' })).text).toBe('False');
  expect(other.received[0]?.headers.authorization).toBe('Bearer token for https://other.example');
});

test('a computed URL that is none is an error that does not repeat it', async () => {
  const { send } = await start(`<send-request response-variable-name="answer">
    <set-url>@("file:///etc/" + "passwd")</set-url><set-method>GET</set-method></send-request>`);
  expect(lastErrorOf(await send({ path: '/echo/items/1' }))).toMatchObject({
    Message: 'The URL of the request is not an http or https address.',
  });
});

test.each([
  [
    '<send-request><set-url>http://a</set-url><set-method>GET</set-method></send-request>',
    ':2:10 <send-request> needs the attribute "response-variable-name".',
  ],
  [
    '<send-request response-variable-name="a"><set-method>GET</set-method></send-request>',
    'needs a child <set-url> unless mode is copy.',
  ],
  [
    '<send-request response-variable-name="a" mode="new"><set-url>http://a</set-url></send-request>',
    'needs a child <set-method> unless mode is copy.',
  ],
  [
    '<send-request response-variable-name="a" mode="clone" />',
    ':2:57 <send-request> "mode" is one of new, copy.',
  ],
  [
    '<send-request response-variable-name="a" ignore-error="@(true)" mode="copy" />',
    'Policy expressions aren\'t allowed in "ignore-error".',
  ],
  [
    '<send-request response-variable-name="a" timeout="0" mode="copy" />',
    '"timeout" is a whole number of at least 1.',
  ],
  [
    '<send-request response-variable-name="a" mode="copy"><set-method>@("GET")</set-method></send-request>',
    "<set-method> Policy expressions aren't allowed here.",
  ],
  [
    '<send-request response-variable-name="a" mode="copy"><set-url>ftp://a</set-url></send-request>',
    '<set-url> needs an http or https address.',
  ],
  [
    '<send-request response-variable-name="a" mode="copy"><authentication-certificate thumbprint="1" /></send-request>',
    "<authentication-certificate> isn't supported within <send-request>; allowed: set-url, set-method, set-header, set-body, authentication-managed-identity.",
  ],
  [
    '<return-response response-variable-name="@("a")" />',
    'Policy expressions aren\'t allowed in "response-variable-name".',
  ],
])('refuses %s', async (policy, problem) => {
  await expect(start(policy)).rejects.toThrow(problem);
});
