import fc from 'fast-check';
import { readOpenAiResponse } from '../../../../src/dialects/openai-responses.ts';
import { readCarried } from '../../../../src/dialects/responses/carried-reasoning.ts';
import { GatewayError } from '../../../../src/errors/gateway-error.ts';
import type { AnswerFacts } from '../../../../src/prediction/answer.ts';
import type { AnswerRewrite } from '../../../../src/prediction/prediction.ts';
import { wholeParts } from '../../../../src/vertex/stream-parts.ts';
import { rejectedBy, thrownBy } from '../../thrown-by.ts';
import { callOf } from './conversation-of.ts';

type Json = Record<string, unknown>;
type Item = Json & { readonly type: string; readonly id: string };
interface Answered extends Json {
  readonly id: string;
  readonly output: readonly Item[];
}
type Event = Json & { readonly type: string; readonly sequence_number: number };

const FACTS: AnswerFacts = {
  usage: { inputTokens: 30, cachedTokens: 20, outputTokens: 9, thinkingTokens: 4, totalTokens: 39 },
};
const TOOLS = [
  { type: 'function', name: 'look_up', parameters: { type: 'object' } },
  { type: 'custom', name: 'patch' },
  { type: 'namespace', name: 'files', tools: [{ type: 'function', name: 'read' }] },
];
const GEMINI = callOf('google', 'gemini-3.5-flash', 'generateContent');
const CLAUDE = callOf('anthropic', 'claude-opus-5-5', 'rawPredict');

async function rewriteOf(body: object = {}): Promise<Required<AnswerRewrite>> {
  const prediction = await readOpenAiResponse({
    method: 'POST',
    path: 'v1/responses',
    query: new URLSearchParams(),
    header: () => null,
    body: Buffer.from(JSON.stringify({ model: 'fast', input: 'Hello', tools: TOOLS, ...body })),
  });
  const { payload } = prediction;
  if (payload.kind !== 'bytes' || !payload.rewrite) throw new Error('no rewrite');
  return payload.rewrite as Required<AnswerRewrite>;
}

async function whole(answer: object, call = GEMINI): Promise<Answered> {
  const rewrite = await rewriteOf();
  const written = await rewrite.whole(Buffer.from(JSON.stringify(answer)), call, undefined, FACTS);
  return JSON.parse(Buffer.from(written).toString()) as Answered;
}

async function* chunksOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const at = [
    0,
    ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((one, other) => one - other),
    bytes.length,
  ];
  for (const [index, start] of at.entries()) {
    const end = at[index + 1];
    if (end !== undefined && end > start) yield await Promise.resolve(bytes.subarray(start, end));
  }
}

/** The events that a client gets for a stream whose bytes come in these chunks. */
async function stream(text: string, cuts: readonly number[] = [], call = GEMINI): Promise<Event[]> {
  const rewrite = await rewriteOf({ stream: true });
  const rewriting = rewrite.stream(call);
  let written = '';
  const limits = { maximumBytes: 1e6, held: { resize: () => undefined } };
  for await (const part of wholeParts(chunksOf(Buffer.from(text), cuts), 'sse', limits))
    written += Buffer.from(rewriting.part(part)).toString();
  written += Buffer.from(rewriting.end(FACTS)).toString();
  return eventsOf(written);
}

function eventsOf(text: string): Event[] {
  expect(text).toMatch(/^(event: [\w.]+\ndata: [^\n]+\n\n)*$/);
  return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, name, data = '']) => {
    const event = JSON.parse(data) as Event;
    expect(event.type).toBe(name);
    return event;
  });
}

const sse = (values: readonly object[], end = '\n') =>
  values.map((value) => `data: ${JSON.stringify(value)}${end}${end}`).join('');
const gemini = (parts: readonly object[], finishReason?: string) => ({
  candidates: [{ content: { role: 'model', parts }, ...(finishReason !== undefined && { finishReason }) }],
});

/** Ids differ from answer to answer; their order does not. */
function withoutIds(value: unknown): unknown {
  const ids: string[] = [];
  const text = JSON.stringify(value).replaceAll(
    /\b(resp|msg|rs|fc|ctc|ig|call)_[0-9a-f]{32}\b/g,
    (id, kind: string) => {
      if (!ids.includes(id)) ids.push(id);
      return `${kind}#${ids.indexOf(id)}`;
    },
  );
  return JSON.parse(text.replaceAll(/"created_at":\d+/g, '"created_at":0')) as unknown;
}

