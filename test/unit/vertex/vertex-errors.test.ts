import fc from 'fast-check';
import type { GatewayErrorCode } from '../../../src/errors/codes.ts';
import {
  readDetails,
  readErrorBody,
  readRestError,
  vertexError,
  readRetryAfter,
} from '../../../src/vertex/vertex-errors.ts';

const RETRY_INFO = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3.2s' };
const BAD_REQUEST = {
  '@type': 'type.googleapis.com/google.rpc.BadRequest',
  fieldViolations: [{ field: 'contents[0].role', description: 'must be user or model' }],
};
const BODY = {
  error: {
    code: 400,
    message: 'Role is wrong.',
    status: 'INVALID_ARGUMENT',
    details: [BAD_REQUEST, RETRY_INFO],
  },
};

test('a REST error gives its message, violations and delay', () => {
  expect(readRestError(400, JSON.stringify(BODY))).toEqual({
    grpcCode: 3,
    message: 'Role is wrong.',
    retryAfterInMs: 3200,
    violations: [{ field: 'contents[0].role', description: 'must be user or model' }],
  });
});

test('a REST error wrapped in an array is read alike', () => {
  expect(readRestError(400, JSON.stringify([BODY]))).toEqual(readRestError(400, JSON.stringify(BODY)));
});

test.each(['', 'null', '[]', '{}', '"text"', '<html>Bad Gateway</html>', '{"error":null}', '{"err'])(
  'a REST error with the body %j keeps its status alone',
  (body) => {
    expect(readRestError(503, body)).toEqual({ grpcCode: 14 });
  },
);

test('details of wrong types do not hide the message', () => {
  const details = [null, 7, 'text', [], { retryDelay: { seconds: 'x' } }, { fieldViolations: [null, 5, {}] }];
  expect(readRestError(400, JSON.stringify({ error: { message: 'Wrong.', details } }))).toEqual({
    grpcCode: 3,
    message: 'Wrong.',
    violations: [{ field: '', description: '' }],
  });
});

test('no body makes reading fail', () => {
  const junk = fc.jsonValue();
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({ error: fc.record({ message: junk, details: fc.oneof(junk, fc.array(junk)) }) })
      .map((json) => JSON.stringify(json)),
  );
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), body, (status, text) => {
      const { retryAfterInMs = 0 } = readRestError(status, text);
      expect(Number.isInteger(retryAfterInMs) && retryAfterInMs >= 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['0s', 0],
  ['1s', 1000],
  ['0.0001s', 1],
  ['37.5s', 37_500],
  [{ seconds: 2, nanos: 1 }, 2001],
  [{ seconds: '5' }, 5000],
  [{ nanos: 500_000_000 }, 500],
  ['86400s', 86_400_000],
  [{}, 0],
])('a delay of %j is %i whole milliseconds', (retryDelay, milliseconds) => {
  expect(readDetails([{ retryDelay }])).toEqual({ retryAfterInMs: milliseconds });
});

test.each([
  ...['-1s', '5', 's', '1h', 'Infinitys', '1e9s', null, 5, { seconds: 'x' }, { seconds: -4 }],
  ...['86400.001s', '99999999999s', `${'9'.repeat(400)}s`, { seconds: '86401' }, { seconds: 1e308 }],
  ...[{ nanos: 1e300 }, { nanos: Infinity }, { seconds: NaN }],
])('a delay of %j is none', (retryDelay) => {
  expect(readDetails([{ retryDelay }])).toEqual({});
});

test.each([undefined, null, 'text', {}, 7])('details that are %j are none', (details) => {
  expect(readDetails(details)).toEqual({});
});

test.each<[number, GatewayErrorCode]>([
  [400, 'VERTEX_INVALID_ARGUMENT'],
  [401, 'VERTEX_PERMISSION_DENIED'],
  [403, 'VERTEX_PERMISSION_DENIED'],
  [404, 'VERTEX_NOT_FOUND'],
  [408, 'VERTEX_TIMEOUT'],
  [409, 'VERTEX_FAILED'],
  [411, 'VERTEX_INVALID_ARGUMENT'],
  [413, 'VERTEX_PAYLOAD_TOO_LARGE'],
  [422, 'VERTEX_INVALID_ARGUMENT'],
  [429, 'VERTEX_RATE_LIMITED'],
  [500, 'VERTEX_FAILED'],
  [502, 'VERTEX_FAILED'],
  [503, 'VERTEX_UNAVAILABLE'],
  [504, 'VERTEX_TIMEOUT'],
  [302, 'VERTEX_FAILED'],
  [499, 'VERTEX_FAILED'],
  [501, 'VERTEX_UNIMPLEMENTED'],
])('HTTP %i of Vertex AI is %s', (status, code) => {
  expect(vertexError(readRestError(status, '')).code).toBe(code);
});

