import { request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import { KEY, policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

type Answer = (response: ServerResponse) => void;

let time = 0;
let answer: Answer;
let backend: RecordingBackend;
let gateway: TestGateway | undefined;

const usage =
  (total: number): Answer =>
  (response) =>
    response
      .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
      .end(
        JSON.stringify({ usage: { prompt_tokens: total - 1, completion_tokens: 1, total_tokens: total } }),
      );

beforeAll(async () => {
  backend = await startBackend((_request, response) => answer(response));
});

beforeEach(() => {
  time = Date.parse('2026-01-01T10:18:06Z');
  answer = usage(10);
  backend.received.length = 0;
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

afterAll(() => backend.close());

async function start(inbound: string, outbound = '<base />'): Promise<TestGateway> {
  gateway = await startTestGateway({
    backend: backend.url,
    now: () => time,
    files: {
      'policy.xml': '<policies><backend><forward-request buffer-response="false" /></backend></policies>',
      'apis/echo/policy.xml': policies({ inbound, outbound, 'on-error': SHOW_LAST_ERROR }),
    },
  });
  return gateway;
}

const limit = (attributes: string): string =>
  `<llm-token-limit counter-key="@(context.Request.MatchedParameters["model"])" ${attributes} />`;
const PER_MINUTE = 'tokens-per-minute="25" estimate-prompt-tokens="false"';

/** Forty characters, and so ten tokens, and six for being a chat of one message. */
const CHAT = { messages: [{ role: 'user', content: 'x'.repeat(40) }] };

async function call(body: object = CHAT, model = 'a'): Promise<ReceivedResponse> {
  if (!gateway) throw new Error('not started');
  return gateway.send({ method: 'POST', path: `/echo/models/${model}:predict`, body: JSON.stringify(body) });
}

async function statuses(count: number, body?: object): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push((await call(body)).status);
  return all;
}

test('tokens that answers report count, and calls beyond the limit are refused without asking the backend', async () => {
  await start(limit(PER_MINUTE));
  expect(await statuses(3)).toEqual([200, 200, 200]);
  time += 15_000;
  const refused = await call();
  expect(refused).toMatchObject({
    status: 429,
    text: '{ "statusCode": 429, "message": "Token limit is exceeded. Try again in 45 seconds." }',
  });
  expect(refused.headers['retry-after']).toBe('45');
  expect(lastErrorOf(refused)).toMatchObject({
    Source: 'llm-token-limit',
    Reason: 'TokenLimitExceeded',
    Message: 'Token limit is exceeded.',
  });
  expect(backend.received.length).toBe(3);
});

test('each key has tokens of its own, which leave as the minute slides', async () => {
  await start(limit(PER_MINUTE));
  answer = usage(20);
  await call();
  time += 30_000;
  await call();
  expect((await call()).headers['retry-after']).toBe('30');
  expect((await call(CHAT, 'b')).status).toBe(200);
  time += 30_000;
  expect((await call()).status).toBe(200);
});

test('remaining and consumed tokens are told in headers and variables, as the answer has them', async () => {
  await start(
    limit(`tokens-per-minute="100" token-quota="1000" token-quota-period="Daily" estimate-prompt-tokens="true"
      remaining-tokens-header-name="x-remaining" remaining-tokens-variable-name="remaining"
      remaining-quota-tokens-header-name="x-quota" remaining-quota-tokens-variable-name="quota"
      tokens-consumed-header-name="x-consumed" tokens-consumed-variable-name="consumed"`) +
      '<set-header name="x-estimate"><value>@(context.Variables["consumed"] + " " + context.Variables["remaining"])</value></set-header>',
    '<set-header name="x-variables"><value>@($"{context.Variables["consumed"]} {context.Variables["remaining"]} {context.Variables["quota"]}")</value></set-header>',
  );
  const { headers } = await call();
  expect(headers).toMatchObject({
    'x-remaining': '90',
    'x-quota': '990',
    'x-consumed': '10',
    'x-variables': '10 90 990',
  });
  expect(backend.received[0]?.headers['x-estimate']).toBe('16 84');
});

test('an estimated prompt that would exceed the limit does not reach the backend', async () => {
  await start(
    limit(
      'tokens-per-minute="25" estimate-prompt-tokens="true" retry-after-header-name="x-retry" retry-after-variable-name="retry"',
    ),
  );
  expect(await statuses(2)).toEqual([200, 429]);
  expect((await call()).headers).toMatchObject({ 'x-retry': '60' });
  expect(backend.received.length).toBe(1);
});

test('a prompt that fits at no time is refused without a time', async () => {
  await start(limit('tokens-per-minute="15" estimate-prompt-tokens="true"'));
  const refused = await call();
  expect(refused.text).toBe('{ "statusCode": 429, "message": "Token limit is exceeded." }');
  expect(refused.headers).not.toHaveProperty('retry-after');
});

test.each([
  ['Hourly', '41 minutes and 54 seconds', 2514],
  ['Daily', '13 hours, 41 minutes and 54 seconds', 49_314],
  ['Weekly', '3 days, 13 hours, 41 minutes and 54 seconds', 308_514],
  ['Monthly', '30 days, 13 hours, 41 minutes and 54 seconds', 2_641_314],
  ['Yearly', '364 days, 13 hours, 41 minutes and 54 seconds', 31_498_914],
])('a quota that is used up is refused until its period ends: %s', async (period, wait, seconds) => {
  await start(limit(`token-quota="@(10)" token-quota-period="${period}" estimate-prompt-tokens="false"`));
  const [first, refused] = [await call(), await call()];
  expect(first.status).toBe(200);
  expect(refused).toMatchObject({
    status: 403,
    text: `{ "statusCode": 403, "message": "Token quota is exceeded. Try again in ${wait}." }`,
  });
  expect(refused.headers['retry-after']).toBe(String(seconds));
  expect(lastErrorOf(refused)).toMatchObject({ Reason: 'TokenQuotaExceeded' });
  time += seconds * 1000;
  expect((await call()).status).toBe(200);
});

test.each<[string, object, number]>([
  ['OpenAI chat', { usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 9 } }, 9],
  ['OpenAI embeddings', { usage: { prompt_tokens: 3, total_tokens: 3 } }, 3],
  ['OpenAI responses', { usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 } }, 7],
  ['Anthropic', { usage: { input_tokens: 3, output_tokens: 4 } }, 7],
  ['Vertex AI', { usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 } }, 7],
  ['no usage', { usage: { total_tokens: -5 } }, 0],
])('reads the usage of %s', async (_api, body, tokens) => {
  answer = (response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  await start(limit(`${PER_MINUTE} remaining-tokens-header-name="x-remaining"`));
  expect((await call()).headers['x-remaining']).toBe(String(25 - tokens));
});

test('usage is read of a compressed answer, which is passed on as it is', async () => {
  const compressed = gzipSync('{"usage":{"total_tokens":9}}');
  answer = (response) =>
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(compressed);
  await start(limit(`${PER_MINUTE} remaining-tokens-header-name="x-remaining"`));
  const { headers } = await call();
  expect(headers).toMatchObject({
    'x-remaining': '16',
    'content-encoding': 'gzip',
    'content-length': String(compressed.length),
  });
});

test('an error of the backend costs nothing', async () => {
  answer = (response) => response.writeHead(429, { 'content-type': 'application/json' }).end('{"error":{}}');
  await start(
    limit('tokens-per-minute="25" estimate-prompt-tokens="true" remaining-tokens-header-name="x-remaining"'),
  );
  expect(await statuses(5)).toEqual([429, 429, 429, 429, 429]);
  expect(backend.received.length).toBe(5);
});

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

test.each<[string, object, string, number]>([
  [
    'OpenAI chat',
    { ...CHAT, stream: true },
    event({ choices: [{ delta: { content: 'y'.repeat(40) } }] }) +
      event({ choices: [], usage: { total_tokens: 999 } }) +
      'data: [DONE]\n\n',
    26,
  ],
  [
    'OpenAI responses',
    { input: 'x'.repeat(40), stream: true },
    event({ type: 'response.output_text.delta', delta: 'y'.repeat(40) }) +
      event({ type: 'response.output_text.done', text: 'y'.repeat(40) }),
    20,
  ],
  [
    'Anthropic',
    { ...CHAT, stream: true },
    `event: content_block_delta\n${event({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'y'.repeat(40) } })}`,
    26,
  ],
  [
    'images',
    {
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
      ],
      stream: true,
    },
    event({}),
    1206,
  ],
])('of a stream of %s, prompt and completion are estimated', async (_api, body, stream, tokens) => {
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const middle = Math.floor(stream.length / 2);
    response.write(stream.slice(0, middle));
    response.end(stream.slice(middle));
  };
  await start(
    limit(
      'tokens-per-minute="2000" estimate-prompt-tokens="false" remaining-tokens-header-name="x-remaining"',
    ),
  );
  expect((await call(body)).text).toBe(stream);
  answer = usage(1);
  expect((await call()).headers['x-remaining']).toBe(String(2000 - tokens - 1));
});

