import type { Payload } from '../../../src/prediction/prediction.ts';
import { checkStream, explainLimit } from '../../../src/vertex/endpoint-limits.ts';
import { readRestError, vertexError } from '../../../src/vertex/vertex-errors.ts';
import { thrownBy } from '../thrown-by.ts';

const STREAM: Payload = {
  kind: 'bytes',
  format: 'opaque',
  framing: 'sse',
  request: () => ({ method: 'POST', path: '/' }),
};
const WHOLE: Payload = { kind: 'bytes', format: 'opaque', request: () => ({ method: 'POST', path: '/' }) };
const TOO_LARGE = 'The request size (1857939 bytes) exceeds 1.500MB limit.';
const ELSEWHERE = [
  "Dedicated Endpoint cannot be accessed through the shared Vertex AI domain aiplatform.googleapis.com. Please access the endpoint using its dedicated domain name '1.us-central1-2.prediction.vertexai.goog'",
  "This endpoint is a dedicated endpoint via CloudESF and cannot be accessed through the Vertex AI API. Please access the endpoint using its dedicated dns name '1.us-central1-2.prediction.vertexai.goog'",
];

function explained(
  error: unknown,
  isShared = true,
  operation = 'predict',
): { code: string; message: string } {
  const { code, message } = explainLimit(error, { operation, payload: WHOLE, isShared }) as {
    code: string;
    message: string;
  };
  return { code, message };
}

test.each(['streamRawPredict', 'chatCompletions'])('%s has no stream at a shared endpoint', (operation) => {
  const error = thrownBy(() => checkStream({ operation, payload: STREAM, isShared: true }));
  expect(error).toMatchObject({
    code: 'INVALID_REQUEST',
    message: expect.stringContaining('does not stream the answers of a shared endpoint') as string,
    violations: operation === 'chatCompletions' ? [{ field: 'stream' }] : [],
  });
});

test.each([
  ['streamRawPredict', STREAM, false],
  ['chatCompletions', STREAM, false],
  ['chatCompletions', WHOLE, true],
  ['streamGenerateContent', STREAM, true],
  ['serverStreamingPredict', STREAM, true],
] as const)(
  '%s passes where nothing says that Vertex AI has no such stream',
  (operation, payload, isShared) => {
    expect(() => checkStream({ operation, payload, isShared })).not.toThrow();
  },
);

test.each([
  vertexError({ grpcCode: 9, message: TOO_LARGE }),
  vertexError(readRestError(400, JSON.stringify({ error: { code: 400, message: TOO_LARGE } }))),
  vertexError(readRestError(413, '<html>')),
])('a body that Vertex AI finds too large is told with the limit: %s', (error) => {
  expect(explained(error)).toEqual({
    code: 'VERTEX_PAYLOAD_TOO_LARGE',
    message: expect.stringContaining(
      'larger than the 1.5 MB that Vertex AI takes at a shared endpoint',
    ) as string,
  });
  expect(explained(error, false).message).toContain('10 MB');
});

test.each([vertexError({ grpcCode: 4 }), vertexError(readRestError(504, ''))])(
  'a model that is too slow is told with the limit: %s',
  (error) => {
    expect(explained(error)).toEqual({
      code: 'VERTEX_TIMEOUT',
      message: expect.stringContaining('60 seconds') as string,
    });
    expect(explained(error, false).message).toContain('inference timeout');
  },
);

test.each([
  'predict',
  'explain',
  'rawPredict',
  'streamRawPredict',
  'directPredict',
  'directRawPredict',
  'serverStreamingPredict',
  'chatCompletions',
])('the limits of containers are those of %s', (operation) => {
  expect(explained(vertexError({ grpcCode: 4 }), true, operation).message).toContain('60 seconds');
});

test.each(ELSEWHERE)('an endpoint that is elsewhere is the operators’ to correct: %s', (message) => {
  const error = vertexError({ grpcCode: 9, message });
  expect(explained(error)).toEqual({
    code: 'VERTEX_NOT_FOUND',
    message: expect.stringContaining('at another host') as string,
  });
  expect(explained(error).message).not.toContain('.goog');
});

test.each([
  ['another error', vertexError({ grpcCode: 3, message: 'Wrong.' }), 'predict'],
  ['a container’s own status', vertexError({ ...readRestError(413, ''), isOfContainer: true }), 'rawPredict'],
  ['a container’s own delay', vertexError({ grpcCode: 4, isOfContainer: true }), 'rawPredict'],
  ['what a Gemini model says', vertexError({ grpcCode: 4 }), 'generateContent'],
  ['an end of the gateway’s own', new Error('aborted'), 'predict'],
])('%s stays as it is', (_, error, operation) => {
  expect(explainLimit(error, { operation, payload: WHOLE, isShared: true })).toBe(error);
});