test.each<[number, GatewayErrorCode]>([
  [3, 'VERTEX_INVALID_ARGUMENT'],
  [4, 'VERTEX_TIMEOUT'],
  [8, 'VERTEX_RATE_LIMITED'],
  [9, 'VERTEX_INVALID_ARGUMENT'],
  [12, 'VERTEX_UNIMPLEMENTED'],
  [13, 'VERTEX_FAILED'],
  [14, 'VERTEX_UNAVAILABLE'],
  [16, 'VERTEX_PERMISSION_DENIED'],
  [99, 'VERTEX_FAILED'],
])('gRPC status %i of Vertex AI is %s', (grpcCode, code) => {
  expect(vertexError({ grpcCode }).code).toBe(code);
});

test('Google’s sentence and violations reach the caller for faults of the request', () => {
  const violations = [{ field: 'a', description: 'b' }];
  for (const grpcCode of [3, 5]) {
    expect(vertexError({ grpcCode, message: 'Google says so.', violations })).toMatchObject({
      message: 'Google says so.',
      violations,
    });
  }
});

test('Google’s sentence about our identity, quota or its own failure stays inside', () => {
  for (const grpcCode of [4, 7, 8, 13, 14, 16]) {
    const error = vertexError({
      grpcCode,
      message: 'internal detail',
      violations: [{ field: 'a', description: 'b' }],
    });
    expect(error.message).not.toContain('internal detail');
    expect(error.message).toMatch(/^(Vertex AI|The quota) .+\.$/);
    expect(error.violations).toEqual([]);
  }
});

test('the delay that Vertex AI asks for reaches the caller', () => {
  expect(vertexError({ grpcCode: 8, retryAfterInMs: 9 }).retryAfterInMs).toBe(9);
});

test('a sentence is kept up to 8,192 characters, so that looking into it takes no time', () => {
  const message = 'dedicated endpoint '.repeat(100_000);
  const facts = readErrorBody({ error: { code: 400, message } });
  expect(facts.message).toHaveLength(8192);
  expect(vertexError(facts).kind).toBeUndefined();
});

test('as many violations are kept as one can read', () => {
  const fieldViolations = Array.from({ length: 100_000 }, () => ({
    field: 'a',
    description: 'b'.repeat(9000),
  }));
  const { violations } = readDetails([{ fieldViolations }]);
  expect(violations).toHaveLength(100);
  expect(violations?.[0]?.description).toHaveLength(8192);
});

test.each([
  ['{"error":"Prediction failed: shape"}', 'Prediction failed: shape'],
  ['{"detail":"length must be 4"}', 'length must be 4'],
  ['{"message":"a\\u0007b"}', 'a b'],
  ['[{"error":"in a list"}]', 'in a list'],
  [JSON.stringify({ error: 'x'.repeat(10_000) }), 'x'.repeat(8_192)],
])('a container’s message is read wherever it stands: %s', (body, message) => {
  expect(readRestError(400, body)).toEqual({ grpcCode: 3, message });
});

test.each([
  ['7', undefined, 7_000],
  ['0', undefined, 0],
  ['Mon, 01 Jan 2035 00:00:30 GMT', 'Mon, 01 Jan 2035 00:00:00 GMT', 30_000],
  ['Mon, 01 Jan 2035 00:00:30 GMT', undefined, undefined],
  ['Mon, 01 Jan 2035 00:00:00 GMT', 'Mon, 01 Jan 2035 00:00:30 GMT', undefined],
  ['86401', undefined, undefined],
  ['-1', undefined, undefined],
  ['1.5', undefined, undefined],
  ['soon', 'now', undefined],
  [undefined, undefined, undefined],
  [['1', '2'], undefined, undefined],
])('Retry-After %j at %j is %j milliseconds', (retryAfter, date, expected) => {
  expect(readRetryAfter(retryAfter, date)).toBe(expected);
});

test('the status of a container stays for a fault of the request alone', () => {
  const status = (grpcCode: number, ownStatus?: number) =>
    vertexError({ grpcCode, ...(ownStatus !== undefined && { ownStatus }) }).facts.status;
  expect([status(3, 422), status(3), status(8, 429), status(7, 403)]).toEqual([422, 400, 429, 502]);
});
