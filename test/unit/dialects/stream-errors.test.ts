import { writeStreamError } from '../../../src/dialects/stream-errors.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';

const ERROR = new GatewayError('VERTEX_UNAVAILABLE', 'Try again\n\nshortly.');
const PART = Buffer.from('data: 1\n\n');
const GOOGLE = {
  error: {
    code: 503,
    message: ERROR.message,
    status: 'UNAVAILABLE',
    details: [expect.objectContaining({ reason: 'VERTEX_UNAVAILABLE' }) as unknown],
  },
};

/** Parses server-sent events into their names and data. */
function eventsOf(text: string): { name: string | undefined; data: unknown }[] {
  expect(text.endsWith('\n\n')).toBe(true);
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((event) => ({
      name: /^event: (.*)$/m.exec(event)?.[1],
      data: JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '') as unknown,
    }));
}

test('Gemini’s clients read the error from the data, or without it; an event with a name they ignore', () => {
  const text = writeStreamError(ERROR, { format: 'gemini', framing: 'sse', lastPart: PART });
  const [data = '', bare = '', ...rest] = text.split('\n\n');
  expect(eventsOf(`${data}\n\n`)).toEqual([{ name: undefined, data: GOOGLE }]);
  expect(JSON.parse(bare)).toEqual(GOOGLE);
  expect(rest).toEqual(['']);
});

test.each(['gemini', 'openai', 'anthropic', 'opaque', 'shaped'] as const)(
  'the lines of an error end as those of %s before it',
  (format) => {
    const lastPart = Buffer.from('data: 1\r\n\r\n');
    const text = writeStreamError(ERROR, { format, framing: 'sse', lastPart });
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    const other = writeStreamError(ERROR, { format, framing: 'sse', lastPart: PART });
    expect(text).toBe(other.replaceAll('\n', '\r\n'));
  },
);

test('OpenAI’s clients read the error from the data, and no [DONE] follows it', () => {
  const text = writeStreamError(ERROR, { format: 'openai', framing: 'sse', lastPart: undefined });
  const error = {
    message: ERROR.message,
    type: expect.any(String) as string,
    param: null,
    code: 'VERTEX_UNAVAILABLE',
  };
  expect(eventsOf(text)).toEqual([{ name: undefined, data: { error } }]);
});

test('Anthropic’s clients read the error from an event of that name', () => {
  const text = writeStreamError(ERROR, { format: 'anthropic', framing: 'sse', lastPart: PART });
  const data = { type: 'error', error: { type: 'overloaded_error', message: ERROR.message } };
  expect(eventsOf(text)).toEqual([{ name: 'error', data }]);
});

test('OpenAI’s clients of responses throw at the first event, and Codex reads the second', () => {
  const text = writeStreamError(ERROR, { format: 'responses', framing: 'sse', lastPart: undefined });
  const message = ERROR.message;
  const error = { type: 'error', sequence_number: 0, code: 'VERTEX_UNAVAILABLE', message, param: null };
  const response = {
    id: expect.stringMatching(/^resp_[0-9a-f]{32}$/) as string,
    object: 'response',
    output: [],
    status: 'failed',
    error: { code: 'server_error', message },
  };
  expect(eventsOf(text)).toEqual([
    { name: 'error', data: error },
    { name: 'response.failed', data: { type: 'response.failed', sequence_number: 1, response } },
  ]);
});

test('a container’s events end with one that is named and whose data tells the error', () => {
  const text = writeStreamError(ERROR, { format: 'opaque', framing: 'sse', lastPart: PART });
  expect(eventsOf(text)).toEqual([{ name: 'error', data: GOOGLE }]);
});

test.each(['gemini', 'opaque'] as const)('the error is the last element of an array of %s', (format) => {
  const first = writeStreamError(ERROR, { format, framing: 'json-array', lastPart: undefined });
  expect(JSON.parse(`\n${first}`)).toEqual([GOOGLE]);
  const later = writeStreamError(ERROR, { format, framing: 'json-array', lastPart: PART });
  expect(JSON.parse(`[{"a":1}\n${later}`)).toEqual([{ a: 1 }, GOOGLE]);
});

test('in raw bytes the error stands on a line of its own', () => {
  const text = writeStreamError(ERROR, { format: 'opaque', framing: 'raw', lastPart: PART });
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([GOOGLE]);
});
