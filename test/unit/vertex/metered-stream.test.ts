import fc from 'fast-check';
import type { AnswerFacts, AnswerFormat, Framing } from '../../../src/prediction/answer.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { MeteredStream } from '../../../src/vertex/metered-stream.ts';
import { wholeParts } from '../../../src/vertex/stream-parts.ts';
import { answerLimits } from './answer-limits.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

interface Outcome {
  readonly text: string;
  readonly error?: GatewayError;
  readonly facts: AnswerFacts;
}

/** Reads a stream of chunks that may be cut anywhere: the text that passes, its facts and its error. */
async function meter(
  format: AnswerFormat,
  framing: Framing,
  chunks: readonly Uint8Array[] | string,
): Promise<Outcome> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const chunk of typeof chunks === 'string' ? [Buffer.from(chunks)] : chunks)
      yield await Promise.resolve(chunk);
  }
  const metered = new MeteredStream(format, framing);
  const passed: Uint8Array[] = [];
  try {
    for await (const part of metered.read(wholeParts(source(), framing, answerLimits()))) passed.push(part);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { text: Buffer.concat(passed).toString(), error, facts: metered.facts() };
  }
  return { text: Buffer.concat(passed).toString(), facts: metered.facts() };
}

const sse = (values: readonly (object | string)[], end = '\n') =>
  values
    .map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}${end}${end}`)
    .join('');
const named = (values: readonly { readonly type: string }[]) =>
  values.map((value) => `event: ${value.type}\n${sse([value])}`).join('');

const gemini = (text: string, tokens: number, finishReason?: string) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, ...(finishReason && { finishReason }) }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: tokens, totalTokenCount: 3 + tokens },
  modelVersion: 'gemini-3.5-flash',
});
const GEMINI = [gemini('Hi', 1), gemini(' there', 2), gemini('!', 5, 'STOP')];
const GEMINI_FACTS = {
  usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
  finishReason: 'STOP',
  modelVersion: 'gemini-3.5-flash',
};
const GEMINI_PARTIAL = { inputTokens: 3, outputTokens: 2, totalTokens: 5 };

const chunk = (content: string, finish_reason: string | null = null) => ({
  model: 'google/gemini-3.5-flash',
  choices: [{ index: 0, delta: { content }, finish_reason }],
});
const OPENAI = [chunk('Hi'), chunk('!', 'stop')];
const OPENAI_USAGE = {
  model: 'google/gemini-3.5-flash',
  choices: [],
  usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
};
const OPENAI_FACTS = {
  usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
  finishReason: 'stop',
  modelVersion: 'google/gemini-3.5-flash',
};

const MESSAGE_START = {
  type: 'message_start',
  message: {
    type: 'message',
    model: 'claude-sonnet-5-5',
    stop_reason: null,
    usage: {
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 1000,
      output_tokens: 1,
    },
  },
};
const BLOCK_DELTA = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } };
const MESSAGE_DELTA = {
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 7 },
};
const MESSAGE_STOP = { type: 'message_stop' };
const CLAUDE = [MESSAGE_START, BLOCK_DELTA, { type: 'ping' }, MESSAGE_DELTA, MESSAGE_STOP];
const CLAUDE_FACTS = {
  usage: {
    inputTokens: 1110,
    outputTokens: 7,
    totalTokens: 1117,
    cachedTokens: 100,
    cacheWriteTokens: 1000,
  },
  finishReason: 'end_turn',
  modelVersion: 'claude-sonnet-5-5',
};

const lines = (values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
/** The events of Mistral, which reports the usage together with the finish reason. */
const MISTRAL = [
  { ...chunk('Hi'), model: 'mistral-small-2503' },
  { ...chunk('!', 'stop'), model: 'mistral-small-2503', usage: OPENAI_USAGE.usage },
];
const MISTRAL_FACTS = { ...OPENAI_FACTS, modelVersion: 'mistral-small-2503' };

const COMPLETE: [what: string, format: AnswerFormat, framing: Framing, text: string, facts: AnswerFacts][] = [
  ['Gemini’s events', 'gemini', 'sse', sse(GEMINI, '\r\n'), GEMINI_FACTS],
  [
    'Gemini’s array',
    'gemini',
    'json-array',
    `[${GEMINI.map((one) => JSON.stringify(one, null, 2)).join('\n,\r\n')}\n]`,
    GEMINI_FACTS,
  ],
  [
    'a blocked prompt',
    'gemini',
    'sse',
    sse([{ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 3 } }]),
    { usage: { inputTokens: 3, totalTokens: 3 }, finishReason: 'SAFETY' },
  ],
  ['OpenAI’s chunks with usage', 'openai', 'sse', sse([...OPENAI, OPENAI_USAGE, '[DONE]']), OPENAI_FACTS],
  [
    'OpenAI’s chunks without usage',
    'openai',
    'sse',
    sse([...OPENAI, '[DONE]']),
    { ...OPENAI_FACTS, usage: {} },
  ],
  ['Claude’s events', 'anthropic', 'sse', named(CLAUDE), CLAUDE_FACTS],
  ['a chat’s chunks of another publisher', 'shaped', 'sse', sse([...MISTRAL, '[DONE]']), MISTRAL_FACTS],
  ['chunks with a finish reason and no [DONE]', 'shaped', 'sse', sse(MISTRAL), MISTRAL_FACTS],
  [
    'chunks with [DONE] and no finish reason',
    'shaped',
    'sse',
    sse([OPENAI[0] ?? '', OPENAI_USAGE, '[DONE]']),
    { usage: OPENAI_FACTS.usage, modelVersion: 'google/gemini-3.5-flash' },
  ],
  ['a container’s chunks line by line', 'shaped', 'raw', lines(MISTRAL), MISTRAL_FACTS],
  ['a container’s list of chunks', 'shaped', 'raw', JSON.stringify(MISTRAL, null, 2), MISTRAL_FACTS],
  ['a container’s events of Gemini', 'shaped', 'sse', sse(GEMINI), GEMINI_FACTS],
  ['a container’s list of Gemini', 'shaped', 'raw', JSON.stringify(GEMINI), GEMINI_FACTS],
  ['a container’s events of Claude', 'shaped', 'sse', named(CLAUDE), CLAUDE_FACTS],
  [
    'a container’s events of a response',
    'shaped',
    'sse',
    named([
      { type: 'response.created', response: { usage: null } } as { type: string },
      {
        type: 'response.completed',
        response: { model: 'm', usage: { input_tokens: 3, output_tokens: 5 } },
      } as { type: string },
    ]),
    { usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 }, modelVersion: 'm' },
  ],
  [
    'chunks that never have a finish reason',
    'shaped',
    'sse',
    sse([{ choices: [{ text: 'Hi' }] }, { choices: [{ text: '!' }], usage: { prompt_tokens: 3 } }]),
    { usage: { inputTokens: 3, totalTokens: 3 } },
  ],
  ['events of no known shape', 'shaped', 'sse', 'data: {"error":{"code":500}}\n\ndata: half', { usage: {} }],
  ['lines of no known shape', 'shaped', 'raw', '{"text":"\\"usage\\":"}\n{"half', { usage: {} }],
  ['a container’s events', 'opaque', 'sse', 'data: {"error":{"code":500}}\n\ndata: half', { usage: {} }],
  ['a container’s array', 'opaque', 'json-array', '[{"outputs":[]}\n,{"error":{}}', { usage: {} }],
  ['a container’s bytes', 'opaque', 'raw', 'whatever', { usage: {} }],
];

test.each(COMPLETE)(
  '%s pass unchanged, and their facts are those of the end',
  async (_, format, framing, text, facts) => {
    expect(await meter(format, framing, text)).toEqual({ text, facts });
  },
);

test.each(COMPLETE)(
  'where the chunks of %s are cut changes nothing',
  async (_, format, framing, text, facts) => {
    const bytes = Buffer.from(text);
    const places = fc
      .uniqueArray(fc.integer({ min: 0, max: bytes.length }))
      .map((at) => at.toSorted((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(places, async (at) => {
        const chunks = [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
        expect(await meter(format, framing, chunks)).toEqual({ text, facts });
      }),
      { numRuns: 50 },
    );
  },
);

test.each([
  ['', '\n\n'],
  ['\n', '\n'],
  ['\n\n', ''],
  ['\r\n\r\n', ''],
])(
  'a chat with a finish reason and usage gets the [DONE] that it lacks, after its last event that ends with %j',
  async (end, completed) => {
    const text = sse([...OPENAI, OPENAI_USAGE]).trimEnd() + end;
    const done = `${text}${completed}data: [DONE]\n\n`;
    expect(await meter('openai', 'sse', text)).toEqual({ text: done, facts: OPENAI_FACTS });
    expect(
      await meter('openai', 'sse', [Buffer.from(text.slice(0, 40)), Buffer.from(text.slice(40))]),
    ).toEqual({ text: done, facts: OPENAI_FACTS });
  },
);

test('a chat without a finish reason gets no [DONE]', async () => {
  const text = sse([OPENAI[0] ?? '', OPENAI_USAGE]);
  const { text: passed, error } = await meter('openai', 'sse', text);
  expect(passed).toBe(text);
  expect(error?.code).toBe('VERTEX_STREAM_BROKEN');
});

test.each<
  [what: string, format: AnswerFormat, framing: Framing, text: string, passed: string, facts: object]
>([
  ['no events at all', 'gemini', 'sse', '', '', { usage: {} }],
  [
    'Gemini’s events without a finish reason',
    'gemini',
    'sse',
    sse(GEMINI.slice(0, 2)),
    sse(GEMINI.slice(0, 2)),
    { usage: GEMINI_PARTIAL, modelVersion: 'gemini-3.5-flash' },
  ],
  [
    'half of Gemini’s last event',
    'gemini',
    'sse',
    sse(GEMINI).slice(0, -150),
    sse(GEMINI.slice(0, 2)),
    { usage: GEMINI_PARTIAL },
  ],
  [
    'Gemini’s array without a finish reason',
    'gemini',
    'json-array',
    '[{"a":{"b":1}}\n,\n{"c":2}\n]\n',
    '[{"a":{"b":1}}\n,\n{"c":2}',
    { usage: {} },
  ],
  ['half of Gemini’s array', 'gemini', 'json-array', '[{"a":1},\n{"c":{"d":2}', '[{"a":1}', { usage: {} }],
  ['an empty array', 'gemini', 'json-array', '[]', '', { usage: {} }],
  [
    'a text that reads [DONE]',
    'openai',
    'sse',
    sse([chunk('data: [DONE]'), chunk('\ndata: [DONE]\n')]),
    sse([chunk('data: [DONE]'), chunk('\ndata: [DONE]\n')]),
    { usage: {} },
  ],
  [
    'another publisher’s chunks without a finish reason',
    'shaped',
    'sse',
    sse([OPENAI[0] ?? '', OPENAI_USAGE]),
    sse([OPENAI[0] ?? '', OPENAI_USAGE]),
    { usage: OPENAI_FACTS.usage },
  ],
  [
    'half of another publisher’s last chunk',
    'shaped',
    'sse',
    sse(MISTRAL).slice(0, -10),
    sse(MISTRAL.slice(0, 1)),
    { usage: {} },
  ],
  [
    'a container’s lines without a finish reason',
    'shaped',
    'raw',
    lines(MISTRAL.slice(0, 1)),
    lines(MISTRAL.slice(0, 1)),
    { usage: {} },
  ],
  [
    'a container’s events of Claude without message_stop',
    'shaped',
    'sse',
    named(CLAUDE.slice(0, -1)),
    named(CLAUDE.slice(0, -1)),
    CLAUDE_FACTS,
  ],
  [
    'a container’s events of Gemini without a finish reason',
    'shaped',
    'sse',
    sse(GEMINI.slice(0, 2)),
    sse(GEMINI.slice(0, 2)),
    { usage: GEMINI_PARTIAL },
  ],
  [
    'Claude’s events without message_stop',
    'anthropic',
    'sse',
    named(CLAUDE.slice(0, -1)),
    named(CLAUDE.slice(0, -1)),
    CLAUDE_FACTS,
  ],
  [
    'the beginning of Claude’s events',
    'anthropic',
    'sse',
    named(CLAUDE.slice(0, 2)),
    named(CLAUDE.slice(0, 2)),
    { usage: { inputTokens: 1110, outputTokens: 1, totalTokens: 1111, cachedTokens: 100 } },
  ],
])('%s are a broken stream, with what is known so far', async (_, format, framing, text, passed, facts) => {
  const outcome = await meter(format, framing, text);
  expect(outcome.error).toMatchObject({ code: 'VERTEX_STREAM_BROKEN' });
  expect(outcome.text).toBe(passed);
  expect(outcome.facts).toMatchObject(facts);
});

const QUOTA = { error: { code: 429, message: 'text of Google', status: 'RESOURCE_EXHAUSTED' } };

test.each<[what: string, format: AnswerFormat, framing: Framing, text: string, passed: string, code: string]>(
  [
    [
      'Gemini’s events',
      'gemini',
      'sse',
      sse([...GEMINI.slice(0, 2), QUOTA]),
      sse(GEMINI.slice(0, 2)),
      'VERTEX_RATE_LIMITED',
    ],
    [
      'a list of Gemini’s events',
      'gemini',
      'sse',
      sse([...GEMINI.slice(0, 2), [QUOTA]]),
      sse(GEMINI.slice(0, 2)),
      'VERTEX_RATE_LIMITED',
    ],
    [
      'a list of OpenAI’s chunks',
      'openai',
      'sse',
      sse([OPENAI[0] ?? '', [QUOTA]]),
      sse([OPENAI[0] ?? '']),
      'VERTEX_RATE_LIMITED',
    ],
    [
      'chunks of another publisher',
      'shaped',
      'sse',
      sse([MISTRAL[0] ?? '', QUOTA, '[DONE]']),
      sse(MISTRAL.slice(0, 1)),
      'VERTEX_RATE_LIMITED',
    ],
    ['a text of OpenAI’s chunks', 'openai', 'sse', sse([{ error: 'text of Google' }]), '', 'VERTEX_FAILED'],
    ['Gemini’s first event', 'gemini', 'sse', sse([QUOTA]), '', 'VERTEX_RATE_LIMITED'],
    [
      'Gemini’s array',
      'gemini',
      'json-array',
      `[{"a":1}\n,\n{"b":2} ,\n${JSON.stringify(QUOTA)}]`,
      '[{"a":1}\n,\n{"b":2}',
      'VERTEX_RATE_LIMITED',
    ],
    [
      'the first element of an array',
      'gemini',
      'json-array',
      `[${JSON.stringify(QUOTA)}]`,
      '',
      'VERTEX_RATE_LIMITED',
    ],
    [
      'Gemini’s events after their end',
      'gemini',
      'sse',
      sse([...GEMINI, { error: { code: 500 } }]),
      sse(GEMINI),
      'VERTEX_FAILED',
    ],
    [
      'OpenAI’s chunks',
      'openai',
      'sse',
      sse([...OPENAI, { error: { code: 503 } }, '[DONE]']),
      sse(OPENAI),
      'VERTEX_UNAVAILABLE',
    ],
    [
      'Claude’s events',
      'anthropic',
      'sse',
      named([
        MESSAGE_START,
        { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } as { type: string },
      ]),
      named([MESSAGE_START]),
      'VERTEX_UNAVAILABLE',
    ],
    [
      'Claude’s events of another kind',
      'anthropic',
      'sse',
      named([MESSAGE_START, { type: 'error', error: { type: 'api_error' } } as { type: string }]),
      named([MESSAGE_START]),
      'VERTEX_FAILED',
    ],
  ],
)(
  'an error within %s becomes ours, behind what came before it',
  async (_, format, framing, text, passed, code) => {
    const { error, text: received } = await meter(format, framing, text);
    expect(error).toMatchObject({ code });
    expect(error?.message).not.toContain('text of Google');
    // An event’s name may pass before the error in its data, because clients ignore an event without data.
    expect(received).toBe(passed);
  },
);

test('wherever a stream is cut, an error within it leaves only whole events before it', async () => {
  const elements = [...GEMINI.slice(0, 2), QUOTA].map((one) => JSON.stringify(one, null, 1));
  const bytes = Buffer.from(`[${elements.join('\n,\n')}]`);
  for (let at = 0; at <= bytes.length; at += 7) {
    const { text, error } = await meter('gemini', 'json-array', [bytes.subarray(0, at), bytes.subarray(at)]);
    expect(error?.code).toBe('VERTEX_RATE_LIMITED');
    expect(JSON.parse(`${text}]`)).toEqual(GEMINI.slice(0, 2));
  }
});

const POSING = [
  'finishReason',
  '"finishReason":"EVIL"',
  '\\"finishReason\\":\\"EVIL\\"',
  '"usageMetadata":{"totalTokenCount":0}',
  'x","usage":{"total_tokens":0},"y":"',
  '\n\ndata: {"usageMetadata":{"totalTokenCount":0},"error":{"code":500}}\n\n',
  'data: [DONE]\n\n',
  '"message_stop"',
  '{"type":"message_delta","usage":{"output_tokens":999}}',
  '"error"',
];
const text = fc.oneof(fc.constantFrom(...POSING), anyText());

test('no text of the model can pose as a fact, an end or an error, or hide one', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, async (one, other) => {
      const gem = [gemini(one, 1), gemini(other, 5, 'STOP')];
      expect(await meter('gemini', 'sse', sse(gem))).toEqual({ text: sse(gem), facts: GEMINI_FACTS });
      expect(await meter('gemini', 'json-array', JSON.stringify(gem))).toMatchObject({ facts: GEMINI_FACTS });
      expect((await meter('gemini', 'sse', sse([gemini(one, 1), gemini(other, 2)]))).error?.code).toBe(
        'VERTEX_STREAM_BROKEN',
      );
      const open = sse([chunk(one), OPENAI_USAGE, chunk(other)]);
      expect((await meter('openai', 'sse', open)).error?.code).toBe('VERTEX_STREAM_BROKEN');
      expect((await meter('shaped', 'sse', sse([chunk(one), OPENAI_USAGE]))).error?.code).toBe(
        'VERTEX_STREAM_BROKEN',
      );
      const raw = lines([chunk(one), OPENAI_USAGE, chunk(other, 'stop')]);
      expect(await meter('shaped', 'raw', raw)).toEqual({ text: raw, facts: OPENAI_FACTS });
      const closed = sse([chunk(one), OPENAI_USAGE, chunk(other, 'stop'), '[DONE]']);
      expect(await meter('openai', 'sse', closed)).toMatchObject({ facts: OPENAI_FACTS });
      const delta = { ...BLOCK_DELTA, delta: { type: 'text_delta', text: one } };
      const claude = named([
        MESSAGE_START,
        delta,
        MESSAGE_DELTA,
        { ...BLOCK_DELTA, delta: { text: other } } as typeof delta,
      ]);
      expect((await meter('anthropic', 'sse', claude)).error?.code).toBe('VERTEX_STREAM_BROKEN');
      expect(await meter('anthropic', 'sse', claude + named([MESSAGE_STOP]))).toMatchObject({
        facts: CLAUDE_FACTS,
      });
    }),
  );
});

test('arguments of a function call pose as nothing either', async () => {
  const args = {
    usageMetadata: { promptTokenCount: 999, totalTokenCount: 999 },
    error: { code: 500, message: 'EVIL' },
    modelVersion: 'EVIL',
    candidates: [{ finishReason: 'EVIL' }],
    finishReason: 'EVIL',
    promptFeedback: { blockReason: 'EVIL' },
    type: 'message_stop',
  };
  const calls = (tokens: number | undefined, finishReason?: string) => ({
    candidates: [
      { content: { parts: [{ functionCall: { name: 'f', args } }] }, ...(finishReason && { finishReason }) },
    ],
    ...(tokens && { usageMetadata: gemini('', tokens).usageMetadata, modelVersion: 'gemini-3.5-flash' }),
  });
  expect(await meter('gemini', 'sse', sse([calls(1), calls(5, 'STOP'), calls(undefined)]))).toMatchObject({
    facts: GEMINI_FACTS,
  });
  const broken = await meter('gemini', 'json-array', JSON.stringify([calls(5), calls(undefined)]));
  expect(broken).toMatchObject({
    error: { code: 'VERTEX_STREAM_BROKEN' },
    facts: { usage: GEMINI_FACTS.usage },
  });
  expect(broken.facts).not.toHaveProperty('finishReason');
  const block = { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', input: args } };
  expect(await meter('anthropic', 'sse', named([MESSAGE_START, block, MESSAGE_DELTA]))).toMatchObject({
    error: { code: 'VERTEX_STREAM_BROKEN' },
    facts: CLAUDE_FACTS,
  });
});

test('facts can be read before a stream has ended', async () => {
  async function* source(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from(sse(GEMINI.slice(0, 1))));
    yield await Promise.resolve(Buffer.from('never read'));
  }
  const metered = new MeteredStream('gemini', 'sse');
  expect(metered.facts()).toEqual({ usage: {} });
  await metered.read(source()).next();
  expect(metered.facts()).toEqual({
    usage: { inputTokens: 3, outputTokens: 1, totalTokens: 4 },
    modelVersion: 'gemini-3.5-flash',
  });
});

test('a container may end its stream with a sentence for a reason', async () => {
  const events = sse([chunk('Hi'), chunk('', 'end of sequence')]);
  expect(await meter('shaped', 'sse', events)).toEqual({
    text: events,
    facts: { usage: {}, modelVersion: 'google/gemini-3.5-flash' },
  });
  expect((await meter('shaped', 'sse', sse([chunk('Hi', '')]))).error?.code).toBe('VERTEX_STREAM_BROKEN');
});
