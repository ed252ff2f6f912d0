import type { JourneyRecord, JourneyStep } from '../src/engine/journey.ts';
import { writeJourney } from '../src/engine/write-journey.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import type { SentRequest } from '@vertex-ai-gateway/test-support/send-request';
import { KEY, policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './start-test-gateway.ts';

let gateway: TestGateway | undefined;

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

async function start(files: Record<string, string>, options: TestGatewayOptions = {}): Promise<TestGateway> {
  gateway = await startTestGateway({ files, ...options });
  return gateway;
}

/** The journey of one request through an inbound section of the API, answered by the policies themselves. */
async function journeyOf(
  inbound: string,
  request: Partial<SentRequest> = {},
  options: TestGatewayOptions & { onError?: string } = {},
): Promise<JourneyRecord> {
  const { onError = '', files = {}, ...rest } = options;
  const document = policies({ inbound: `${inbound}<return-response />`, 'on-error': onError || '<base />' });
  const { send } = await start({ 'apis/echo/policy.xml': document, ...files }, rest);
  await send({ path: '/echo/items/1', ...request });
  return latest();
}

function latest(): JourneyRecord {
  const [first] = gateway?.journeys?.list() ?? [];
  const journey = first && gateway?.journeys?.read(first.requestId);
  if (!journey) throw new Error('No journey is kept.');
  return journey;
}

function step(journey: JourneyRecord, path: string): JourneyStep | undefined {
  return journey.steps.find((one) => one.path === path);
}

const SET = (name: string, value: string): string => `<set-variable name="${name}" value="${value}" />`;

test('a journey tells the policies in the order they ran, each with its place', async () => {
  const backend = await startBackend();
  const { send } = await start(
    {
      'policy.xml':
        '<policies>\n<inbound>\n  <set-variable id="first" name="a" value="1" />\n</inbound>\n<backend><forward-request /></backend></policies>',
      'products/starter/policy.xml': policies({ inbound: `<base />${SET('b', '2')}` }),
      'apis/echo/policy.xml': policies({
        inbound: '<base /><include-fragment fragment-id="stamp" />',
        outbound: '<base />',
      }),
      'policy-fragments/stamp/policy.xml': `<fragment>\n${SET('c', '3')}</fragment>`,
    },
    { backend: backend.url },
  );
  await send({ path: '/echo/items/1' });
  await backend.close();
  const { steps } = latest();
  expect(steps.map(({ policy, scope, section, result }) => [policy, scope, section, result])).toEqual([
    ['set-variable', 'global', 'inbound', 'done'],
    ['set-variable', 'product', 'inbound', 'done'],
    ['include-fragment', 'api', 'inbound', 'done'],
    ['set-variable', 'api', 'inbound', 'done'],
    ['forward-request', 'global', 'backend', 'done'],
  ]);
  expect(steps[0]).toMatchObject({ id: 'first', file: 'policy.xml', line: 3, column: 3 });
  expect(steps[3]).toMatchObject({
    path: 'include-fragment/set-variable',
    fragment: 'stamp',
    file: 'policy-fragments/stamp/policy.xml',
    line: 2,
  });
});

test('a journey names the call and its answer', async () => {
  const journey = await journeyOf('', { path: '/echo/items/1?page=2' });
  expect(journey).toMatchObject({
    method: 'GET',
    url: '/echo/items/1?page=2',
    api: 'echo',
    operation: 'get-item',
    product: 'starter',
    subscription: 'sub-1',
    statusCode: 200,
    lastError: null,
    stepsLeftOut: 0,
  });
  expect(journey.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test('times are whole microseconds, in order', async () => {
  const { steps, answeredAfter, sentAfter } = await journeyOf(SET('a', '1') + SET('b', '2'));
  const [first, second] = steps;
  expect(Number.isInteger(first?.took)).toBe(true);
  expect(second?.startedAt).toBeGreaterThanOrEqual((first?.startedAt ?? 0) + (first?.took ?? 0));
  expect(answeredAfter).toBeGreaterThanOrEqual(second?.startedAt ?? Infinity);
  expect(sentAfter).toBeGreaterThanOrEqual(answeredAfter ?? Infinity);
});

test('a step tells the variables it set: simple values as they are, others by type', async () => {
  const inbound = `${SET('text', 'plain')}${SET('number', '@(1 + 1)')}${SET('flag', '@(true)')}${SET('nothing', '@((string)null)')}
    ${SET('half', '@(0.5)')}<set-variable name="object" value='@(JObject.Parse("{}"))' />`;
  const { steps } = await journeyOf(inbound);
  const variables = steps.map(({ changes }) => changes?.variables).filter((one) => one !== undefined);
  expect(Object.assign({}, ...variables)).toEqual({
    text: 'plain',
    number: 2,
    flag: true,
    nothing: null,
    half: '(Double)',
    object: '(JObject)',
  });
});

test('a step tells what it changed of the request', async () => {
  const inbound = `<set-header name="X-New" exists-action="override"><value>1</value></set-header>
    <set-header name="x-old" exists-action="delete" />
    <set-query-parameter name="page"><value>3</value></set-query-parameter>
    <set-backend-service base-url="http://user:password@other.example" />`;
  const { steps } = await journeyOf(inbound, { headers: { 'x-old': 'gone' } });
  expect(steps.slice(0, 4).map(({ changes }) => changes?.request)).toEqual([
    { headers: { 'X-New': '1' } },
    { headers: { 'x-old': null } },
    { url: '/items/1?page=3' },
    { backend: 'http://***@other.example' },
  ]);
});

test('a step tells the response that it made', async () => {
  const { steps } = await journeyOf(
    `<return-response><set-status code="202" /><set-header name="x-a"><value>b</value></set-header></return-response>`,
  );
  expect(steps[0]?.changes?.response).toEqual({ isNew: true, statusCode: 202, headers: { 'x-a': 'b' } });
});

test('a condition that does not hold is skipped, and what it holds left out', async () => {
  const journey = await journeyOf(
    `<choose><when condition="@(false)">${SET('a', '1')}</when><when condition="@(true)">${SET('b', '2')}</when><otherwise>${SET('c', '3')}</otherwise></choose>`,
  );
  expect(journey.steps.slice(0, 4).map(({ policy, path, result }) => [policy, path, result])).toEqual([
    ['choose', 'choose', 'done'],
    ['when', 'choose/when[1]', 'skipped'],
    ['when', 'choose/when[2]', 'done'],
    ['set-variable', 'choose/when[2]/set-variable', 'done'],
  ]);
});

test('a failure is told where it happened, and the policies around it failed with it', async () => {
  const inbound = `<choose><when condition="@(true)"><set-variable name="a" value='@(int.Parse("x"))' /></when></choose>`;
  const journey = await journeyOf(inbound, {}, { onError: SET('late', '1') });
  expect(step(journey, 'choose')).toMatchObject({ result: 'failed' });
  expect(step(journey, 'choose')?.error).toBeUndefined();
  expect(step(journey, 'choose/when/set-variable')).toMatchObject({
    result: 'failed',
    error: { reason: 'ExpressionValueEvaluationFailure' },
  });
  expect(journey.steps.at(-1)).toMatchObject({ section: 'on-error', result: 'done' });
  expect(journey).toMatchObject({ statusCode: 500, lastError: { path: 'choose/when/set-variable' } });
});

test('a call that is refused before any policy has its journey too', async () => {
  const { port } = await start({});
  await sendRequest(port, { path: '/echo/items/1' });
  expect(latest()).toMatchObject({
    statusCode: 401,
    api: 'echo',
    product: null,
    lastError: { reason: 'SubscriptionKeyNotFound' },
    steps: [],
  });
});

const TOKEN = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl`;

test.each([
  ['a token in its header', { authorization: `Bearer ${TOKEN}` }, TOKEN],
  ['an opaque token in its header', { authorization: 'Bearer opaque-credential' }, 'opaque-credential'],
  ['a cookie', { cookie: 'session=abcdefgh' }, 'abcdefgh'],
  ['a token in any header', { 'x-anything': `prefix ${TOKEN}` }, TOKEN],
  ['a key in a header of another API', { 'x-goog-api-key': 'AIza-something' }, 'AIza-something'],
  ['the key of the call', {}, KEY],
])('%s is masked, wherever a policy puts it', async (_, headers: Record<string, string>, secret) => {
  const [name = 'ocp-apim-subscription-key'] = Object.keys(headers);
  const inbound = `<set-variable name="copy" value='@(context.Request.Headers.GetValueOrDefault("${name}", "").Split(new[] { (char)32, (char)61 }).Last())' />
    <set-header name="x-copy"><value>@("copy of " + (string)context.Variables["copy"])</value></set-header>
    <set-variable name="whole" value='@(string.Join("|", context.Request.Headers.SelectMany(h => h.Value)))' />
    <set-variable name="failing" value='@(int.Parse((string)context.Variables["copy"]))' />`;
  const journey = await journeyOf(inbound, { headers });
  const text = JSON.stringify(journey);
  expect(text).not.toContain(secret);
  expect(writeJourney(journey)).not.toContain(secret);
  expect(step(journey, 'set-header')?.changes?.request?.headers).toEqual({ 'x-copy': 'copy of ***' });
});

test.each(['subscription-key', 'api-key', 'sig', 'access_token', 'client_secret'])(
  'the query parameter %s is masked',
  async (name) => {
    const journey = await journeyOf(SET('url', '@(context.Request.OriginalUrl.ToString())'), {
      path: `/echo/items/1?a=b&${name}=wrong%2Fsecret`,
    });
    expect(journey.url).toBe(`/echo/items/1?a=b&${name}=***`);
    expect(JSON.stringify(journey)).not.toContain('wrong');
  },
);

test('a key that nobody has is masked as well, by the name that the API has for keys', async () => {
  const { port } = await start({
    'apis/echo/apiInformation.json': JSON.stringify({
      properties: {
        path: 'echo',
        serviceUrl: 'http://127.0.0.1:9',
        subscriptionKeyParameterNames: { header: 'x-team', query: 'team' },
      },
    }),
  });
  await sendRequest(port, {
    path: '/echo/items/1?team=in-the-query',
    headers: { 'x-team': 'in-the-header' },
  });
  const text = JSON.stringify(latest());
  expect(text).not.toContain('in-the-query');
  expect(text).not.toContain('in-the-header');
});

test('the values of secret named values are masked, whoever gave them', async () => {
  const secretNamedValue = JSON.stringify({
    properties: { displayName: 'pepper', secret: true, value: 'from-folder' },
  });
  const journey = await journeyOf(
    `${SET('mixed', 'x-{{pepper}}-y')}${SET('mixed2', 'x-{{salt}}-y')}${SET('open', '{{plain}}')}`,
    {},
    {
      files: {
        'named-values/pepper/namedValueInformation.json': secretNamedValue,
        'named values/salt/namedValueInformation.json': JSON.stringify({
          properties: {
            displayName: 'salt',
            keyVault: { secretIdentifier: 'https://vault.example/secrets/salt' },
          },
        }),
      },
      namedValues: { salt: 'from-options', plain: 'shown' },
    },
  );
  const variables = journey.steps.map(({ changes }) => changes?.variables);
  expect(variables.slice(0, 3)).toEqual([{ mixed: 'x-***-y' }, { mixed2: 'x-***-y' }, { open: 'shown' }]);
});

test('the values of secret named values are masked however an expression encodes them', async () => {
  const secret = "p@ss w/rd&'1'=x";
  const expressions = [
    'Uri.EscapeDataString(pepper)',
    'System.Net.WebUtility.UrlEncode(pepper)',
    'System.Net.WebUtility.HtmlEncode(pepper)',
    'Convert.ToBase64String(Encoding.UTF8.GetBytes(pepper))',
    'new JObject(new JProperty("a", pepper)).ToString()',
  ];
  const set = expressions.map((expression, index) =>
    SET(`v${index}`, `@{ var pepper = "{{pepper}}"; return "x-" + ${expression}; }`),
  );
  const journey = await journeyOf(
    set.join(''),
    {},
    {
      files: {
        'named-values/pepper/namedValueInformation.json': JSON.stringify({
          properties: { displayName: 'pepper', secret: true, value: secret },
        }),
      },
    },
  );
  const values = journey.steps.flatMap(({ changes }) => Object.values(changes?.variables ?? {}));
  expect(values).toHaveLength(expressions.length);
  for (const value of values) expect(value).toMatch(/^x-(\*\*\*|\{\s+"a": "\*\*\*"\s+\})$/);
});

test('a secret that is told by a later name is masked from the start', async () => {
  const inbound = `${SET('innocent', 'opaque-value')}
    <set-header name="Authorization" exists-action="override"><value>@("Bearer " + (string)context.Variables["innocent"])</value></set-header>`;
  const journey = await journeyOf(inbound);
  expect(JSON.stringify(journey)).not.toContain('opaque-value');
});

test('counts of tokens are no secrets', async () => {
  const journey = await journeyOf(
    '<set-header name="x-ratelimit-remaining-tokens"><value>1200</value></set-header>',
  );
  expect(journey.steps[0]?.changes?.request?.headers).toEqual({ 'x-ratelimit-remaining-tokens': '1200' });
});

test('a long value is cut, and one that is too long to be searched is left out', async () => {
  const inbound = `${SET('long', '@(new string((char)97, 1000))')}${SET('huge', '@(new string((char)97, 100000))')}`;
  const { steps } = await journeyOf(inbound);
  expect(steps[0]?.changes?.variables).toEqual({ long: `${'a'.repeat(256)}… (1000 characters)` });
  expect(steps[1]?.changes?.variables).toEqual({ huge: '(100000 characters)' });
});

test('what expressions trace stands with their policy', async () => {
  const journey = await journeyOf(
    `<set-variable name="a" value='@{ context.Trace("seen"); context.Trace("Bearer opaque-credential"); return 1; }' />`,
  );
  expect(journey.steps[0]?.traces).toEqual(['seen', 'Bearer ***']);
  expect(writeJourney(journey)).toContain('trace seen');
});

test('a body is no part of a journey', async () => {
  const journey = await journeyOf('<set-body>@("prompt " + 1)</set-body>', {
    method: 'POST',
    body: 'prompt 0',
  });
  expect(JSON.stringify(journey)).not.toContain('prompt');
});

test('the last requests are kept, the latest first', async () => {
  const document = policies({ inbound: '<return-response />' });
  const { send, journeys } = await start({ 'apis/echo/policy.xml': document }, { journeys: 2 });
  for (const id of [1, 2, 3]) await send({ path: `/echo/items/${id}` });
  expect(journeys?.list().map(({ url }) => url)).toEqual(['/echo/items/3', '/echo/items/2']);
});

test('none is kept unless somebody asked', async () => {
  const { send, journeys } = await start(
    { 'apis/echo/policy.xml': policies({ inbound: '<return-response />' }) },
    { journeys: 0 },
  );
  expect((await send({ path: '/echo/items/1' })).status).toBe(200);
  expect(journeys).toBeUndefined();
});

test('as text, a journey reads from top to bottom', async () => {
  const journey = await journeyOf(
    `<choose><when condition="@(false)" /><otherwise>${SET('a', '1')}</otherwise></choose>`,
    { headers: { 'x-a': 'b' } },
  );
  const text = writeJourney(journey)
    .replace(/\d+(\.\d+)? ms/g, 'N ms')
    .replace(/^ +\d+ +\d+ {2}/gm, 'N  N  ')
    .replace(journey.requestId, 'ID')
    .replace(journey.startedAt, 'TIME')
    .replace(/127\.0\.0\.1:\d+/g, 'HOST');
  expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
    'GET /echo/items/1',
    'answered 200 after N ms, sent whole after N ms',
    'request ID, TIME',
    'api echo, operation get-item, product starter, subscription sub-1',
    '',
    'received',
    `${' '.repeat(26)}ocp-apim-subscription-key: ***`,
    `${' '.repeat(26)}x-a: b`,
    `${' '.repeat(26)}Host: HOST`,
    `${' '.repeat(26)}X-Forwarded-For: 127.0.0.1`,
    '',
    'inbound',
    '     at µs     took µs  policy',
    'N  N  choose  done  api, apis/echo/policy.xml:2',
    'N  N    when  skipped  api, apis/echo/policy.xml:2',
    'N  N    otherwise  done  api, apis/echo/policy.xml:2',
    'N  N      set-variable  done  api, apis/echo/policy.xml:2',
    `${' '.repeat(30)}variable a = "1"`,
    'N  N  return-response  done  api, apis/echo/policy.xml:2',
    `${' '.repeat(24)}  response 200`,
    '',
  ]);
});

test('nothing that a caller sends forges a line of the text or moves the cursor', async () => {
  const journey = await journeyOf(`<set-variable name="a" value='@("x\\n\\u001b[2Jforged\\u202e")' />`);
  const text = writeJourney(journey);
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('\u202e');
  expect(text.split('\n').some((line) => line.startsWith('forged'))).toBe(false);
});
