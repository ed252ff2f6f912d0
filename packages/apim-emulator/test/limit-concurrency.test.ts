import type { ServerResponse } from 'node:http';
import { RunningRequests } from '../src/engine/running-requests.ts';
import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let arrivals: (response: ServerResponse) => void = (response) => response.end('done');
let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend((_request, response) => arrivals(response));
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

afterAll(() => backend.close());

async function start(document: string): Promise<TestGateway> {
  gateway = await startTestGateway({ backend: backend.url, files: { 'apis/echo/policy.xml': document } });
  return gateway;
}

const limited = (key: string, maximum: number): string =>
  policies({
    backend: `<limit-concurrency key="${key}" max-count="${maximum}">
      <forward-request buffer-response="false" />
    </limit-concurrency>`,
    'on-error': SHOW_LAST_ERROR,
  });

/** The next request that reaches the backend, still without an answer. */
function nextArrival(): Promise<ServerResponse> {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>();
  arrivals = resolve;
  return promise;
}

test('a request beyond the limit is refused at once, and one is let in when another is done', async () => {
  const { send } = await start(limited('all', 1));
  const arrival = nextArrival();
  const first = send({ path: '/echo/items/1' });
  const held = await arrival;
  const second = await send({ path: '/echo/items/1' });
  expect(second.status).toBe(429);
  expect(lastErrorOf(second)).toMatchObject({
    Source: 'limit-concurrency',
    Section: 'backend',
    Path: 'limit-concurrency',
  });
  arrivals = (response) => response.end('done');
  held.end('done');
  expect((await first).status).toBe(200);
  expect((await send({ path: '/echo/items/1' })).status).toBe(200);
});

test('each value of the key counts for itself', async () => {
  const { send } = await start(limited('@(context.Request.MatchedParameters["id"])', 1));
  const arrival = nextArrival();
  const first = send({ path: '/echo/items/a' });
  const held = await arrival;
  arrivals = (response) => response.end('done');
  expect((await send({ path: '/echo/items/b' })).status).toBe(200);
  expect((await send({ path: '/echo/items/a' })).status).toBe(429);
  held.end('done');
  expect((await first).status).toBe(200);
});

test('a request that fails within gives its place back', async () => {
  const { send } = await start(limited('all', 1));
  arrivals = (response) => response.socket?.resetAndDestroy();
  const failed = await send({ path: '/echo/items/1' });
  expect(lastErrorOf(failed)).toMatchObject({
    Source: 'forward-request',
    Path: 'limit-concurrency/forward-request',
  });
  arrivals = (response) => response.end('done');
  expect((await send({ path: '/echo/items/1' })).status).toBe(200);
});

test('policies that need no waiting give their place back as well', async () => {
  const inbound =
    '<limit-concurrency key="a" max-count="1"><set-variable name="a" value="1" /></limit-concurrency>';
  const { send } = await start(policies({ inbound: inbound + inbound }));
  for (let index = 0; index < 3; index += 1) expect((await send({ path: '/echo/items/1' })).status).toBe(200);
});

test('keys that nobody is in are forgotten', () => {
  const running = new RunningRequests();
  expect([running.enter('a', 2), running.enter('a', 2), running.enter('a', 2)]).toEqual([true, true, false]);
  running.leave('a');
  expect(running.enter('a', 2)).toBe(true);
});

test.each([
  [
    '<limit-concurrency key="a" max-count="0" />',
    /:3:48 <limit-concurrency> "max-count" is a whole number of at least 1\.$/,
  ],
  ['<limit-concurrency max-count="1" />', /:3:10 <limit-concurrency> needs the attribute "key"\.$/],
  ['<limit-concurrency key="a" max-count="@(1)" />', /Policy expressions aren't allowed in "max-count"\.$/],
  ['<limit-concurrency key="a" max-count="1">text</limit-concurrency>', /takes no text\.$/],
])('refuses %s', async (policy, problem) => {
  await expect(start(policies({ backend: policy }))).rejects.toThrow(problem);
});