const GEMINI_PARTS = [
  { text: 'Let me ', thought: true },
  { text: 'think.', thought: true },
  { text: 'Grüße ' },
  { text: '👋!' },
  { text: '', thoughtSignature: 'c2ln' },
  { functionCall: { name: 'look_up', args: { word: 'a' } }, thoughtSignature: 'Y2FsbA==' },
  { functionCall: { name: 'files__read', args: {} } },
  { functionCall: { name: 'patch', args: { input: '*** "x"\n' } } },
  { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
];
const GEMINI_STREAM = sse([...GEMINI_PARTS.map((part) => gemini([part])), gemini([], 'STOP')], '\r\n');
const CLAUDE_EVENTS = [
  { type: 'message_start', message: { type: 'message', role: 'assistant', content: [] } },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: '.' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'sig==' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'ping' },
  { type: 'vertex_event', usage: {} },
  { type: 'content_block_start', index: 1, content_block: { type: 'redacted_thinking', data: 'xyz' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'content_block_start', index: 2, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 2, delta: { type: 'text_delta', text: 'I look.' } },
  { type: 'content_block_stop', index: 2 },
  {
    type: 'content_block_start',
    index: 3,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: {} },
  },
  { type: 'content_block_delta', index: 3, delta: { type: 'input_json_delta', partial_json: '' } },
  { type: 'content_block_delta', index: 3, delta: { type: 'input_json_delta', partial_json: '{"word":' } },
  { type: 'content_block_delta', index: 3, delta: { type: 'input_json_delta', partial_json: '"a"}' } },
  { type: 'content_block_stop', index: 3 },
  {
    type: 'content_block_start',
    index: 4,
    content_block: { type: 'tool_use', id: 'toolu_2', name: 'files__read', input: {} },
  },
  { type: 'content_block_stop', index: 4 },
  {
    type: 'content_block_start',
    index: 5,
    content_block: { type: 'tool_use', id: 'toolu_3', name: 'patch', input: {} },
  },
  { type: 'content_block_delta', index: 5, delta: { type: 'input_json_delta', partial_json: '{"input":"x' } },
  { type: 'content_block_delta', index: 5, delta: { type: 'input_json_delta', partial_json: 'y"}' } },
  { type: 'content_block_stop', index: 5 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
];
const CLAUDE_STREAM = CLAUDE_EVENTS.map((event) => `event: ${event.type}\n${sse([event])}`).join('');
const CLAUDE_MESSAGE = {
  type: 'message',
  role: 'assistant',
  content: [
    { type: 'thinking', thinking: 'Hm.', signature: 'sig==' },
    { type: 'redacted_thinking', data: 'xyz' },
    { type: 'text', text: 'I look.' },
    { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: { word: 'a' } },
    { type: 'tool_use', id: 'toolu_2', name: 'files__read', input: {} },
    { type: 'tool_use', id: 'toolu_3', name: 'patch', input: { input: 'xy' } },
  ],
  stop_reason: 'tool_use',
};

test('each part of Gemini’s answer becomes an item, in order', async () => {
  const { output, usage, status, store } = await whole(gemini(GEMINI_PARTS, 'STOP'));
  expect(output).toMatchObject([
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Let me think.' }] },
    {
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Grüße 👋!' }],
    },
    { type: 'reasoning', summary: [] },
    { type: 'reasoning', summary: [] },
    { type: 'function_call', name: 'look_up', arguments: '{"word":"a"}' },
    { type: 'function_call', name: 'read', namespace: 'files', arguments: '{}' },
    { type: 'custom_tool_call', name: 'patch', input: '*** "x"\n' },
    { type: 'image_generation_call', status: 'completed', result: 'iVBORw0KGgo=' },
  ]);
  const carried = output.map(
    ({ encrypted_content: text }) => typeof text === 'string' && readCarried(text, 'x'),
  );
  expect(carried.filter(Boolean)).toEqual([
    { by: 'google', signature: 'c2ln', of: 'previous' },
    { by: 'google', signature: 'Y2FsbA==', of: 'next' },
  ]);
  expect([status, store]).toEqual(['completed', false]);
  expect(usage).toEqual({
    input_tokens: 30,
    input_tokens_details: { cached_tokens: 20 },
    output_tokens: 9,
    output_tokens_details: { reasoning_tokens: 4 },
    total_tokens: 39,
  });
});

test('each block of Claude’s message becomes an item, in order', async () => {
  const { output } = await whole(CLAUDE_MESSAGE, CLAUDE);
  expect(output).toMatchObject([
    { type: 'reasoning', summary: [{ text: 'Hm.' }] },
    { type: 'reasoning', summary: [] },
    { type: 'message', content: [{ text: 'I look.' }] },
    { type: 'function_call', call_id: 'toolu_1', name: 'look_up', arguments: '{"word":"a"}' },
    { type: 'function_call', call_id: 'toolu_2', name: 'read', namespace: 'files', arguments: '{}' },
    { type: 'custom_tool_call', call_id: 'toolu_3', name: 'patch', input: 'xy' },
  ]);
  expect(output.slice(0, 2).map((item) => readCarried(String(item.encrypted_content), 'x'))).toEqual([
    { by: 'anthropic', blocks: [CLAUDE_MESSAGE.content[0]] },
    { by: 'anthropic', blocks: [CLAUDE_MESSAGE.content[1]] },
  ]);
});

const MODELS = [
  ['Gemini', GEMINI, GEMINI_STREAM, gemini(GEMINI_PARTS, 'STOP')],
  ['Claude', CLAUDE, CLAUDE_STREAM, CLAUDE_MESSAGE],
] as const;

test.each(MODELS)(
  'a stream of %s ends with the response that the whole answer becomes',
  async (_, call, text, answer) => {
    const events = await stream(text, [], call);
    const last = events.at(-1);
    expect(last?.type).toBe('response.completed');
    expect(withoutIds(last?.response)).toEqual(withoutIds(await whole(answer, call)));
  },
);

test.each(MODELS)(
  'the bytes of %s may be cut anywhere, and the events are the same',
  async (_, call, text) => {
    const expected = withoutIds(await stream(text, [], call));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 20 }), async (cuts) => {
        expect(withoutIds(await stream(text, cuts, call))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  },
);

test.each(MODELS)('the events of %s say in their order what the response says', async (_, call, text) => {
  const events = await stream(text, [], call);
  expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_event, index) => index));
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress']);
  const { output } = events.at(-1)?.response as Answered;
  for (const [index, item] of output.entries()) {
    const own = events.filter((event) => event.output_index === index);
    expect([own[0]?.type, own.at(-1)?.type]).toEqual([
      'response.output_item.added',
      'response.output_item.done',
    ]);
    expect(own.at(-1)?.item).toEqual(item);
    expect(own[0]?.item).toMatchObject({ id: item.id, type: item.type });
    expect(own.every(({ item_id: id = item.id }) => id === item.id)).toBe(true);
    const [done] = own.filter(({ type }) => /(_text|_arguments|_input)\.done$/.test(type));
    if (!done) continue;
    const text = done.text ?? done.arguments ?? done.input;
    const deltas = own.filter(({ type }) => type.endsWith('.delta')).map(({ delta }) => delta);
    expect(deltas.join('')).toBe(text);
    expect(JSON.stringify(item)).toContain(JSON.stringify(text));
  }
});

