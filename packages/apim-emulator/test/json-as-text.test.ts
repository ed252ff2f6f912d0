import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './start-test-gateway.ts';

/** The backend's answer as Newtonsoft's `ToString()` writes it. */
const INDENTED = '{\n  "a": 1,\n  "b": [\n    "x",\n    null\n  ]\n}';
const ON_ONE_LINE = '{ "a": 1, "b": [ "x", null ] }';

let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1,"b":["x",null]}');
  });
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  backend.received.length = 0;
});

afterAll(() => backend.close());

async function start(
  sections: Parameters<typeof policies>[0],
  options: TestGatewayOptions = {},
): Promise<TestGateway> {
  const inbound = `<base />${sections.inbound ?? ''}`;
  const files = { 'apis/echo/policy.xml': policies({ ...sections, inbound }) };
  gateway = await startTestGateway({ backend: backend.url, files, ...options });
  return gateway;
}

/** The reason why the last request failed, in words. */
function failure(): string {
  const [last] = gateway?.journeys?.list() ?? [];
  return gateway?.journeys?.read(last?.requestId ?? '')?.lastError?.message ?? '';
}

const ANSWER = '@(context.Response.Body.As<JObject>(preserveContent: true))';
const GIVEN = '@(JObject.Parse("{\\"a\\":1,\\"b\\":[\\"x\\",null]}"))';
const REQUEST = { path: '/echo/items/1' };

test('a body that is set to JSON is its text', async () => {
  const { send } = await start({ outbound: '<set-body>@(context.Response.Body.As<JObject>())</set-body>' });
  expect((await send(REQUEST)).text).toBe(INDENTED);
});

test('so is what return-response answers, and what send-request sends', async () => {
  const { send } = await start({
    inbound: `<send-request response-variable-name="sent">
      <set-url>${backend.url}/sent</set-url><set-method>POST</set-method><set-body>${GIVEN}</set-body>
    </send-request>
    <return-response><set-body>@(((IResponse)context.Variables["sent"]).Body.As<JObject>()["b"])</set-body></return-response>`,
  });
  expect((await send(REQUEST)).text).toBe('[\n  "x",\n  null\n]');
  expect(backend.received.map(({ url, body }) => [url, body])).toEqual([['/sent', INDENTED]]);
});

test('bytes that a body is set to are sent as they are', async () => {
  const { send } = await start({
    outbound: '<set-body>@(Encoding.UTF8.GetBytes("gr\u00fc\u00dfe"))</set-body>',
  });
  expect((await send(REQUEST)).text).toBe('gr\u00fc\u00dfe');
});

test('JSON in a header or a reason stands on one line', async () => {
  const { send } = await start({
    outbound: `<base /><set-header name="x-json"><value>${ANSWER}</value></set-header>
      <set-header name="x-item"><value>${ANSWER.replace(/\)$/, '["b"][0])')}</value></set-header>
      <set-status code="200" reason='${ANSWER}' />`,
  });
  const { headers, reason } = await send(REQUEST);
  expect(headers).toMatchObject({ 'x-json': ON_ONE_LINE, 'x-item': 'x' });
  expect(reason).toBe(ON_ONE_LINE);
});

test('a text within JSON that breaks the line is refused in a header, not sent', async () => {
  const { send } = await start({
    outbound: `<set-header name="x"><value>@(new JValue("a\\r\\nx-injected: 1"))</value></set-header>`,
  });
  const { status, headers } = await send(REQUEST);
  expect(status).toBe(500);
  expect(headers).not.toHaveProperty('x-injected');
});

test('traces tell the text of JSON', async () => {
  const { send, traces } = await start({
    outbound: `<trace source="test"><message>${ANSWER}</message><metadata name="answer" value='${ANSWER}' /></trace>`,
  });
  await send(REQUEST);
  expect(traces).toMatchObject([{ message: INDENTED, metadata: { answer: INDENTED } }]);
});

test('JSON in an address is percent-encoded', async () => {
  const { send } = await start({
    inbound: `<rewrite-uri template='${GIVEN}' /><set-query-parameter name="q"><value>${GIVEN}</value></set-query-parameter>`,
  });
  await send(REQUEST);
  const [path, query] = (backend.received[0]?.url ?? '').split('?');
  expect(decodeURIComponent(path ?? '')).toBe(`/base/${INDENTED}`);
  expect(new URLSearchParams(query).get('q')).toBe(INDENTED);
});

test('a rewritten address that has blanks or letters beyond ASCII is sent percent-encoded', async () => {
  const { send } = await start({ inbound: `<rewrite-uri template='@("/a b/\u00e4?q=1 2")' />` });
  await send(REQUEST);
  expect(backend.received[0]?.url).toBe('/base/a%20b/%C3%A4?q=1%202');
});

test('JSON is a key like any other text', async () => {
  const { send } = await start({
    inbound: `<cache-store-value key='${GIVEN}' value='${GIVEN}' duration="10" />
      <cache-lookup-value key='${GIVEN}' variable-name="found" />
      <rate-limit-by-key calls="1" renewal-period="60" counter-key='${GIVEN}' />
      <limit-concurrency key='${GIVEN}' max-count="1"><set-variable name="a" value="b" /></limit-concurrency>
      <return-response><set-body>@((JObject)context.Variables["found"])</set-body></return-response>`,
  });
  expect((await send(REQUEST)).text).toBe(INDENTED);
  expect((await send(REQUEST)).status).toBe(429);
});

test('integers of a body that is read and set again keep every digit', async () => {
  const { send } = await start({
    inbound: '<set-body>@(context.Request.Body.As<JObject>())</set-body>',
  });
  const body = '{"id":12345678901234567890123,"less":-9223372036854775809,"long":9007199254740993}';
  await send({ ...REQUEST, method: 'POST', body });
  expect(backend.received[0]?.body.replace(/\s/g, '')).toBe(body);
});

test('the text of JSON has steps of its own, however many its expression took', async () => {
  const count = 200_000;
  const { send } = await start({
    inbound: `<return-response><set-body>@(new JArray(Enumerable.Range(0, ${count})))</set-body></return-response>`,
  });
  const { status, json } = await send(REQUEST);
  expect([status, failure()]).toEqual([200, '']);
  expect(json()).toHaveLength(count);
});

test.each([
  ['<set-method>$</set-method>', 'The method has no valid name.'],
  ["<set-backend-service base-url='$' />", 'The backend has no valid address.'],
  [`<set-backend-service base-url='@("http://a b/")' />`, 'The backend has no valid address.'],
  ["<set-backend-service backend-id='$' />", 'There is no such backend.'],
  [
    "<set-header name='x' exists-action='$'><value>1</value></set-header>",
    'exists-action is one of override, skip, append, delete.',
  ],
  [
    '<send-request response-variable-name="r"><set-url>$</set-url><set-method>GET</set-method></send-request>',
    'The URL of the request is not an http or https address.',
  ],
  [
    "<rate-limit-by-key calls='@{ return (object)JObject.Parse(\"{}\"); }' renewal-period='60' counter-key='a' />",
    'A limit is not a whole number.',
  ],
])('where its text is no value that %s can have, a sentence says so', async (policy, message) => {
  const { send } = await start({ inbound: policy.replace('$', GIVEN) });
  expect((await send(REQUEST)).status).toBe(500);
  expect(failure()).toBe(message);
});
