import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';
import { governanceFolder } from '../support/governance-folder.ts';

const PARENT = '/vertex/v1/projects/sample-project/locations';
const MISTRAL = `${PARENT}/us-central1/publishers/mistralai/models/mistral-small-2503`;
const CONTAINER = `${PARENT}/us-central1/endpoints/5678901234`;
const CLAUDE = `${PARENT}/us-east5/publishers/anthropic/models/claude-haiku-4-5@20251001`;
const FLASH = `${PARENT}/us/publishers/google/models/gemini-3.5-flash`;
const CHAT = { messages: [{ role: 'user', content: 'Numbats dig.' }] };
const TOKENS_PER_DAY = 2_000_000;

/** Dollars for a million tokens that go in and come out. */
const PRICE = { in: 0.1, out: 0.3 };
const PRICED = `price: { perMillionInputTokens: ${PRICE.in}, perMillionOutputTokens: ${PRICE.out} }`;
const ENTRY = `
  - name: mistral-small
    publisher: mistralai
    model: mistral-small-2503
    environments: [sandbox]
    project: sample-project
    locations: [us-central1]
    operations: [rawPredict, streamRawPredict]
    classification: internal
    ${PRICED}
`;
const GRANT = `
  - id: sandbox-meters
    reason: Tests.
    roles: [Sandbox.Use]
    entries: [mistral-small, text-container]
`;

let observed: ObservedChain;
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'metering-'));
  const governance = join(scratch, 'governance');
  cpSync(governanceFolder(), governance, { recursive: true });
  const edit = (file: string, change: (text: string) => string) => {
    const path = join(governance, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  };
  edit('catalog.yaml', (text) => {
    const [others = '', container = ''] = text.split('  - name: text-container');
    const own = container
      .replace('environments: [production]', 'environments: [sandbox, production]')
      .replace(/price: .*/, PRICED);
    return `${others}  - name: text-container${own.trimEnd()}${ENTRY}`;
  });
  edit('access.yaml', (text) => text.replace('grants:\n', `grants:${GRANT}`));
  observed = await ObservedChain.start();
  await observed.chain.restartFunctionApp({ GOVERNANCE_DIRECTORY: governance });
});

afterAll(async () => {
  await observed.stop();
  rmSync(scratch, { recursive: true });
});

function ask(path: string, body: object): Promise<Answer> {
  return observed.call({ application: 'sandbox-app', path, body: JSON.stringify(body) });
}

function inject(path: string, body: object | string, contentType = 'application/json'): Promise<unknown> {
  const headers = { 'content-type': contentType };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return observed.chain.inject('vertex-ai', { path, status: 200, headers, body: text });
}

function sse(...values: readonly object[]): string {
  return values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('');
}

/** The usage of a chat that is whole, or of the events of one. */
function usageIn({ text }: Answer): { prompt_tokens: number; completion_tokens: number } {
  const told = text.split('\n').findLast((line) => line.includes('"usage":{')) ?? '';
  const { usage } = JSON.parse(told.replace(/^data: /, '')) as { usage: never };
  return usage;
}

function metered(inputTokens: number, outputTokens: number, costInUsd: number) {
  return {
    outcome: 'answered',
    usageCompleteness: 'complete',
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    costInUsd,
  };
}

function chatCost(inputTokens: number, outputTokens: number): number {
  return expect.closeTo((inputTokens * PRICE.in + outputTokens * PRICE.out) / 1e6, 12) as number;
}

test.each([
  ['Mistral, whole', `${MISTRAL}:rawPredict`, CHAT],
  ['Mistral, streamed', `${MISTRAL}:streamRawPredict`, { ...CHAT, stream: true }],
  ['a container, whole', `${CONTAINER}:rawPredict`, CHAT],
  [
    'a container, streamed',
    `${CONTAINER}:streamRawPredict`,
    { ...CHAT, stream: true, stream_options: { include_usage: true } },
  ],
])('tokens and cost of %s are on record', async (_, path, body) => {
  const answer = await ask(path, body);
  expect(answer.status).toBe(200);
  const { prompt_tokens: input, completion_tokens: output } = usageIn(answer);
  expect(Math.min(input, output)).toBeGreaterThan(0);
  observed.whenRecorded(answer, { ...metered(input, output, chatCost(input, output)), finishReason: 'stop' });
});

