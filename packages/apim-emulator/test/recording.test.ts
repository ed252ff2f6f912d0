import fc from 'fast-check';
import { Exchange } from '../src/engine/exchange.ts';
import type { JourneyRecord, StepPlace } from '../src/engine/journey.ts';
import { Journeys } from '../src/engine/journeys.ts';
import { MessageUrl } from '../src/engine/message-url.ts';
import { recordStep } from '../src/engine/record-step.ts';
import { RequestBody } from '../src/engine/request-body.ts';
import { writeJourney } from '../src/engine/write-journey.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let backend: RecordingBackend;
const running: TestGateway[] = [];

beforeAll(async () => {
  backend = await startBackend((_request, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json', date: 'now' })
      .end('{"access_token":"opaque-access-token","token_type":"Bearer","items":[1,2]}');
  });
});

afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.close();
  backend.received.length = 0;
});

afterAll(() => backend.close());

async function start(
  sections: Parameters<typeof policies>[0],
  options: Parameters<typeof startTestGateway>[0] = {},
): Promise<TestGateway> {
  const inbound = `<base />${sections.inbound ?? ''}`;
  const files = { 'apis/echo/policy.xml': policies({ ...sections, inbound }), ...options.files };
  const gateway = await startTestGateway({ backend: backend.url, ...options, files });
  running.push(gateway);
  return gateway;
}

function journeyOf({ journeys }: TestGateway): JourneyRecord {
  const [last] = journeys?.list() ?? [];
  const journey = last && journeys?.read(last.requestId);
  if (!journey) throw new Error('No journey is kept.');
  return journey;
}

const REQUEST = { method: 'POST', path: '/echo/items/1', body: '{"prompt":"hello","n":[1,{"a":null}]}' };

/** Everything that a client and a backend can see of a call, but for what differs from call to call. */
async function outcomeOf(sections: Parameters<typeof policies>[0], journeys: number): Promise<unknown> {
  const gateway = await start(sections, { journeys });
  backend.received.length = 0;
  const { status, reason, headers, text } = await gateway.send(REQUEST);
  const forwarded = backend.received.map((received) => ({
    ...received,
    headers: { ...received.headers, host: '' },
  }));
  const traces = gateway.traces.map(({ message, metadata }) => ({ message, metadata }));
  const outcome = { status, reason, headers: { ...headers, date: '' }, text, forwarded, traces };
  // An error that the gateway answers itself has an id of its own, which policies can copy anywhere.
  return JSON.parse(JSON.stringify(outcome).replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'id'));
}

const EXPRESSIONS = [
  'context.Request.Body.As<JObject>()',
  'context.Request.Body.As<JObject>(true)',
  'context.Request.Body.As<JObject>(true)["n"]',
  'context.Request.Body.As<string>()',
  'context.Request.Body.As<byte[]>(true)',
  'context.Response?.Body.As<JObject>(true)',
  'context.Request.Headers',
  'context.Request.Url',
  'new [] { 1, 2 }.Select(n => 1 / (n - 1))',
  'new [] { "a" }.Select(text => { context.Trace(text); return text; })',
  'Enumerable.Range(0, 2000000000).Where(n => n > 5)',
  'JArray.Parse("[" + string.Join(",", Enumerable.Range(0, 1500)) + "]")',
  'new { a = 1, b = new [] { 1 }.Select(n => n / 0) }',
  'new Dictionary<string, object> { { "a", JObject.Parse("{}") } }',
  'DateTime.MaxValue',
  'Guid.Empty',
  'ulong.MaxValue',
  'double.NaN',
  'Regex.Matches("aXbX", "X")',
  '(string)null',
  '"eyJhbGciOiJub25lIn0.e30.".AsJwt()',
  'new string((char)97, 5000)',
  '1 / (context.Request.Method.Length - 4)',
] as const;
const NAMES = ['accessToken', 'api-key', 'plain', '__proto__', 'cookie', 'constructor'] as const;
const POLICIES: readonly ((name: string, expression: string) => string)[] = [
  (name, expression) => `<set-variable name="${name}" value='@(${expression})' />`,
  (name, expression) => `<set-header name="${name}"><value>@(${expression})</value></set-header>`,
  (name, expression) => `<trace source="${name}"><message>@(${expression})</message></trace>`,
  (_name, expression) => `<set-body>@(${expression})</set-body>`,
  (name, expression) =>
    `<choose><when condition='@((${expression}) != null)'><set-variable name="${name}" value="seen" /></when></choose>`,
  (name, expression) => `<cache-store-value key="${name}" value='@(${expression})' duration="10" />`,
];

const POLICY = fc
  .tuple(fc.constantFrom(...POLICIES), fc.constantFrom(...NAMES), fc.constantFrom(...EXPRESSIONS))
  .map(([write, name, expression]) => write(name, expression));

/** Policies side by side; a section takes `cache-store-value` once. */
function sideBySide(all: readonly string[]): string {
  const first = all.findIndex((one) => one.startsWith('<cache-store-value'));
  return all.filter((one, index) => index === first || !one.startsWith('<cache-store-value')).join('');
}

test('whatever policies do, a watched request has the outcome of one that nobody watches', async () => {
  const sections = fc.record({
    inbound: fc.array(POLICY, { maxLength: 4 }).map(sideBySide),
    outbound: fc.array(POLICY, { maxLength: 3 }).map(sideBySide),
    'on-error': fc
      .array(POLICY, { maxLength: 1 })
      .map((all) => `<base />${all.filter((one) => !one.includes('set-body')).join('')}`),
  });
  await fc.assert(
    fc.asyncProperty(sections, async (document) => {
      expect(await outcomeOf(document, 20)).toEqual(await outcomeOf(document, 0));
      for (const gateway of running.splice(0)) await gateway.close();
    }),
    { numRuns: 60 },
  );
});