test('the events of a message, a summary, a call and a custom call are OpenAI’s, in OpenAI’s order', async () => {
  const types = (await stream(CLAUDE_STREAM, [], CLAUDE)).map(({ type }) => type.replace('response.', ''));
  expect(types).toEqual([
    'created',
    'in_progress',
    'output_item.added',
    'reasoning_summary_part.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'reasoning_summary_part.done',
    'output_item.done',
    'output_item.added',
    'output_item.done',
    'output_item.added',
    'content_part.added',
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'output_item.done',
    'output_item.added',
    'function_call_arguments.delta',
    'function_call_arguments.delta',
    'function_call_arguments.done',
    'output_item.done',
    'output_item.added',
    'function_call_arguments.delta',
    'function_call_arguments.done',
    'output_item.done',
    'output_item.added',
    'custom_tool_call_input.delta',
    'custom_tool_call_input.done',
    'output_item.done',
    'completed',
  ]);
});

test.each([
  ['STOP', 'completed', null],
  ['MAX_TOKENS', 'incomplete', { reason: 'max_output_tokens' }],
  ['SAFETY', 'incomplete', { reason: 'content_filter' }],
  ['IMAGE_PROHIBITED_CONTENT', 'incomplete', { reason: 'content_filter' }],
  ['MALFORMED_FUNCTION_CALL', 'failed', null],
])('Gemini’s reason %s leaves the response %s', async (reason, status, details) => {
  const response = await whole(gemini([{ text: 'Hi' }], reason));
  expect(response).toMatchObject({ status, incomplete_details: details });
  expect(response.output).toMatchObject([{ status: status === 'completed' ? 'completed' : 'incomplete' }]);
  const events = await stream(sse([gemini([{ text: 'Hi' }], reason)]));
  expect(events.at(-1)).toMatchObject({ type: `response.${status}`, response: { status } });
  if (status === 'failed') expect(response.error).toMatchObject({ code: 'server_error' });
});