/** The text of a streamed chat, joined. */
function contentOf({ text }: Answer): string {
  return [...text.matchAll(/"content":"([^"]*)"/g)].map(([, piece = '']) => piece).join('');
}

const USAGE = { prompt_tokens: 1000, completion_tokens: 500 };
const CHOICE = { index: 0, finish_reason: 'stop' };

test('a chat of another publisher counts what it tells, as a whole and as a stream', async () => {
  const message = { role: 'assistant', content: '"usage":{"prompt_tokens":7}' };
  await inject(':rawPredict', { usage: USAGE, choices: [{ ...CHOICE, message }] });
  const whole = await ask(`${MISTRAL}:rawPredict`, CHAT);
  const events = sse(
    { choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }] },
    { choices: [{ ...CHOICE, delta: {} }], usage: USAGE },
  );
  await inject(':streamRawPredict', events, 'text/event-stream');
  const streamed = await ask(`${MISTRAL}:streamRawPredict`, { ...CHAT, stream: true });
  // Inspected text may come in other pieces than those that Vertex AI has sent.
  expect(contentOf(streamed)).toBe('Hi');
  expect(streamed.text.endsWith(events.slice(events.indexOf('\n\n') + 2))).toBe(true);
  for (const answer of [whole, streamed])
    observed.whenRecorded(answer, metered(1000, 500, chatCost(1000, 500)));
});

test('a stream that ends without its finish reason is no answer', async () => {
  const begun = sse({ choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }], usage: USAGE });
  await inject(':streamRawPredict', begun, 'text/event-stream');
  const broken = await ask(`${MISTRAL}:streamRawPredict`, { ...CHAT, stream: true });
  expect(contentOf(broken)).toBe('Hi');
  expect(broken.text).toContain('VERTEX_STREAM_BROKEN');
  observed.whenRecorded(broken, {
    outcome: 'interrupted',
    code: 'VERTEX_STREAM_BROKEN',
    usageCompleteness: 'partial',
    totalTokens: 1500,
  });
});

const NONSENSE = [-1, 0.5, 1e308, 2 ** 31, 2 ** 53, '7', [1], { all: 7 }];

test('a container that tells what cannot be changes no limit and no cost, and leaves a doubt on record', async () => {
  for (const tokens of NONSENSE) {
    const usage = { prompt_tokens: tokens, completion_tokens: tokens, total_tokens: tokens };
    await inject(':rawPredict', { usage, choices: [CHOICE] });
    const answer = await ask(`${CONTAINER}:rawPredict`, CHAT);
    expect(answer.status).toBe(200);
    observed.whenRecorded(answer, (record) => {
      const doubt = { outcome: 'answered', usageCompleteness: 'partial', finishReason: 'stop' };
      expect(record).toMatchObject(doubt);
      for (const field of ['inputTokens', 'outputTokens', 'totalTokens', 'costInUsd'])
        expect(record).not.toHaveProperty(field);
    });
  }
  expect((await ask(`${CONTAINER}:rawPredict`, CHAT)).status).toBe(200);
});

test('what a stream tells that cannot be leaves what it told before, and a doubt on record', async () => {
  const events = sse(
    { choices: [CHOICE], usage: USAGE },
    { choices: [], usage: { completion_tokens: 2 ** 31 } },
  );
  await inject(':streamRawPredict', events, 'text/event-stream');
  const answer = await ask(`${CONTAINER}:streamRawPredict`, { ...CHAT, stream: true });
  expect([answer.status, answer.text]).toEqual([200, events]);
  const counted = metered(1000, 500, chatCost(1000, 500));
  observed.whenRecorded(answer, { ...counted, usageCompleteness: 'partial' });
});