test('a stream is passed on as it arrives', async () => {
  let stream: ServerResponse | undefined;
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event({ choices: [] }));
    stream = response;
  };
  const { port } = await start(limit('tokens-per-minute="100" estimate-prompt-tokens="false"'));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(
      { port, method: 'POST', path: '/echo/models/a:predict', headers: { 'ocp-apim-subscription-key': KEY } },
      resolve,
    )
      .on('error', reject)
      .end(JSON.stringify({ ...CHAT, stream: true }));
  });
  const chunks = response[Symbol.asyncIterator]();
  expect(String((await chunks.next()).value)).toBe(event({ choices: [] }));
  stream?.end('data: [DONE]\n\n');
  expect(String((await chunks.next()).value)).toBe('data: [DONE]\n\n');
});

test('the two policies count apart', async () => {
  answer = usage(30);
  await start(
    `${limit(PER_MINUTE)}<azure-openai-token-limit counter-key="a" tokens-per-minute="100" estimate-prompt-tokens="false"
      remaining-tokens-header-name="x-other" />`,
  );
  expect((await call()).headers['x-other']).toBe('70');
  expect((await call()).status).toBe(429);
});

test('a body that is no JSON is let through, and costs what the answer says', async () => {
  const { send } = await start(limit(`${PER_MINUTE} remaining-tokens-header-name="x-remaining"`));
  const response = await send({ method: 'POST', path: '/echo/models/a:predict', body: '{{{' });
  expect([response.status, response.headers['x-remaining']]).toEqual([200, '15']);
});

test.each([
  [limit('tokens-per-minute="1"'), ':2:10 <llm-token-limit> needs the attribute "estimate-prompt-tokens".'],
  [
    limit('estimate-prompt-tokens="true"'),
    'needs tokens-per-minute, or token-quota with token-quota-period, or both.',
  ],
  [
    limit('token-quota="1" estimate-prompt-tokens="true"'),
    'needs token-quota and token-quota-period, or neither.',
  ],
  [
    limit('token-quota="1" token-quota-period="Quarterly" estimate-prompt-tokens="true"'),
    '"token-quota-period" is one of Hourly, Daily, Weekly, Monthly, Yearly.',
  ],
  [
    limit('tokens-per-minute="few" estimate-prompt-tokens="true"'),
    '"tokens-per-minute" is a whole number of at least 1.',
  ],
  [
    limit('tokens-per-minute="1" estimate-prompt-tokens="@(true)"'),
    'Policy expressions aren\'t allowed in "estimate-prompt-tokens".',
  ],
])('refuses %s', async (policy, problem) => {
  await expect(start(policy)).rejects.toThrow(problem);
});
