import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import { KEY, policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

const SUBSCRIPTIONS = [
  {
    id: 'sub-1',
    name: 'First',
    product: 'starter',
    primaryKey: KEY,
    secondaryKey: 'other-key-of-first',
    startDate: '2026-01-01T09:40:00Z',
  },
  { id: 'sub-2', name: 'Second', product: 'starter', primaryKey: 'second-key' },
];

let time = 0;
let answer = 'answer';
let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend((_request, response) => response.end(answer));
});

beforeEach(() => {
  time = Date.parse('2026-01-01T10:00:00Z');
  answer = 'answer';
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

afterAll(() => backend.close());

async function start(files: Record<string, string>): Promise<TestGateway> {
  const onError = { 'policy.xml': GLOBAL };
  gateway = await startTestGateway({
    backend: backend.url,
    now: () => time,
    subscriptions: SUBSCRIPTIONS,
    files: { ...onError, ...files },
  });
  return gateway;
}

const GLOBAL = `<policies><backend><forward-request /></backend><on-error>${SHOW_LAST_ERROR}</on-error></policies>`;

/** In the document of the product. */
function inProduct(inbound: string): Promise<TestGateway> {
  return start({ 'products/starter/policy.xml': policies({ inbound: `<base />${inbound}` }) });
}

function call(key = KEY, path = '/echo/items/1', method = 'GET'): Promise<ReceivedResponse> {
  const headers = { 'ocp-apim-subscription-key': key };
  return sendRequest(gateway?.port ?? 0, { method, path, headers });
}

async function statuses(count: number, key?: string, path?: string, method?: string): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push((await call(key, path, method)).status);
  return all;
}

test('rate-limit counts the calls of a subscription, whichever of its keys they have', async () => {
  await inProduct('<rate-limit id="mine" calls="2" renewal-period="60" />');
  expect(await statuses(1)).toEqual([200]);
  time += 15_000;
  expect(await statuses(1, 'other-key-of-first')).toEqual([200]);
  const refused = await call();
  expect(refused.status).toBe(429);
  expect(refused.text).toBe(
    '{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 45 seconds." }',
  );
  expect(refused.headers['retry-after']).toBe('45');
  expect(lastErrorOf(refused)).toMatchObject({
    Source: 'rate-limit',
    Reason: 'RateLimitExceeded',
    Message: 'Rate limit is exceeded',
    Scope: 'product',
    PolicyId: 'mine',
  });
  expect(await statuses(2, 'second-key')).toEqual([200, 200]);
  time += 45_000;
  expect(await statuses(2)).toEqual([200, 429]);
});

test('rate-limit tells remaining and total calls in headers and variables', async () => {
  await inProduct(`<rate-limit calls="2" renewal-period="60" remaining-calls-header-name="x-remaining"
    total-calls-header-name="x-total" retry-after-header-name="x-retry" remaining-calls-variable-name="left" />
    <set-header name="x-left"><value>@(context.Variables["left"].ToString())</value></set-header>`);
  expect((await call()).headers).toMatchObject({ 'x-remaining': '1', 'x-total': '2' });
  expect(backend.received.at(-1)?.headers['x-left']).toBe('1');
  await call();
  const { status, headers } = await call();
  expect(status).toBe(429);
  expect(headers).toMatchObject({ 'x-remaining': '0', 'x-total': '2', 'x-retry': '60' });
  expect(headers).not.toHaveProperty('retry-after');
});

test('the limits of a product, its APIs and their operations are applied independently', async () => {
  await inProduct(`<rate-limit calls="5" renewal-period="60">
    <api id="echo" name="ignored" calls="3" renewal-period="60">
      <operation name="Get an item" calls="1" renewal-period="60" />
    </api>
  </rate-limit>`);
  expect(await statuses(2)).toEqual([200, 429]);
  expect(await statuses(3, KEY, '/echo/items/1', 'POST')).toEqual([200, 200, 429]);
});

test('a call that a nested limit refuses counts for none', async () => {
  await inProduct(`<rate-limit calls="2" renewal-period="60" remaining-calls-header-name="x-remaining">
    <api id="echo" calls="100" renewal-period="60"><operation id="get-item" calls="1" renewal-period="300" /></api>
  </rate-limit>`);
  expect(await statuses(2)).toEqual([200, 429]);
  const refused = await call();
  expect(refused.headers).toMatchObject({ 'x-remaining': '1', 'retry-after': '300' });
  expect(await statuses(2, KEY, '/echo/items/1', 'POST')).toEqual([200, 429]);
});

test('each scope has counters of its own', async () => {
  await start({
    'products/starter/policy.xml': policies({
      inbound: '<base /><rate-limit calls="3" renewal-period="60" />',
    }),
    'apis/echo/operations/get-item/policy.xml': policies({
      inbound: '<base /><rate-limit calls="1" renewal-period="60" />',
    }),
    'apis/echo/operations/post-item/policy.xml': policies({
      inbound: '<base /><rate-limit calls="1" renewal-period="60" />',
    }),
  });
  expect(await statuses(2)).toEqual([200, 429]);
  expect(await statuses(2, KEY, '/echo/items/1', 'POST')).toEqual([200, 429]);
});

test('calls without a subscription are limited by neither', async () => {
  const properties = { path: 'echo', serviceUrl: backend.url, subscriptionRequired: false };
  await start({
    'apis/echo/apiInformation.json': JSON.stringify({ properties }),
    'apis/echo/policy.xml': policies({ inbound: '<base /><rate-limit calls="1" renewal-period="60" />' }),
  });
  expect(await statuses(3, '')).toEqual([200, 200, 200]);
  expect(await statuses(2)).toEqual([200, 429]);
});

test('a counter key of the by-key policies cannot be that of a subscription', async () => {
  const forged = JSON.stringify(['rate-limit', 'product', 'starter', 'sub-1']);
  await inProduct(
    `<rate-limit-by-key calls="9" renewal-period="60" counter-key="${forged.replaceAll('"', '&quot;')}" /><rate-limit calls="1" renewal-period="60" />`,
  );
  expect(await statuses(2)).toEqual([200, 429]);
});

test('quota refuses until its period ends, which is counted from the start of the subscription', async () => {
  await inProduct('<quota calls="2" renewal-period="3600" />');
  expect(await statuses(2)).toEqual([200, 200]);
  const refused = await call();
  expect(refused.status).toBe(403);
  expect(refused.text).toBe(
    '{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 00:40:00." }',
  );
  expect(refused.headers['retry-after']).toBe('2400');
  expect(lastErrorOf(refused)).toMatchObject({ Source: 'quota', Reason: 'QuotaExceeded', Scope: 'product' });
  expect(await statuses(1, 'second-key')).toEqual([200]);
  time += 2_400_000;
  expect(await statuses(3)).toEqual([200, 200, 403]);
});

test('a quota whose renewal period is 0 is never renewed', async () => {
  await inProduct('<quota calls="1" renewal-period="0" />');
  await statuses(1);
  time += 365 * 86_400_000;
  const refused = await call();
  expect(refused.text).toBe('{ "statusCode": 403, "message": "Out of call volume quota." }');
  expect(refused.headers).not.toHaveProperty('retry-after');
});

test('bandwidth is what went over the connection in both directions', async () => {
  await inProduct('<quota bandwidth="10" renewal-period="3600" />');
  expect(await statuses(2)).toEqual([200, 200]);
  answer = 'x'.repeat(10 * 1024);
  expect(await statuses(2)).toEqual([200, 403]);
  expect((await call()).text).toBe(
    '{ "statusCode": 403, "message": "Out of bandwidth quota. Quota will be replenished in 00:40:00." }',
  );
  expect(await statuses(1, 'second-key')).toEqual([200]);
  time += 2_400_000;
  const headers = { 'ocp-apim-subscription-key': KEY };
  const upload = { method: 'POST', path: '/echo/items/1', headers, body: answer };
  answer = 'small';
  expect((await sendRequest(gateway?.port ?? 0, upload)).status).toBe(200);
  expect(await statuses(1)).toEqual([403]);
});

test('quota-by-key counts bytes as well, once for each key', async () => {
  const limited =
    '<quota-by-key bandwidth="10" renewal-period="3600" counter-key="@(context.Request.Method)" />';
  await inProduct(limited + limited);
  answer = 'x'.repeat(6 * 1024);
  expect(await statuses(3)).toEqual([200, 200, 403]);
  expect((await call()).text).toContain('Out of bandwidth quota. Quota will be replenished in 01:00:00.');
  expect(await statuses(1, KEY, '/echo/items/1', 'POST')).toEqual([200]);
});

test('nested quotas are applied independently, with a period of their own or that of the policy', async () => {
  await inProduct(`<quota calls="9" renewal-period="3600">
    <api id="echo" calls="2"><operation id="get-item" calls="1" renewal-period="600" /></api>
  </quota>`);
  expect(await statuses(2)).toEqual([200, 403]);
  time += 600_000;
  expect(await statuses(2)).toEqual([200, 403]);
  expect(await statuses(1, KEY, '/echo/items/1', 'POST')).toEqual([403]);
});

test('a start of a subscription that is no date is refused', async () => {
  const subscriptions = [{ id: 'a', name: 'A', product: 'starter', primaryKey: 'b', startDate: 'soon' }];
  await expect(startTestGateway({ subscriptions })).rejects.toThrow(
    'The start of the subscription "a" is no date.',
  );
});

test.each([
  [
    '<rate-limit calls="1" renewal-period="301" />',
    /starter\/policy\.xml:2:56 <rate-limit> "renewal-period" is a whole number from 1 to 300\.$/,
  ],
  ['<rate-limit calls="1" />', /:2:18 <rate-limit> needs the attribute "renewal-period"\.$/],
  ['<rate-limit calls="@(1)" renewal-period="60" />', /Policy expressions aren't allowed in "calls"\.$/],
  [
    '<rate-limit calls="1" renewal-period="60"><api calls="1" renewal-period="60" /></rate-limit>',
    /<api> needs one of the attributes "id" and "name"\.$/,
  ],
  [
    '<rate-limit calls="1" renewal-period="60"><operation id="a" calls="1" renewal-period="60" /></rate-limit>',
    /<operation> isn't supported within <rate-limit>; allowed: api\.$/,
  ],
  [
    '<rate-limit calls="1" renewal-period="60" /><rate-limit calls="1" renewal-period="60" />',
    /<rate-limit> is allowed only once in inbound\.$/,
  ],
  [
    '<rate-limit calls="1" renewal-period="60"><api name="Ekko" calls="1" renewal-period="60" /></rate-limit>',
    /:2:71 <api> There is no API with the name "Ekko"; known: Echo\.$/,
  ],
  [
    '<quota calls="1" renewal-period="0"><api id="echo" calls="1"><operation id="put-item" calls="1" /></api></quota>',
    /<operation> There is no operation with the id "put-item"; known: get-item, post-item, predict\.$/,
  ],
  [
    '<quota renewal-period="3600" />',
    /<quota> needs one of the attributes "calls" and "bandwidth", or both\.$/,
  ],
  ['<quota calls="1" />', /<quota> needs the attribute "renewal-period"\.$/],
  ['<quota calls="0" renewal-period="3600" />', /<quota> "calls" is a whole number of at least 1\.$/],
])('refuses %s', async (policy, problem) => {
  await expect(inProduct(policy)).rejects.toThrow(problem);
});

test.each([
  ['rate-limit', 'policy.xml', "isn't allowed in the scope global; allowed in: product, api, operation."],
  ['quota', 'policy.xml', "isn't allowed in the scope global; allowed in: product."],
  ['quota', 'apis/echo/policy.xml', "isn't allowed in the scope api; allowed in: product."],
])('%s is not allowed in %s', async (policy, file, problem) => {
  const document = `<policies><inbound><${policy} calls="1" renewal-period="60" /></inbound></policies>`;
  await expect(start({ [file]: document })).rejects.toThrow(problem);
});