test('a prompt that Google refuses is a response without output', async () => {
  expect(await whole({ promptFeedback: { blockReason: 'SAFETY' } })).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'content_filter' },
    output: [],
  });
});

test.each([
  ['end_turn', 'completed', null],
  ['stop_sequence', 'completed', null],
  ['max_tokens', 'incomplete', { reason: 'max_output_tokens' }],
  ['refusal', 'incomplete', { reason: 'content_filter' }],
])('Claude’s reason %s leaves the response %s', async (reason, status, details) => {
  const content = [{ type: 'text', text: 'Hi' }];
  const response = await whole({ type: 'message', content, stop_reason: reason }, CLAUDE);
  expect(response).toMatchObject({ status, incomplete_details: details });
});

test('the input of a custom tool that breaks off is given as it came', async () => {
  const events = CLAUDE_EVENTS.slice(20, 22);
  const end = [
    { type: 'content_block_stop', index: 5 },
    { type: 'message_delta', delta: { stop_reason: 'max_tokens' } },
  ];
  const written = await stream(sse([...events, ...end]), [], CLAUDE);
  expect((written.at(-1)?.response as Answered).output).toMatchObject([
    { type: 'custom_tool_call', input: '{"input":"x' },
  ]);
});

test.each([
  ['VERTEX_STREAM_BROKEN', 'server_error'],
  ['VERTEX_RATE_LIMITED', 'rate_limit_exceeded'],
  ['VERTEX_INVALID_ARGUMENT', 'invalid_prompt'],
] as const)(
  'a stream that breaks by %s ends with OpenAI’s error and a failed response',
  async (code, ownCode) => {
    const rewrite = await rewriteOf({ stream: true });
    const rewriting = rewrite.stream(GEMINI);
    const before = eventsOf(
      Buffer.from(rewriting.part(Buffer.from(sse([gemini([{ text: 'Hi' }])])))).toString(),
    );
    const [error, failed, ...more] = eventsOf(rewriting.fail(new GatewayError(code, 'It broke.')));
    expect(error).toEqual({
      type: 'error',
      sequence_number: before.length,
      code,
      message: 'It broke.',
      param: null,
    });
    expect(failed).toMatchObject({
      type: 'response.failed',
      sequence_number: before.length + 1,
      response: {
        id: (before[0]?.response as Answered).id,
        status: 'failed',
        error: { code: ownCode, message: 'It broke.' },
      },
    });
    expect(more).toEqual([]);
  },
);

test.each(['', 'nothing', '7', '[]', 'null'])('an answer of %j is none', async (body) => {
  const rewrite = await rewriteOf();
  const rewriting = async () => rewrite.whole(Buffer.from(body), GEMINI, undefined, FACTS);
  expect((await rejectedBy(rewriting())).code).toBe('VERTEX_FAILED');
  const streaming = () => rewrite.stream(GEMINI).part(Buffer.from(`data: ${body}\n\n`));
  expect(thrownBy(streaming).code).toBe('VERTEX_FAILED');
});

test.each([
  {},
  { candidates: 7 },
  { candidates: [null] },
  { candidates: [{ content: null }] },
  { candidates: [{ content: { parts: [null, {}, { text: 7 }, { functionCall: {} }] } }] },
])('an answer of the shape %j breaks nothing', async (answer) => {
  expect(await whole(answer)).toMatchObject({ status: 'completed' });
});

test('an answer that is longer than the gateway holds ends in an error', async () => {
  const rewrite = await rewriteOf({ stream: true });
  const rewriting = rewrite.stream(GEMINI);
  const part = Buffer.from(sse([gemini([{ text: 'x'.repeat(8 * 1_048_576) }])]));
  for (let times = 0; times < 4; times += 1) rewriting.part(part);
  expect(thrownBy(() => rewriting.part(part))).toMatchObject({ code: 'VERTEX_FAILED' });
});
