import type { RequestListener } from 'node:http';
import type { MetricTelemetry } from '../src/engine/metric-telemetry.ts';
import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

const TIME = Date.parse('2026-01-01T10:00:00Z');
let answer: RequestListener;
let backend: RecordingBackend;
let gateway: TestGateway | undefined;
let metrics: MetricTelemetry[] = [];

beforeAll(async () => {
  backend = await startBackend((request, response) => answer(request, response));
});

beforeEach(() => {
  metrics = [];
  answer = (_request, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}');
  };
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

afterAll(() => backend.close());

async function start(inbound: string): Promise<TestGateway> {
  gateway = await startTestGateway({
    backend: backend.url,
    now: () => TIME,
    emitMetric: (metric) => metrics.push(metric),
    files: { 'apis/echo/policy.xml': policies({ inbound, 'on-error': SHOW_LAST_ERROR }) },
  });
  return gateway;
}

test('emit-metric sends a value with its dimensions', async () => {
  const { send } = await start(`<emit-metric name="Request" value="@(1.5 + 1)" namespace="mine">
    <dimension name="Client IP" value="@(context.Request.IpAddress)" />
    <dimension name="@("com" + "puted")" value="yes" />
    <dimension name="API ID" /><dimension name="Operation ID" /><dimension name="Product ID" />
    <dimension name="User ID" /><dimension name="Subscription ID" /><dimension name="Location" />
    <dimension name="Gateway ID" />
  </emit-metric>`);
  await send({
    path: '/echo/items/1',
    headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  });
  expect(metrics).toMatchObject([
    {
      time: new Date(TIME),
      namespace: 'mine',
      name: 'Request',
      value: 2.5,
      dimensions: {
        'Client IP': '127.0.0.1',
        computed: 'yes',
        'API ID': 'echo',
        'Operation ID': 'get-item',
        'Product ID': 'starter',
        'User ID': '',
        'Subscription ID': 'sub-1',
        Location: 'local',
        'Gateway ID': 'managed',
      },
      operationId: '0af7651916cd43dd8448eb211c80319c',
    },
  ]);
});

test('emit-metric counts 1 in the namespace of API Management, unless it is told otherwise', async () => {
  const { send } = await start('<emit-metric name="Request"><dimension name="API ID" /></emit-metric>');
  await send({ path: '/echo/items/1' });
  expect(metrics).toMatchObject([{ namespace: 'API Management', value: 1 }]);
});

test('a computed value that is no number is an error', async () => {
  const { send } = await start(
    '<emit-metric name="a" value="@("many")"><dimension name="API ID" /></emit-metric>',
  );
  expect(lastErrorOf(await send({ path: '/echo/items/1' }))).toMatchObject({
    Source: 'emit-metric',
    Message: 'The value of a metric is not a number.',
  });
  expect(metrics).toEqual([]);
});

test.each(['llm-emit-token-metric', 'azure-openai-emit-token-metric'])(
  '%s sends the tokens that an answer reports',
  async (policy) => {
    const { send } = await start(
      `<${policy} namespace="models"><dimension name="Backend ID" /><dimension name="team" value="a" /></${policy}>`,
    );
    await send({ method: 'POST', path: '/echo/items/1', body: '{}' });
    const dimensions = { 'Backend ID': '', team: 'a' };
    expect(metrics).toMatchObject([
      { namespace: 'models', name: 'Total Tokens', value: 7, dimensions },
      { namespace: 'models', name: 'Prompt Tokens', value: 3, dimensions },
      { namespace: 'models', name: 'Completion Tokens', value: 4, dimensions },
    ]);
  },
);

test('tokens of a stream are estimated, and sent when it ends', async () => {
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end('data: {"choices":[{"delta":{"content":"12345678"}}]}\n\ndata: [DONE]\n\n');
  };
  const { send } = await start('<llm-emit-token-metric><dimension name="API ID" /></llm-emit-token-metric>');
  const body = JSON.stringify({ prompt: 'x'.repeat(40), stream: true });
  await send({ method: 'POST', path: '/echo/items/1', body });
  expect(metrics.map(({ name, value }) => [name, value])).toEqual([
    ['Total Tokens', 12],
    ['Prompt Tokens', 10],
    ['Completion Tokens', 2],
  ]);
});

test('an answer that says nothing of tokens sends nothing', async () => {
  answer = (_request, response) => response.writeHead(500).end();
  const { send } = await start('<llm-emit-token-metric><dimension name="API ID" /></llm-emit-token-metric>');
  await send({ method: 'POST', path: '/echo/items/1', body: '{"stream":true}' });
  expect(metrics).toEqual([]);
});

const dimensions = (count: number): string => '<dimension name="n" value="v" />'.repeat(count);

test.each([
  ['<emit-metric name="a" />', ':2:10 <emit-metric> needs a child <dimension>.'],
  ['<emit-metric><dimension name="API ID" /></emit-metric>', 'needs the attribute "name".'],
  ['<emit-metric name="a" value="many"><dimension name="API ID" /></emit-metric>', '"value" is a number.'],
  [
    '<emit-metric name="a"><dimension name="mine" /></emit-metric>',
    '<dimension> needs a value, unless its name is one of API ID, Operation ID,',
  ],
  [
    `<emit-metric name="a">${dimensions(6)}</emit-metric>`,
    '<dimension> is too many: 5 custom dimensions are allowed.',
  ],
  [
    '<llm-emit-token-metric namespace="@("a")"><dimension name="API ID" /></llm-emit-token-metric>',
    'aren\'t allowed in "namespace".',
  ],
  [
    '<llm-emit-token-metric name="a"><dimension name="API ID" /></llm-emit-token-metric>',
    'The attribute "name" isn\'t supported; allowed: namespace, id.',
  ],
])('refuses %s', async (policy, problem) => {
  await expect(start(policy)).rejects.toThrow(problem);
});
