import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let time = 0;
let status = 200;
let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend((_request, response) => response.writeHead(status).end());
});

beforeEach(() => {
  time = Date.parse('2026-01-01T10:00:00Z');
  status = 200;
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

afterAll(() => backend.close());

async function start(inbound: string): Promise<TestGateway> {
  const files = { 'apis/echo/policy.xml': policies({ inbound: `<base />${inbound}` }) };
  gateway = await startTestGateway({ backend: backend.url, now: () => time, files });
  return gateway;
}

async function statuses(count: number, path = '/echo/items/1'): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push((await gateway?.send({ path }))?.status ?? 0);
  return all;
}

test('rate-limit-by-key refuses what is over the limit, and says when to come again', async () => {
  const { send } = await start('<rate-limit-by-key calls="2" renewal-period="60" counter-key="a" />');
  expect(await statuses(2)).toEqual([200, 200]);
  time += 15_000;
  const response = await send({ path: '/echo/items/1' });
  expect(response.status).toBe(429);
  expect(response.text).toBe(
    '{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 45 seconds." }',
  );
  expect(response.headers['retry-after']).toBe('45');
});

test('the window of a rate limit slides: a call is let through as an older one leaves it', async () => {
  await start('<rate-limit-by-key calls="2" renewal-period="60" counter-key="a" />');
  await statuses(1);
  time += 30_000;
  await statuses(1);
  time += 29_999;
  expect(await statuses(1)).toEqual([429]);
  time += 1;
  expect(await statuses(2)).toEqual([200, 429]);
});

test('each value of the key has a counter of its own, shared by all policies', async () => {
  await start(`<rate-limit-by-key calls="1" renewal-period="60" counter-key="@(context.Request.MatchedParameters["id"])" />
    <rate-limit-by-key calls="5" renewal-period="60" counter-key="all" />`);
  expect(await statuses(2, '/echo/items/a')).toEqual([200, 429]);
  expect(await statuses(1, '/echo/items/b')).toEqual([200]);
});

test('remaining and total calls are told in headers and variables', async () => {
  const { send } = await start(`<rate-limit-by-key calls="2" renewal-period="60" counter-key="a"
    remaining-calls-header-name="x-remaining" total-calls-header-name="x-total" retry-after-header-name="x-retry" />`);
  const first = await send({ path: '/echo/items/1' });
  expect(first.headers).toMatchObject({ 'x-remaining': '1', 'x-total': '2' });
  await statuses(1);
  const third = await send({ path: '/echo/items/1' });
  expect(third.status).toBe(429);
  expect(third.headers).toMatchObject({ 'x-remaining': '0', 'x-retry': '60' });
  expect(third.headers).not.toHaveProperty('retry-after');
});

test('what limits tell in headers is there for on-error, and is sent once', async () => {
  const echo = (name: string): string =>
    `<set-header name="${name}"><value>@(context.Response.Headers.GetValueOrDefault("${name}", ""))</value></set-header>`;
  gateway = await startTestGateway({
    backend: backend.url,
    now: () => time,
    files: {
      'apis/echo/policy.xml': policies({
        inbound: `<base /><rate-limit-by-key calls="1" renewal-period="60" counter-key="a"
          remaining-calls-header-name="x-remaining" total-calls-header-name="x-total" />`,
        'on-error': `<return-response><set-status code="429" />${echo('x-total')}${echo('x-remaining')}</return-response>`,
      }),
    },
  });
  await statuses(1);
  const { status: refused, headers } = await gateway.send({ path: '/echo/items/1' });
  expect([refused, headers['x-total'], headers['x-remaining']]).toEqual([429, '1', '0']);
});

test('a condition decides after the answer whether a call counts', async () => {
  await start(`<rate-limit-by-key calls="1" renewal-period="60" counter-key="a"
    increment-condition="@(context.Response.StatusCode == 201)" />`);
  expect(await statuses(3)).toEqual([200, 200, 200]);
  status = 201;
  expect(await statuses(2)).toEqual([201, 429]);
});

test('a call can count more than once', async () => {
  await start('<rate-limit-by-key calls="5" renewal-period="60" counter-key="a" increment-count="3" />');
  expect(await statuses(3)).toEqual([200, 200, 429]);
});

test('quota-by-key refuses until its period ends', async () => {
  const { send } = await start('<quota-by-key calls="2" renewal-period="3600" counter-key="a" />');
  expect(await statuses(2)).toEqual([200, 200]);
  time += 55 * 60_000;
  const response = await send({ path: '/echo/items/1' });
  expect(response.status).toBe(403);
  expect(response.text).toBe(
    '{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 00:05:00." }',
  );
  expect(response.headers['retry-after']).toBe('300');
  time += 5 * 60_000;
  expect(await statuses(1)).toEqual([200]);
});

test('the periods of a quota start at first-period-start', async () => {
  await start(
    `<quota-by-key calls="1" renewal-period="3600" counter-key="a" first-period-start="2026-01-01T00:30:00Z" />`,
  );
  await statuses(1);
  time += 29 * 60_000;
  expect(await statuses(1)).toEqual([403]);
  time += 60_000;
  expect(await statuses(1)).toEqual([200]);
});

test('several quotas with the same key count a call once', async () => {
  const quota = '<quota-by-key calls="2" renewal-period="3600" counter-key="a" />';
  await start(quota + quota);
  expect(await statuses(3)).toEqual([200, 200, 403]);
});

test('a call can use up more than one of a quota, however often its key stands there', async () => {
  const quota = '<quota-by-key calls="5" renewal-period="3600" counter-key="a" increment-count="3" />';
  await start(quota + quota);
  expect(await statuses(3)).toEqual([200, 200, 403]);
});

test.each([
  ['rate-limit-by-key', 429, '60'],
  ['quota-by-key', 403, '300'],
])('%s counts what the answer says, after it', async (policy, refusal, period) => {
  const { send } = await start(`<${policy} calls="400" renewal-period="${period}" counter-key="a"
    increment-count="@(context.Response.StatusCode)" increment-condition="@(context.Response.StatusCode == 200)" />`);
  status = 201;
  expect(await statuses(2)).toEqual([201, 201]);
  status = 200;
  expect(await statuses(3)).toEqual([200, 200, refusal]);
  time += Number(period) * 1000;
  expect((await send({ path: '/echo/items/1' })).status).toBe(200);
});

test('a quota takes a computed count without a condition', async () => {
  await start(
    '<quota-by-key calls="400" renewal-period="3600" counter-key="a" increment-count="@(context.Response.StatusCode)" />',
  );
  expect(await statuses(3)).toEqual([200, 200, 403]);
});

test('a quota whose renewal period is 0 is never renewed', async () => {
  await start('<quota-by-key calls="1" renewal-period="0" counter-key="a" />');
  await statuses(1);
  time += 365 * 86_400_000;
  expect(await statuses(1)).toEqual([403]);
});

test.each([
  [
    '<rate-limit-by-key calls="1" renewal-period="301" counter-key="a" />',
    'is a whole number from 1 to 300.',
  ],
  [
    '<rate-limit-by-key calls="many" renewal-period="60" counter-key="a" />',
    'is a whole number of at least 1.',
  ],
  [
    '<quota-by-key calls="1" renewal-period="299" counter-key="a" />',
    '"renewal-period" is 0, or at least 300 seconds.',
  ],
  [
    '<quota-by-key calls="@(1)" renewal-period="300" counter-key="a" />',
    'Policy expressions aren\'t allowed in "calls".',
  ],
])('refuses %s', async (policy, problem) => {
  await expect(start(policy)).rejects.toThrow(problem);
});