test('predictions that tell more tokens together than can be are answered, with a doubt on record', async () => {
  const prediction = { usage: { prompt_tokens: 90_000_000, total_tokens: 90_000_000 } };
  await inject(':rawPredict', { predictions: Array.from({ length: 50 }, () => prediction) });
  const answer = await ask(`${CONTAINER}:rawPredict`, CHAT);
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, (record) => {
    expect(record).toMatchObject({ outcome: 'answered', usageCompleteness: 'partial', instances: 50 });
    expect(record).not.toHaveProperty('totalTokens');
  });
});

test('results of tools are input, and are paid for', async () => {
  const usageMetadata = {
    promptTokenCount: 100,
    toolUsePromptTokenCount: 900,
    candidatesTokenCount: 10,
    thoughtsTokenCount: 5,
    totalTokenCount: 1015,
  };
  await inject(':generateContent', { candidates: [{ finishReason: 'STOP' }], usageMetadata });
  const answer = await ask(`${FLASH}:generateContent`, { contents: { parts: [{ text: 'Numbats dig.' }] } });
  observed.whenRecorded(answer, metered(1000, 15, 0.0017985));
});

test('what is read from a cache of Gemini costs a tenth', async () => {
  const usageMetadata = {
    promptTokenCount: 1000,
    cachedContentTokenCount: 900,
    candidatesTokenCount: 10,
    totalTokenCount: 1010,
  };
  await inject(':generateContent', { candidates: [{ finishReason: 'STOP' }], usageMetadata });
  const answer = await ask(`${FLASH}:generateContent`, { contents: { parts: [{ text: 'Numbats dig.' }] } });
  observed.whenRecorded(answer, { ...metered(1000, 10, 0.0004125), cachedTokens: 900 });
});

test('what Claude reads from and writes to a cache has its prices', async () => {
  const message = {
    type: 'message',
    role: 'assistant',
    content: [],
    stop_reason: 'end_turn',
    usage: {
      input_tokens: 10,
      output_tokens: 20,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
    },
  };
  await inject(':rawPredict', message);
  const body = { ...CHAT, anthropic_version: 'vertex-2023-10-16', max_tokens: 100 };
  const answer = await ask(`${CLAUDE}:rawPredict`, body);
  observed.whenRecorded(answer, {
    ...metered(1310, 20, 0.000726),
    cachedTokens: 1000,
    cacheWriteTokens: 300,
    hourCacheWriteTokens: 100,
  });
});

test('usage sums what was read from and written to caches', async () => {
  await observed.expectAllOnRecord(['numbats']);
  const answer = await observed.call({
    application: 'sandbox-app',
    method: 'GET',
    path: '/gateway/v1/usage',
  });
  expect(answer).toMatchObject({ status: 200 });
  const { usage } = JSON.parse(answer.text) as { usage: readonly { model?: string }[] };
  expect(usage.find(({ model }) => model === 'claude-haiku-4-5')).toMatchObject({
    cachedTokens: 1000,
    cacheWriteTokens: 300,
    costInUsd: 0.000726,
  });
});

test('a chat of another publisher that takes the tokens of a day is the last of that day', async () => {
  const usage = { prompt_tokens: 1, total_tokens: TOKENS_PER_DAY };
  await inject(':streamRawPredict', sse({ choices: [CHOICE], usage }), 'text/event-stream');
  expect((await ask(`${MISTRAL}:streamRawPredict`, { ...CHAT, stream: true })).status).toBe(200);
  const refused = await ask(`${CONTAINER}:rawPredict`, CHAT);
  expect([refused.status, refused.text]).toEqual([429, expect.stringContaining('"TOKENS_EXHAUSTED"')]);
  expect(refused.headers).toMatchObject({
    'x-ratelimit-limit-tokens': String(TOKENS_PER_DAY),
    'x-ratelimit-remaining-tokens': '0',
  });
  observed.whenRecorded(refused, { outcome: 'denied', code: 'TOKENS_EXHAUSTED' });
});

test('every call has exactly one audit record', async () => {
  await observed.expectAllOnRecord(['numbats']);
});
