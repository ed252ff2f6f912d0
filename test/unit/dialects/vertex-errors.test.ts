import fc from 'fast-check';
import { writeStreamError } from '../../../src/dialects/stream-errors.ts';
import { writeVertexError } from '../../../src/dialects/vertex-errors.ts';
import { CODES, type GatewayErrorCode } from '../../../src/errors/codes.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

const ERROR = new GatewayError('VERTEX_RATE_LIMITED', 'Quota is used up.', {
  retryAfterInMs: 7000,
  violations: [{ field: 'contents[0]', description: 'too long' }],
});

const PART = Buffer.from('data: 1\r\n\r\n');
const ARRAY = { format: 'gemini', framing: 'json-array', lastPart: PART } as const;

function write(
  error: GatewayError,
  path = 'v1/publishers/google/models/gemini-3.5-flash:generateContent',
): unknown {
  const { contentType, body } = writeVertexError(error, 'request-1', path);
  expect(contentType).toBe('application/json');
  return JSON.parse(body);
}

test('an error is a problem document and Google’s error model at once', () => {
  expect(write(ERROR)).toEqual({
    type: '/errors/vertex-rate-limited',
    title: CODES.VERTEX_RATE_LIMITED.title,
    status: 429,
    detail: 'Quota is used up.',
    instance: '/requests/request-1',
    error: {
      code: 429,
      message: 'Quota is used up.',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'VERTEX_RATE_LIMITED',
          domain: 'vertex-ai-gateway',
          metadata: { requestId: 'request-1' },
        },
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ field: 'contents[0]', description: 'too long' }],
        },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' },
      ],
    },
  });
});

test('an error about a model of Anthropic’s is Anthropic’s own, too', () => {
  const denial = new GatewayError('NOT_GRANTED', 'No.');
  expect(
    write(denial, 'v1/projects/p/locations/l/publishers/anthropic/models/claude:rawPredict'),
  ).toMatchObject({
    type: 'error',
    title: CODES.NOT_GRANTED.title,
    status: 403,
    request_id: 'request-1',
    error: { type: 'permission_error', message: 'No.', code: 403, status: 'PERMISSION_DENIED' },
  });
});

test('an error without violations and delay has ErrorInfo alone', () => {
  expect(write(new GatewayError('NOT_GRANTED', 'No.'))).toMatchObject({
    status: 403,
    error: { status: 'PERMISSION_DENIED', details: [{ reason: 'NOT_GRANTED' }] },
  });
});

test('both halves of an error agree for every code', () => {
  for (const code of Object.keys(CODES) as GatewayErrorCode[]) {
    const { status, canonical, title } = CODES[code];
    expect(write(new GatewayError(code, 'Text.'))).toMatchObject({
      status,
      title,
      detail: 'Text.',
      error: { code: status, status: canonical, message: 'Text.', details: [{ reason: code }] },
    });
  }
});

test('an error in a stream of server-sent events is a data event, and then stands by itself', () => {
  const text = writeStreamError(ERROR, { format: 'gemini', framing: 'sse', lastPart: PART });
  const [, data = '', bare] = /^data: (\{.*\})\r\n\r\n(\{.*\})\r\n\r\n$/.exec(text) ?? [];
  expect(JSON.parse(data)).toMatchObject({
    error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota is used up.' },
  });
  expect(bare).toBe(data);
});

test('an error in a JSON array is its last element', () => {
  const array = JSON.parse(`[{"a":1}${writeStreamError(ERROR, ARRAY)}`) as unknown[];
  expect(array).toEqual([{ a: 1 }, { error: expect.objectContaining({ code: 429 }) as unknown }]);
});

test('an error before the first element of a JSON array is an array by itself', () => {
  expect(JSON.parse(writeStreamError(ERROR, { ...ARRAY, lastPart: undefined }))).toEqual([
    { error: expect.objectContaining({ code: 429 }) as unknown },
  ]);
});

test('no message breaks out of a server-sent event', () => {
  fc.assert(
    fc.property(anyText(), (message) => {
      const text = writeStreamError(new GatewayError('INTERNAL', `\n\n${message}\r\n`), {
        ...ARRAY,
        framing: 'sse',
      });
      expect(text.split('\r\n\r\n')).toEqual([expect.any(String), expect.any(String), '']);
      expect(text.replaceAll('\r\n\r\n', '')).not.toMatch(/[\r\n]/);
    }),
  );
});
