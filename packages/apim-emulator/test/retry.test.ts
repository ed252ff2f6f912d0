import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { KEY, policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './start-test-gateway.ts';

let answers: number[] = [];
let waits: number[] = [];
let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend((_request, response) => {
    const status = answers.shift() ?? 200;
    if (status === 0) response.destroy();
    else response.writeHead(status).end(`answer ${status}`);
  });
});

beforeEach(() => {
  answers = [];
  waits = [];
  backend.received.length = 0;
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

afterAll(() => backend.close());

async function start(retry: string, options: TestGatewayOptions = {}): Promise<TestGateway> {
  gateway = await startTestGateway({
    backend: backend.url,
    files: { 'apis/echo/policy.xml': policies({ backend: retry, 'on-error': SHOW_LAST_ERROR }) },
    wait: (durationInMs) => {
      waits.push(durationInMs);
      return Promise.resolve();
    },
    random: () => 0.5,
    ...options,
  });
  return gateway;
}

const FORWARD = '<forward-request buffer-request-body="true" />';
const ON_5XX = 'condition="@(context.Response.StatusCode >= 500)"';
const retry = (attributes: string, content = FORWARD): string => `<retry ${attributes}>${content}</retry>`;

test('runs once where the condition does not hold', async () => {
  const { send } = await start(retry(`${ON_5XX} count="3" interval="1"`));
  expect((await send({ path: '/echo/items/1' })).text).toBe('answer 200');
  expect([backend.received.length, waits]).toEqual([1, []]);
});

test('runs again, request body included, until the condition no longer holds', async () => {
  answers = [503, 500, 201];
  const { send } = await start(retry(`${ON_5XX} count="3" interval="2"`));
  const response = await send({ method: 'POST', path: '/echo/items/1', body: 'hello' });
  expect(response).toMatchObject({ status: 201, text: 'answer 201' });
  expect(backend.received.map(({ body }) => body)).toEqual(['hello', 'hello', 'hello']);
  expect(waits).toEqual([2000, 2000]);
});

test('gives up after the count, with the last answer', async () => {
  answers = [500, 501, 502, 503];
  const { send } = await start(retry(`${ON_5XX} count="@(1 + 1)" interval="0"`));
  expect((await send({ path: '/echo/items/1' })).status).toBe(502);
});

test('a body that was not buffered is not sent again', async () => {
  answers = [500];
  const { send } = await start(retry(`${ON_5XX} count="1" interval="0"`, '<forward-request />'));
  await send({ method: 'POST', path: '/echo/items/1', body: 'hello' });
  expect(backend.received.map(({ body }) => body)).toEqual(['hello', '']);
});

test.each([
  ['interval="10"', [10, 10, 10, 10, 10]],
  ['interval="10" delta="5"', [10, 15, 20, 25, 30]],
  ['interval="10" delta="10" max-interval="100"', [10, 20, 40, 80, 100]],
  ['interval="10" max-interval="4"', [4, 4, 4, 4, 4]],
  ['interval="10" first-fast-retry="true"', [0, 10, 10, 10, 10]],
  ['interval="@(5 * 2)" delta="@(5)" first-fast-retry="@(true)"', [0, 15, 20, 25, 30]],
])('waits by %s', async (attributes, seconds) => {
  answers = [500, 500, 500, 500, 500, 500];
  const { send } = await start(retry(`${ON_5XX} count="5" ${attributes}`));
  await send({ path: '/echo/items/1' });
  expect(waits.map((wait) => wait / 1000)).toEqual(seconds);
});

test('a backend that breaks off counts as the answer 500', async () => {
  answers = [0, 0, 200];
  const { send } = await start(
    retry(
      `condition="@(context.Response == null || context.Response.StatusCode == 500)" count="3" interval="0"`,
    ),
  );
  expect((await send({ path: '/echo/items/1' })).text).toBe('answer 200');
  expect(backend.received.length).toBe(3);
});

test('a condition can tell by LastError, and a failure without retries left runs on-error', async () => {
  answers = [0, 0, 0];
  const { send } = await start(
    retry(`condition="@(context.LastError?.Reason == "BackendConnectionFailure")" count="1" interval="0"`),
  );
  const response = await send({ path: '/echo/items/1' });
  expect(backend.received.length).toBe(2);
  expect(lastErrorOf(response)).toMatchObject({
    Source: 'forward-request',
    Reason: 'BackendConnectionFailure',
    Section: 'backend',
    Path: 'retry/forward-request',
  });
});

test('a condition that does not ask for the failure lets it run on-error', async () => {
  answers = [0];
  const { send } = await start(
    retry(`condition="@(context.Response.StatusCode == 429)" count="3" interval="0"`),
  );
  expect(lastErrorOf(await send({ path: '/echo/items/1' }))).toMatchObject({
    Reason: 'BackendConnectionFailure',
  });
  expect(backend.received.length).toBe(1);
});

test('an error of another policy ends it', async () => {
  const { send } = await start(
    retry(
      'condition="@(true)" count="3" interval="0"',
      '<set-variable name="a" value="@(int.Parse("x"))" />',
    ),
  );
  expect(lastErrorOf(await send({ path: '/echo/items/1' }))).toMatchObject({
    Source: 'set-variable',
    Reason: 'ExpressionValueEvaluationFailure',
    Path: 'retry/set-variable',
  });
});

test('a condition may read the answer, which then still arrives whole', async () => {
  answers = [200, 202];
  const { send } = await start(
    retry(
      `condition="@(context.Response.Body.As<string>(preserveContent: true) == "answer 200")" count="3" interval="0"`,
    ),
  );
  expect((await send({ path: '/echo/items/1' })).text).toBe('answer 202');
});

test('it passes a stream on without holding it back', async () => {
  const ended = Promise.withResolvers<undefined>();
  const streaming = await startBackend((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    void ended.promise.then(() => response.end('data: 2\n\n'));
  });
  const { port } = await start(
    retry(
      `${ON_5XX} count="1" interval="0"`,
      '<forward-request buffer-response="false" buffer-request-body="true" />',
    ),
    { backend: streaming.url },
  );
  const response = await fetch(`http://127.0.0.1:${port}/echo/items/1`, {
    headers: { 'ocp-apim-subscription-key': KEY },
  });
  const reader = response.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n');
  ended.resolve(undefined);
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 2\n\n');
  await streaming.close();
});

test('policies within it run each time, and a response ends it', async () => {
  answers = [500, 500, 500];
  const { send } = await start(
    retry(
      `condition="@(true)" count="5" interval="0"`,
      `<set-variable name="n" value="@(context.Variables.GetValueOrDefault<int>("n") + 1)" />
       <choose><when condition="@((int)context.Variables["n"] == 3)">
         <return-response><set-body>@("after " + context.Variables["n"])</set-body></return-response>
       </when></choose>${FORWARD}`,
    ),
  );
  expect((await send({ path: '/echo/items/1' })).text).toBe('after 3');
});

test('it stands in other sections, too', async () => {
  const { send } = await start(FORWARD, {
    files: {
      'apis/echo/policy.xml': policies({
        inbound: retry(
          'condition="@((int)context.Variables["n"] < 3)" count="10" interval="1"',
          '<set-variable name="n" value="@(context.Variables.GetValueOrDefault<int>("n") + 1)" />',
        ),
        outbound: '<set-header name="x-n"><value>@(context.Variables["n"].ToString())</value></set-header>',
      }),
    },
  });
  expect((await send({ path: '/echo/items/1' })).headers['x-n']).toBe('3');
  expect(waits).toEqual([1000, 1000]);
});

test('in on-error it leaves the error as it is', async () => {
  const { send } = await start(FORWARD, {
    files: {
      'apis/echo/policy.xml': policies({
        inbound: '<set-variable name="a" value="@(int.Parse("x"))" />',
        'on-error': `${retry(
          'condition="@((int)context.Variables["n"] < 3)" count="10" interval="1"',
          '<set-variable name="n" value="@(context.Variables.GetValueOrDefault<int>("n") + 1)" />',
        )}${SHOW_LAST_ERROR}`,
      }),
    },
  });
  expect(lastErrorOf(await send({ path: '/echo/items/1' }))).toMatchObject({ Source: 'set-variable' });
});

test('a client that leaves ends the waiting', async () => {
  answers = [500];
  const waiting = Promise.withResolvers<AbortSignal>();
  const ended = Promise.withResolvers<undefined>();
  const { port } = await start(retry(`${ON_5XX} count="1" interval="9"`), {
    wait: (_durationInMs, abortSignal) => {
      waiting.resolve(abortSignal);
      return new Promise((_resolve, reject) => {
        abortSignal.addEventListener('abort', () => {
          ended.resolve(undefined);
          reject(new Error('aborted'));
        });
      });
    },
  });
  const leaving = new AbortController();
  const request = fetch(`http://127.0.0.1:${port}/echo/items/1`, {
    headers: { 'ocp-apim-subscription-key': KEY },
    signal: leaving.signal,
  }).catch(() => undefined);
  await waiting.promise;
  leaving.abort();
  await Promise.all([ended.promise, request]);
  expect(backend.received.length).toBe(1);
});

test.each([
  ['<retry count="1" interval="1"></retry>', ':3:10 <retry> needs the attribute "condition".'],
  [retry('condition="@(true)" count="51" interval="1"'), '"count" is a whole number from 1 to 50.'],
  [retry('condition="@(true)" count="0" interval="1"'), '"count" is a whole number from 1 to 50.'],
  [retry('condition="@(true)" count="1" interval="soon"'), '"interval" is a whole number of at least 0.'],
  [retry('condition="@(true)" count="1" interval="1" first-fast-retry="maybe"'), 'is one of true, false.'],
  [
    retry('condition="@(true)" count="1" interval="1" jitter="1"'),
    'The attribute "jitter" isn\'t supported;',
  ],
  [retry('condition="@(true)" count="1" interval="1"', 'text'), '<retry> takes no text.'],
  [retry('condition="@(true)" count="1" interval="1"', ''), '<retry> needs one or more policies within it.'],
  [retry('condition="always" count="1" interval="1"'), '"condition" is an expression, true, or false.'],
  [
    retry('condition="@(context.Response.StatusCode)" count="1" interval="1"'),
    '"condition" is a Boolean; this expression gives a int.',
  ],
  [
    retry('condition="@(true)" count="@(true)" interval="1"'),
    '"count" is a whole number; this expression gives a bool.',
  ],
  [
    retry('condition="@(true)" count="1" interval="1" first-fast-retry="@(1)"'),
    '"first-fast-retry" is a Boolean; this expression gives a int.',
  ],
])('refuses %s', async (policy, problem) => {
  await expect(start(policy)).rejects.toThrow(problem);
});
