import { fillSilence } from '../../../src/dialects/fill-silence.ts';
import { writeStreamError } from '../../../src/dialects/stream-errors.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { AnswerFormat, Framing } from '../../../src/prediction/answer.ts';
import { MeteredStream } from '../../../src/vertex/metered-stream.ts';
import { wholeParts } from '../../../src/vertex/stream-parts.ts';
import { jsonOf } from '../json-of.ts';
import { oneCall, PREDICTION, TIMEOUT_IN_MS } from '../prediction/one-call.ts';
import { answerLimits } from '../vertex/answer-limits.ts';
import { type ReaderName, READERS } from './stream-readers.ts';

const INTERVAL_IN_MS = 20;
const SILENCE_IN_MS = 100;
const FAILURE = new GatewayError('VERTEX_UNAVAILABLE', 'Try again\n\nshortly.');

/** A stream as Vertex AI or a container writes it, and the clients that read it. */
interface StreamForm {
  readonly format: AnswerFormat;
  readonly framing: Framing;
  readonly values: readonly unknown[];
  /** The text of each value; the last one also has the end of the stream. */
  readonly texts: readonly string[];
  readonly readers: readonly ReaderName[];
}

const GEMINI = [
  { candidates: [{ content: { parts: [{ text: 'data: {"not": "an event"}\n\n[' }] } }] },
  { candidates: [{ content: { parts: [{ text: 'é]' }] } }] },
  { candidates: [{ finishReason: 'STOP' }], usageMetadata: { totalTokenCount: 7 } },
];
const CHAT = [
  { choices: [{ index: 0, delta: { content: 'one' } }] },
  { choices: [{ index: 0, delta: { content: 'two' } }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
];
const CLAUDE = [
  { type: 'message_start', message: { usage: { input_tokens: 3 } } },
  { type: 'content_block_delta', delta: { type: 'text_delta', text: 'one' } },
  { type: 'message_stop' },
];
const TENSORS = [{ outputs: [{ floatVal: [1] }] }, { outputs: [{ floatVal: [2] }] }, { outputs: [] }];

const OF_GEMINI = [
  'google-genai for Python',
  'genai for Go',
  '@google/genai',
  '@google-cloud/vertexai',
  'google-genai for Java',
  'Google.GenAI for .NET',
  'the specification of server-sent events',
] as const;
const OF_CHATS = [
  'openai',
  'openai for Go',
  'openai for Python, after an id',
  'the specification of server-sent events',
] as const;
const OF_ARRAYS = ['google-gax for Node.js', 'google-api-core for Python', 'a JSON parser'] as const;

const events = (values: readonly object[], end: string) =>
  values.map((value) => `data: ${JSON.stringify(value)}${end}`);
const elements = (values: readonly object[]) =>
  values.map(
    (value, index) =>
      `${index === 0 ? '[' : ',\r\n'}${JSON.stringify(value, null, 2)}\n${index === values.length - 1 ? ']' : ''}`,
  );
const named = CLAUDE.map((value) => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`);
const done = (texts: readonly string[]) => [...texts.slice(0, -1), `${texts.at(-1) ?? ''}data: [DONE]\n\n`];

const FORMS: Readonly<Record<string, StreamForm>> = {
  'events of Gemini': form('gemini', 'sse', GEMINI, events(GEMINI, '\r\n\r\n'), OF_GEMINI),
  'events of Gemini with line feeds alone': form('gemini', 'sse', GEMINI, events(GEMINI, '\n\n'), OF_GEMINI),
  'an array of Gemini': form('gemini', 'json-array', GEMINI, elements(GEMINI), OF_ARRAYS),
  'chat completions': form('openai', 'sse', CHAT, done(events(CHAT, '\n\n')), OF_CHATS),
  'messages of Claude': form('anthropic', 'sse', CLAUDE, named, ['@anthropic-ai/sdk']),
  'an array of tensors': form('opaque', 'json-array', TENSORS, elements(TENSORS), OF_ARRAYS),
  'events of tensors': form('opaque', 'sse', TENSORS, events(TENSORS, '\r\n\r\n'), [
    'the specification of server-sent events',
  ]),
  'events of a container': form('shaped', 'sse', CHAT, done(events(CHAT, '\n\n')), OF_CHATS),
};

function form(
  format: AnswerFormat,
  framing: Framing,
  values: readonly unknown[],
  texts: readonly string[],
  readers: readonly ReaderName[],
): StreamForm {
  return { format, framing, values, texts, readers };
}

const SILENCE: unique symbol = Symbol('silence');

/** The steps by which a stream comes: a text, a silence, or a failure of Vertex AI. */
type Step = string | typeof SILENCE | Error;

const SILENCES: Readonly<Record<string, (texts: readonly string[]) => Step[]>> = {
  'before the first event': (texts) => [SILENCE, ...texts],
  'between events': ([first = '', ...rest]) => [first, SILENCE, ...rest],
  'in the middle of an event': ([first = '', second = '', ...rest]) => [
    first.slice(0, 9),
    SILENCE,
    first.slice(9),
    second.slice(0, 3),
    SILENCE,
    second.slice(3),
    ...rest,
  ],
  everywhere: (texts) =>
    texts.flatMap((text): Step[] => [SILENCE, text.slice(0, 12), SILENCE, text.slice(12)]),
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['performance'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Sends a stream that comes in these steps, and returns what the client got, write by write. */
async function send({ format, framing }: StreamForm, steps: readonly Step[]) {
  const metered = new MeteredStream(format, framing);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const step of steps) {
      if (step instanceof Error) throw step;
      if (step === SILENCE) await new Promise((resolve) => void setTimeout(resolve, SILENCE_IN_MS));
      else yield Buffer.from(step);
    }
  }
  const { run, reply, records } = oneCall({
    readPrediction: () => ({
      ...PREDICTION,
      payload: {
        kind: 'bytes',
        format,
        framing,
        checked: { instances: jsonOf(['payload-secret']) },
        request: () => ({ method: 'POST', path: '/' }),
      },
    }),
    vertex: {
      predict: async () => {
        const parts = metered.read(wholeParts(chunks(), framing, answerLimits()));
        const first = await parts.next();
        async function* all() {
          if (!first.done) yield first.value;
          yield* parts;
        }
        return {
          kind: 'stream',
          contentType: framing === 'sse' ? 'text/event-stream' : 'application/json',
          framing,
          parts: all(),
          facts: () => metered.facts(),
        };
      },
    },
    keepAliveIntervalInMs: INTERVAL_IN_MS,
    streamTimeoutInMs: 10 * TIMEOUT_IN_MS,
    monotonicNow: Date.now,
    writeStreamError,
  });
  const writes: string[] = [];
  reply.take = (text) => {
    writes.push(text);
    return Promise.resolve(true);
  };
  const running = run();
  await jest.advanceTimersByTimeAsync(20 * SILENCE_IN_MS);
  await running;
  return { writes, record: records[0], status: reply.status };
}

/** The ways in which a network may cut what was written: as it was, as one, byte by byte. */
function cuts(writes: readonly string[]): string[][] {
  const all = writes.join('');
  return [[...writes], [all], Array.from(all)];
}

const ROWS = Object.entries(FORMS).flatMap(([formName, form]) =>
  Object.entries(SILENCES).flatMap(([place, silence]) =>
    form.readers.map((reader) => ({ formName, form, place, silence, reader })),
  ),
);

test.each(ROWS)('$formName, silent $place, are read by $reader', async ({ form, silence, reader }) => {
  const { writes, record } = await send(form, silence(form.texts));

  expect(record).toMatchObject({ outcome: 'answered' });
  expect(writes.length).toBeGreaterThan(4);
  for (const chunks of cuts(writes)) {
    const values = READERS[reader](chunks).filter((value) => value !== '[DONE]');
    expect(values).toEqual(form.values);
  }
  const withoutSilence = await send(form, form.texts);
  expect(record?.responseBytes).toBe(withoutSilence.record?.responseBytes);
});

test.each(ROWS)(
  '$formName that fail after they were silent $place throw for $reader',
  async ({ form, silence, reader }) => {
    const steps = silence(form.texts).slice(0, -1);
    const { writes, record } = await send(form, [...steps, SILENCE, FAILURE]);

    expect(record).toMatchObject({ outcome: 'interrupted', code: 'VERTEX_UNAVAILABLE' });
    for (const chunks of cuts(writes))
      expect(() => READERS[reader](chunks)).toThrow(/VERTEX_UNAVAILABLE|overloaded_error|Incomplete/);
  },
);

test.each(ROWS.filter(({ place }) => place === 'before the first event'))(
  '$formName that fail before the first throw for $reader',
  async ({ form, reader }) => {
    const { writes, record, status } = await send(form, [SILENCE, FAILURE]);

    expect(status).toBe(200);
    expect(record).toMatchObject({ outcome: 'interrupted', code: 'VERTEX_UNAVAILABLE' });
    for (const chunks of cuts(writes))
      expect(() => READERS[reader](chunks)).toThrow(/VERTEX_UNAVAILABLE|overloaded_error|Incomplete/);
  },
);

const EVENT = 'data: {"a":1}\r\n\r\n';

/** The clients that fail when these bytes come between two events of their form, or before its array. */
test.each<[bytes: string, chunks: readonly string[], readers: readonly ReaderName[], failing: ReaderName[]]>([
  [
    'a comment and a blank line between events of Gemini',
    [EVENT, ': keep-alive\n\n', EVENT],
    OF_GEMINI,
    ['google-genai for Python', 'genai for Go', '@google-cloud/vertexai', 'Google.GenAI for .NET'],
  ],
  [
    'a comment between events of Gemini',
    [EVENT, ': keep-alive\r\n', EVENT],
    OF_GEMINI,
    ['google-genai for Python', 'genai for Go', '@google-cloud/vertexai', 'Google.GenAI for .NET'],
  ],
  [
    'blank lines between events of Gemini',
    [EVENT, '\n\n', EVENT],
    OF_GEMINI,
    ['genai for Go', '@google-cloud/vertexai', 'Google.GenAI for .NET'],
  ],
  [
    'a named event between those of Gemini',
    [EVENT, 'event: ping\r\ndata: {}\r\n\r\n', EVENT],
    OF_GEMINI,
    ['google-genai for Python', 'genai for Go', '@google-cloud/vertexai', 'Google.GenAI for .NET'],
  ],
  ['the head of the next event of Gemini', [EVENT, 'data: ', '  ', EVENT.slice(6)], OF_GEMINI, []],
  [
    'a comment and a blank line between events of chats',
    [EVENT, ': keep-alive\n\n', EVENT],
    OF_CHATS,
    ['openai for Go', 'openai for Python, after an id'],
  ],
  ['a comment between events of chats', [EVENT, ': keep-alive\n', EVENT], OF_CHATS, []],
  [
    'the head of the next event before the end of chats',
    ['data: ', '  ', '[DONE]\n\n'],
    OF_CHATS,
    ['openai', 'openai for Go', 'openai for Python, after an id', 'the specification of server-sent events'],
  ],
  [
    'a line feed before an array',
    ['\n', '[{"a":1}]'],
    OF_ARRAYS,
    ['google-gax for Node.js', 'google-api-core for Python'],
  ],
  ['a line feed after an array', ['[{"a":1}]', '\n'], OF_ARRAYS, ['google-api-core for Python']],
  ['a bracket, and line feeds in an array', ['[', '\n', '{"a":1}', '\n', ',{"a":1}]'], OF_ARRAYS, []],
])('%s', (_, chunks, readers, failing) => {
  const failed = readers.filter((reader) => {
    try {
      for (const cut of cuts(chunks)) READERS[reader](cut);
      return false;
    } catch {
      return true;
    }
  });
  expect(failed.toSorted()).toEqual(failing.toSorted());
});

test('comments stand between the events of a response, and its parts stay as they are', () => {
  const filler = fillSilence({ format: 'responses', framing: 'sse' });
  const part = Buffer.from('event: response.created\ndata: {"type":"response.created"}\n\n');
  expect([filler?.contentType, filler?.fill(), filler?.finish()]).toEqual([
    'text/event-stream',
    ': keep-alive\n',
    '',
  ]);
  expect(filler?.join(part)).toBe(part);
});
