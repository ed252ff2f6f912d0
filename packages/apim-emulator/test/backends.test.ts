import type { RequestListener } from 'node:http';
import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './start-test-gateway.ts';

let time = 0;
const closers: (() => Promise<void>)[] = [];

beforeEach(() => {
  time = Date.parse('2026-01-01T10:00:00Z');
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A backend that answers with its name, or with what it is told to. */
async function startNamed(name: string, answer?: RequestListener): Promise<RecordingBackend> {
  const backend = await startBackend(answer ?? ((_request, response) => response.end(name)));
  closers.push(backend.close);
  return backend;
}

interface Setup extends TestGatewayOptions {
  readonly backends: Readonly<Record<string, unknown>>;
  readonly inbound?: string;
  readonly section?: string;
}

async function start({ backends, inbound, section, files, ...rest }: Setup): Promise<TestGateway> {
  const entities = Object.entries(backends).map(([id, properties]) => [
    `backends/${id}/backendInformation.json`,
    JSON.stringify({ properties }),
  ]);
  const gateway = await startTestGateway({
    now: () => time,
    files: {
      'apis/echo/policy.xml': policies({
        inbound: inbound ?? '<set-backend-service backend-id="pool" />',
        ...(section !== undefined && { backend: section }),
        'on-error': SHOW_LAST_ERROR,
      }),
      ...(Object.fromEntries(entities) as Record<string, string>),
      ...files,
    },
    ...rest,
  });
  closers.push(gateway.close);
  return gateway;
}

async function texts({ send }: TestGateway, count: number): Promise<string[]> {
  const all: string[] = [];
  for (let index = 0; index < count; index += 1) all.push((await send({ path: '/echo/items/1' })).text);
  return all;
}

const pool = (services: readonly unknown[]): unknown => ({
  type: 'Pool',
  protocol: 'http',
  pool: { services },
});

const breaker = (changes: Record<string, unknown> = {}, rule: Record<string, unknown> = {}): unknown => ({
  rules: [
    {
      name: 'rule',
      failureCondition: {
        count: 2,
        interval: 'PT1M',
        statusCodeRanges: [
          { min: 429, max: 429 },
          { min: 500, max: 599 },
        ],
        ...changes,
      },
      tripDuration: 'PT30S',
      ...rule,
    },
  ],
});

test('a backend entity has an address of its own, and adds its credentials', async () => {
  const one = await startNamed('one');
  const gateway = await start({
    backends: {
      one: {
        url: `${one.url}/{{folder}}/`,
        protocol: 'http',
        credentials: {
          header: { 'x-key': ['{{key}}'] },
          query: { code: ['a b'] },
          authorization: { scheme: 'Basic', parameter: 'abc' },
        },
      },
    },
    inbound: '<set-backend-service backend-id="one" />',
    namedValues: { folder: 'v2', key: 'secret' },
  });
  await gateway.send({ path: '/echo/items/1?q=1', headers: { authorization: 'Bearer caller' } });
  expect(one.received).toMatchObject([
    { url: '/v2/items/1?q=1&code=a%20b', headers: { 'x-key': 'secret', authorization: 'Basic abc' } },
  ]);
});

test('an expression may choose the backend, and later policies see its host', async () => {
  const [one, two] = [await startNamed('one'), await startNamed('two')];
  const gateway = await start({
    backends: { one: { url: one.url, protocol: 'http' }, two: { url: two.url, protocol: 'http' } },
    inbound: `<set-backend-service backend-id="@(context.Request.MatchedParameters["id"] == "1" ? "one" : "two")" />
      <set-header name="x-port"><value>@(context.Request.Url.Port.ToString())</value></set-header>`,
  });
  expect(await texts(gateway, 1)).toEqual(['one']);
  expect((await gateway.send({ path: '/echo/items/2' })).text).toBe('two');
  expect(two.received[0]?.headers['x-port']).toBe(new URL(two.url).port);
});

test('a pool takes turns', async () => {
  const [one, two] = [await startNamed('1'), await startNamed('2')];
  const gateway = await start({
    backends: {
      one: { url: one.url, protocol: 'http' },
      two: { url: two.url, protocol: 'http' },
      pool: pool([{ id: '/backends/one' }, { id: '/subscriptions/s/resourceGroups/g/backends/two' }]),
    },
  });
  expect(await texts(gateway, 4)).toEqual(['1', '2', '1', '2']);
});

test('a pool takes turns by weight', async () => {
  const [one, two] = [await startNamed('1'), await startNamed('2')];
  const gateway = await start({
    backends: {
      one: { url: one.url, protocol: 'http' },
      two: { url: two.url, protocol: 'http' },
      pool: pool([
        { id: '/backends/one', weight: 3 },
        { id: '/backends/two', weight: 1 },
      ]),
    },
  });
  const all = await texts(gateway, 8);
  expect([all.filter((text) => text === '1').length, all.filter((text) => text === '2').length]).toEqual([
    6, 2,
  ]);
});

test('the next priority is for when all of the one before are tripped, and only until they are back', async () => {
  const failing = await startNamed('', (_request, response) => response.writeHead(500).end('failed'));
  const [second, third] = [await startNamed('2'), await startNamed('3')];
  const gateway = await start({
    backends: {
      one: { url: failing.url, protocol: 'http', circuitBreaker: breaker({ count: 1 }) },
      two: { url: second.url, protocol: 'http' },
      three: { url: third.url, protocol: 'http' },
      pool: pool([
        { id: '/backends/three', priority: 3 },
        { id: '/backends/one', priority: 1 },
        { id: '/backends/two', priority: 2 },
      ]),
    },
  });
  expect(await texts(gateway, 3)).toEqual(['failed', '2', '2']);
  time += 30_000;
  expect(await texts(gateway, 2)).toEqual(['failed', '2']);
  expect(third.received).toEqual([]);
});

test('a tripped circuit breaker answers 503 without a request, until its time is over', async () => {
  let status = 500;
  const one = await startNamed('', (_request, response) => response.writeHead(status).end());
  const gateway = await start({
    backends: { one: { url: one.url, protocol: 'http', circuitBreaker: breaker() } },
    inbound: '<set-backend-service backend-id="one" />',
  });
  await texts(gateway, 2);
  const response = await gateway.send({ path: '/echo/items/1' });
  expect(response).toMatchObject({
    status: 503,
    reason: "Backend 'one' is temporarily unavailable.",
    text: '{ "statusCode": 503, "message": "Service Unavailable" }',
  });
  expect(lastErrorOf(response)).toMatchObject({
    Source: 'forward-request',
    Reason: 'BackendUnavailable',
    Message: "Backend 'one' is temporarily unavailable.",
    Section: 'backend',
  });
  expect(one.received.length).toBe(2);
  status = 200;
  time += 30_000;
  expect((await gateway.send({ path: '/echo/items/1' })).status).toBe(200);
});

test('failures count over the interval, and only those of the status codes', async () => {
  let status = 500;
  const one = await startNamed('', (_request, response) => response.writeHead(status).end());
  const gateway = await start({
    backends: { one: { url: one.url, protocol: 'http', circuitBreaker: breaker() } },
    inbound: '<set-backend-service backend-id="one" />',
  });
  await texts(gateway, 1);
  time += 60_000;
  await texts(gateway, 1);
  status = 404;
  await texts(gateway, 3);
  expect(one.received.length).toBe(5);
  status = 429;
  await texts(gateway, 2);
  expect(one.received.length).toBe(6);
});

test('a percentage of failures trips it', async () => {
  const statuses = [200, 200, 500, 500, 200];
  const one = await startNamed('', (_request, response) => response.writeHead(statuses.shift() ?? 200).end());
  const gateway = await start({
    backends: {
      one: {
        url: one.url,
        protocol: 'http',
        circuitBreaker: breaker({ count: undefined, percentage: 50 }),
      },
    },
    inbound: '<set-backend-service backend-id="one" />',
  });
  await texts(gateway, 5);
  expect(one.received.length).toBe(4);
});

test.each([
  ['120', 120],
  ['Thu, 01 Jan 2026 10:00:10 GMT', 10],
  ['soon', 30],
  ['1.5', 30],
  ['-5', 30],
  ['2026-01-01', 30],
])(
  'Retry-After %s is how long it stays tripped, where the rule accepts that',
  async (retryAfter, seconds) => {
    const one = await startNamed('', (_request, response) =>
      response.writeHead(429, { 'retry-after': retryAfter }).end(),
    );
    const gateway = await start({
      backends: {
        one: {
          url: one.url,
          protocol: 'http',
          circuitBreaker: breaker({ count: 1 }, { acceptRetryAfter: true }),
        },
      },
      inbound: '<set-backend-service backend-id="one" />',
    });
    await texts(gateway, 1);
    time += seconds * 1000 - 1;
    expect((await gateway.send({ path: '/echo/items/1' })).status).toBe(503);
    time += 1;
    expect((await gateway.send({ path: '/echo/items/1' })).status).toBe(429);
  },
);

test('a connection that fails counts where errorReasons names it', async () => {
  const gateway = await start({
    backends: {
      one: {
        url: 'http://127.0.0.1:1',
        protocol: 'http',
        circuitBreaker: breaker({
          count: 1,
          statusCodeRanges: [],
          errorReasons: ['BackendConnectionFailure'],
        }),
      },
    },
    inbound: '<set-backend-service backend-id="one" />',
  });
  expect((await gateway.send({ path: '/echo/items/1' })).status).toBe(500);
  expect((await gateway.send({ path: '/echo/items/1' })).status).toBe(503);
});

const TRY_ALL = `<retry count="2" interval="0" first-fast-retry="true" condition="@(context.Response.StatusCode == 429 ||
    (context.Response.StatusCode == 503 && !context.Response.StatusReason.Contains("Backend pool") &&
     !context.Response.StatusReason.Contains("is temporarily unavailable")))">
  <forward-request buffer-request-body="true" />
</retry>`;

test('with retry, a throttled member of a pool gives way to the next, with the same body', async () => {
  const throttled = await startNamed('', (_request, response) => response.writeHead(429).end());
  const two = await startNamed('2');
  const gateway = await start({
    backends: {
      one: { url: throttled.url, protocol: 'http', circuitBreaker: breaker({ count: 1 }) },
      two: { url: two.url, protocol: 'http' },
      pool: pool([
        { id: '/backends/one', priority: 1 },
        { id: '/backends/two', priority: 2 },
      ]),
    },
    section: TRY_ALL,
  });
  const response = await gateway.send({ method: 'POST', path: '/echo/items/1', body: 'prompt' });
  expect(response.text).toBe('2');
  expect([throttled.received, two.received].map(([first]) => first?.body)).toEqual(['prompt', 'prompt']);
});

test('an exhausted pool is a 503 whose reason retry can tell from the 503 of a backend', async () => {
  const failing = await startNamed('', (_request, response) => response.writeHead(503).end());
  const gateway = await start({
    backends: {
      one: { url: failing.url, protocol: 'http', circuitBreaker: breaker({ count: 1 }) },
      pool: pool([{ id: '/backends/one' }]),
    },
    section: TRY_ALL,
  });
  const response = await gateway.send({ path: '/echo/items/1' });
  expect(response).toMatchObject({ status: 503, reason: "Backend pool 'pool' is temporarily unavailable." });
  expect(failing.received.length).toBe(1);
});

test('a base-url does not override the backend-id of a wider scope, another backend-id does', async () => {
  const [one, two] = [await startNamed('1'), await startNamed('2')];
  const operation = (id: string, attribute: string): Record<string, string> => ({
    [`apis/echo/operations/${id}/policy.xml`]: policies({
      inbound: `<base /><set-backend-service ${attribute} />`,
    }),
  });
  const gateway = await start({
    backends: { one: { url: one.url, protocol: 'http' }, two: { url: two.url, protocol: 'http' } },
    inbound: '<set-backend-service backend-id="one" />',
    files: {
      ...operation('get-item', `base-url="${two.url}"`),
      ...operation('post-item', 'backend-id="two"'),
    },
  });
  expect(await texts(gateway, 1)).toEqual(['1']);
  expect((await gateway.send({ method: 'POST', path: '/echo/items/1' })).text).toBe('2');
});

const ONE = { url: 'http://127.0.0.1:9', protocol: 'http' };

test.each<[string, Record<string, unknown>, string]>([
  [
    '<set-backend-service backend-id="three" />',
    { one: ONE },
    ':2:43 <set-backend-service> There is no backend "three"; known: one.',
  ],
  ['<set-backend-service />', {}, 'needs one of the attributes base-url, backend-id.'],
  [
    '<set-backend-service base-url="http://a" backend-id="one" />',
    { one: ONE },
    'needs one of the attributes base-url, backend-id.',
  ],
  [
    '<set-backend-service backend-id="one" sf-resolve-condition="@(true)" />',
    { one: ONE },
    'The attribute "sf-resolve-condition" isn\'t supported; allowed: base-url, backend-id, id.',
  ],
  ['', { one: { protocol: 'http' } }, 'backends/one/backendInformation.json: properties.url is a text'],
  ['', { one: { ...ONE, url: 'ftp://a' } }, 'properties.url is an address'],
  ['', { one: { ...ONE, url: 'http://{{host}}' } }, 'There is no named value "host".'],
  ['', { one: { ...ONE, protocol: 'soap' } }, 'properties.protocol is http.'],
  ['', { one: { ...ONE, proxy: {} } }, "properties.proxy isn't supported; allowed: title, description,"],
  [
    '',
    { one: { ...ONE, tls: { validateCertificateChain: false } } },
    'is true: certificates are always validated',
  ],
  [
    '',
    { one: { ...ONE, credentials: { certificateIds: [] } } },
    "properties.credentials.certificateIds isn't supported",
  ],
  [
    '',
    { one: { ...ONE, circuitBreaker: { rules: [{}, {}] } } },
    'properties.circuitBreaker.rules has one rule at most.',
  ],
  [
    '',
    { one: { ...ONE, circuitBreaker: breaker({ percentage: 5 }) } },
    'properties.circuitBreaker.rules[0].failureCondition has either a count or a percentage.',
  ],
  [
    '',
    { one: { ...ONE, circuitBreaker: breaker({ interval: '1 minute' }) } },
    'failureCondition.interval is a duration such as PT1M.',
  ],
  [
    '',
    { one: { ...ONE, circuitBreaker: breaker({ statusCodeRanges: [{ min: 500, max: 499 }] }) } },
    'statusCodeRanges[0].max is a whole number from 500 to 599.',
  ],
  [
    '',
    { one: { ...ONE, credentials: { header: { 'x key': ['a'] } } } },
    'properties.credentials.header has a name or a value that no header can have.',
  ],
  [
    '',
    { one: { ...ONE, credentials: { header: { 'x-key': ['a\nb'] } } } },
    'properties.credentials.header has a name or a value that no header can have.',
  ],
  ['', { one: pool([]) }, 'properties.pool.services has 1 to 30 backends.'],
  ['', { one: pool([{ id: '/backends/two' }]) }, '"two" isn\'t a backend.'],
  [
    '',
    { one: pool([{ id: 'two' }]), two: pool([{ id: 'one' }]) },
    '"two" is a pool, which a pool may not have.',
  ],
  ['', { one: ONE, two: pool([{ id: 'one', weight: 101 }]) }, 'weight is a whole number from 0 to 100.'],
])('refuses %s with %j', async (inbound, backends, problem) => {
  await expect(start({ backends, inbound: inbound === '' ? '<base />' : inbound })).rejects.toThrow(problem);
});