test.each(NAMES)('a JSON answer in the variable %s is recorded without a word of it', async (name) => {
  const gateway = await start({
    outbound: `<set-variable name="${name}" value="@(context.Response.Body.As&lt;JObject&gt;(true))" />
      <set-header name="x-copy"><value>@((string)((JObject)context.Variables["${name}"])["token_type"])</value></set-header>`,
  });
  expect((await gateway.send(REQUEST)).status).toBe(200);
  const { steps, isIncomplete } = journeyOf(gateway);
  expect(JSON.stringify(steps)).not.toContain('opaque-access-token');
  expect(steps.at(-1)?.changes?.response?.headers).toEqual({ 'x-copy': 'Bearer' });
  expect(isIncomplete).toBeUndefined();
});

test('what a secret JSON value consists of is masked wherever a policy copies it to', async () => {
  const gateway = await start({
    outbound: `<set-variable name="accessToken" value="@(context.Response.Body.As&lt;JObject&gt;(true))" />
      <set-header name="x-copy"><value>@("was " + ((JObject)context.Variables["accessToken"])["access_token"])</value></set-header>`,
  });
  await gateway.send(REQUEST);
  expect(journeyOf(gateway).steps.at(-1)?.changes?.response?.headers).toEqual({ 'x-copy': 'was ***' });
});

/** An exchange without a gateway around it. */
function sampleExchange(): Exchange {
  const url = new MessageUrl('http', 'edge.example', '/echo/items/1', '');
  return new Exchange({
    requestId: 'request-1',
    now: () => 0,
    request: {
      type: 'IRequest',
      method: 'GET',
      url,
      originalUrl: url,
      headers: new Map(),
      ipAddress: '127.0.0.1',
      matchedParameters: new Map(),
      body: RequestBody.of(Buffer.alloc(0)),
    },
    deployment: { serviceName: 'test', region: 'local', gatewayId: 'managed' },
    clientGone: new AbortController().signal,
  });
}

const PLACE: StepPlace = {
  source: 'set-variable',
  scope: 'api',
  section: 'inbound',
  path: 'set-variable',
  policyId: '',
  fragment: undefined,
  position: { file: 'policy.xml', line: 1, column: 1 },
};

test('what can not be looked at leaves a journey incomplete, and fails nothing', () => {
  const journeys = new Journeys({ maximum: 1, directory: '/', secrets: [] });
  const exchange = sampleExchange();
  const journey = journeys.start(exchange);
  const run = recordStep(PLACE, ({ variables }) => {
    variables.set('unspeakable', {
      get type(): never {
        throw new Error('Nobody may look at this.');
      },
    });
    return undefined;
  });
  exchange.journey = journey;
  expect(run(exchange)).toBeUndefined();
  journey?.sent();
  const record = journeys.read('request-1');
  expect(record?.isIncomplete).toBe(true);
  expect(record && writeJourney(record)).toContain('Some of the journey could not be recorded.');
});

test('a clock that fails leaves a request without a journey', () => {
  const journeys = new Journeys({
    maximum: 1,
    directory: '/',
    secrets: [],
    clock: () => {
      throw new Error('no time');
    },
  });
  expect(journeys.start(sampleExchange())).toBeUndefined();
  expect(journeys.list()).toEqual([]);
});

/** The journey of a request through a service with one secret named value, `pin`. */
async function journeyWithSecret(value: string, inbound: string): Promise<JourneyRecord> {
  const gateway = await start(
    { inbound: `${inbound}<return-response />` },
    {
      files: {
        'named-values/pin/namedValueInformation.json': JSON.stringify({
          properties: { displayName: 'pin', secret: true, value },
        }),
      },
    },
  );
  await gateway.send({ path: `/echo/items/a?pin-of=${encodeURIComponent(value)}&other=1` });
  return journeyOf(gateway);
}

test.each(['a', 'in', '12', 'api', '<', '&', '/'])(
  'the short secret %s is masked where it is a whole value, and takes nothing else apart',
  async (value) => {
    const journey = await journeyWithSecret(
      value,
      `<set-variable name="whole" value='@("{{pin}}")' />
       <set-variable name="part" value='@("x-{{pin}}-y")' />
       <set-header name="x-whole"><value>@("{{pin}}")</value></set-header>
       <set-variable name="number" value='@{ context.Trace("{{pin}}"); context.Trace("x-{{pin}}-y"); return 12; }' />`,
    );
    expect(journey.url).toBe('/echo/items/a?pin-of=***&other=1');
    expect(journey).toMatchObject({ api: 'echo', operation: 'get-item', subscription: 'sub-1' });
    const [whole, part, header, number] = journey.steps;
    expect(whole).toMatchObject({ policy: 'set-variable', changes: { variables: { whole: '***' } } });
    expect(part?.changes?.variables).toEqual({ part: `x-${value}-y` });
    expect(header?.changes?.request?.headers).toEqual({ 'x-whole': '***' });
    expect(number?.changes?.variables).toEqual({ number: value === '12' ? '***' : 12 });
    expect(number?.traces).toEqual(['***', `x-${value}-y`]);
    expect(writeJourney(journey)).toContain('inbound');
  },
);

test('a secret of four characters is masked wherever it occurs, but in the names of policies', async () => {
  const journey = await journeyWithSecret('vari', '<set-variable name="a" value="x{{pin}}y" />');
  expect(journey.steps[0]).toMatchObject({ policy: 'set-variable', path: 'set-variable' });
  expect(journey.steps[0]?.changes?.variables).toEqual({ a: 'x***y' });
});
