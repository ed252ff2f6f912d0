import fc from 'fast-check';
import { anthropicDialect } from '../../../src/dialects/anthropic-dialect.ts';
import { writeAnthropicError } from '../../../src/dialects/anthropic-errors.ts';
import type { GatewayErrorCode } from '../../../src/errors/codes.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { BytesPayload, Prediction } from '../../../src/prediction/prediction.ts';
import { rejectedBy } from '../thrown-by.ts';
import { authorizedCall } from './authorized-call.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

const MESSAGES = 'v1/messages';
const COUNT = 'v1/messages/count_tokens';
const GRANTED = authorizedCall({
  location: 'us-east5',
  resource: { kind: 'model', publisher: 'anthropic', model: 'claude-haiku-4-5@20251001' },
});
const MODELS = '/v1/projects/sample-project/locations/us-east5/publishers/anthropic/models';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const HEADERS: Readonly<Record<string, string>> = {
  authorization: 'Bearer caller',
  'x-api-key': 'key',
  'anthropic-version': '2023-06-01',
  'anthropic-beta': 'context-1m-2025-08-07,other-1',
  'anthropic-dangerous-direct-browser-access': 'true',
  'x-goog-user-project': 'other',
  traceparent: TRACEPARENT,
};

async function read(
  body: object | string,
  { path = MESSAGES, method = 'POST', headers = HEADERS } = {},
): Promise<Prediction> {
  return anthropicDialect.readPrediction({
    method,
    path,
    query: new URLSearchParams('beta=true'),
    header: (name) => headers[name] ?? null,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
}

function sent({ payload }: Prediction) {
  const { path, headers, body } = (payload as BytesPayload).request(GRANTED);
  return { path, headers, body: Buffer.from(body ?? []).toString() };
}

const BODY = { model: 'claude-haiku-4-5', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] };

test('a message goes to rawPredict; the model leaves the body, the version comes in, all else stays', async () => {
  const call = await read(
    '{ "max_tokens":5.0, "model" : "claude-haiku-4-5",\n"messages":[{"role":"user","content":"\\u00e9"}],"x":1e2 }\n',
  );
  expect(call).toMatchObject({
    project: undefined,
    location: undefined,
    operation: 'rawPredict',
    resource: { kind: 'model', publisher: 'anthropic', model: 'claude-haiku-4-5' },
    payload: { format: 'anthropic' },
  });
  expect(call.payload).not.toHaveProperty('framing');
  expect(sent(call)).toEqual({
    path: `${MODELS}/claude-haiku-4-5@20251001:rawPredict`,
    headers: { traceparent: TRACEPARENT, 'anthropic-beta': 'context-1m-2025-08-07,other-1' },
    body: '{"anthropic_version":"vertex-2023-10-16", "max_tokens":5.0,\n"messages":[{"role":"user","content":"\\u00e9"}],"x":1e2 }\n',
  });
});

test('a stream goes to streamRawPredict', async () => {
  const call = await read({ ...BODY, stream: true });
  expect(call).toMatchObject({ operation: 'streamRawPredict', payload: { framing: 'sse' } });
  const { path, body } = sent(call);
  expect(path).toBe(`${MODELS}/claude-haiku-4-5@20251001:streamRawPredict`);
  expect(JSON.parse(body)).toMatchObject({ stream: true });
});

test('stream: false is a message in one piece', async () => {
  expect(await read({ ...BODY, stream: false })).toMatchObject({ operation: 'rawPredict' });
});

test('a count of tokens keeps the model, by its name on Vertex AI, and sends no betas', async () => {
  const call = await read(BODY, { path: COUNT });
  expect(call).toMatchObject({ operation: 'countTokens', payload: { format: 'opaque' } });
  const { path, headers, body } = sent(call);
  expect(path).toBe(`${MODELS}/count-tokens:rawPredict`);
  expect(headers).toEqual({ traceparent: TRACEPARENT });
  expect(JSON.parse(body)).toEqual({
    ...BODY,
    model: 'claude-haiku-4-5@20251001',
    anthropic_version: 'vertex-2023-10-16',
  });
});

test.each([
  ['claude-haiku-4-5', 'claude-haiku-4-5'],
  ['claude-haiku-4-5@20251001', 'claude-haiku-4-5@20251001'],
  ['claude-haiku-4-5-20251001', 'claude-haiku-4-5-20251001'],
  ['anthropic/claude-haiku-4-5', 'claude-haiku-4-5'],
  ['publishers/anthropic/models/claude-haiku-4-5', 'claude-haiku-4-5'],
  ['gemini-3.5-flash', 'gemini-3.5-flash'],
])('the model %s is Anthropic’s %s', async (model, named) => {
  for (const path of [MESSAGES, COUNT])
    expect((await read({ ...BODY, model }, { path })).resource).toEqual({
      kind: 'model',
      publisher: 'anthropic',
      model: named,
    });
});

test('a full resource name sets Claude’s project and location', async () => {
  const name =
    'projects/sample-project/locations/europe-west1/publishers/anthropic/models/claude-haiku-4-5-20251001';
  for (const path of [MESSAGES, COUNT])
    expect(await read({ ...BODY, model: name }, { path })).toMatchObject({
      project: 'sample-project',
      location: 'europe-west1',
      resource: { kind: 'model', publisher: 'anthropic', model: 'claude-haiku-4-5-20251001' },
    });
});

test.each(['google/gemini-3.5-flash', 'endpoints/1234567890', 'a b', '', '../x', 'claude%2Dhaiku'])(
  'the model %j is refused: only Claude is reached here',
  async (model) => {
    for (const path of [MESSAGES, COUNT])
      expect(await rejectedBy(read({ ...BODY, model }, { path }))).toMatchObject({
        code: 'INVALID_REQUEST',
        violations: [{ field: 'model', description: expect.stringContaining('Claude') as string }],
      });
  },
);

test.each([
  [undefined, 'vertex-2023-10-16'],
  ['2023-06-01', 'vertex-2023-10-16'],
  ['2026-10-21', '2026-10-21'],
])('the version %j in the header becomes %s in the body', async (version, expected) => {
  const headers: Record<string, string> = version === undefined ? {} : { 'anthropic-version': version };
  for (const path of [MESSAGES, COUNT])
    expect(JSON.parse(sent(await read(BODY, { path, headers })).body)).toMatchObject({
      anthropic_version: expected,
    });
});

test('a body that has the version already stays as it is, but for the model', async () => {
  const body =
    '{"model":"claude-haiku-4-5","anthropic_version":"vertex-2023-10-16","messages":[{"role":"user"}]}';
  expect(sent(await read(body)).body).toBe(
    '{"anthropic_version":"vertex-2023-10-16","messages":[{"role":"user"}]}',
  );
});

test.each(['2023-06-01', 'bedrock-2023-05-31', ''])(
  'the version %j in a body is refused',
  async (version) => {
    expect(await rejectedBy(read({ ...BODY, anthropic_version: version }))).toMatchObject({
      code: 'INVALID_REQUEST',
      violations: [{ field: 'anthropic_version' }],
    });
  },
);

test.each(['', 'latest', '2023-06-01, 2023-06-01', '2023-06-01"'])(
  'the version %j in the header is refused',
  async (version) => {
    expect(await rejectedBy(read(BODY, { headers: { 'anthropic-version': version } }))).toMatchObject({
      code: 'INVALID_REQUEST',
      violations: [{ field: 'anthropic-version' }],
    });
  },
);

test.each([
  ['no model', { messages: BODY.messages }, 'model'],
  ['no messages', { model: 'claude-haiku-4-5' }, 'messages'],
  ['empty messages', { ...BODY, messages: [] }, 'messages'],
  ['a message without a role', { ...BODY, messages: [{}] }, 'messages[0].role'],
  ['a stream that is no yes or no', { ...BODY, stream: 'yes' }, 'stream'],
])('%s is refused with its place', async (_, body, field) => {
  expect(await rejectedBy(read(body))).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field }] });
});

test.each([
  ['GET', MESSAGES],
  ['POST', 'v1/messages/'],
  ['POST', 'v1/messages/batches'],
  ['POST', 'v1/complete'],
  ['GET', 'v1/models'],
  ['POST', ''],
])('%s %s is refused with the operations that exist', async (method, path) => {
  const error = await rejectedBy(read(BODY, { method, path }));
  expect(error.code).toBe('OPERATION_NOT_FOUND');
  expect(error.message).toContain('POST v1/messages, POST v1/messages/count_tokens, GET v1/models and');
});

test('any other members reach Claude as they are', async () => {
  const reserved = ['model', 'messages', 'anthropic_version', 'stream', '__proto__'];
  const name = anyText().filter((one) => !reserved.includes(one));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, fc.jsonValue({ maxDepth: 4 })), async (more) => {
      const { max_tokens, messages } = BODY;
      const asked = JSON.parse(JSON.stringify({ ...more, ...BODY })) as object;
      if (JSON.stringify(asked).includes('__proto__')) return;
      expect(JSON.parse(sent(await read(asked)).body)).toEqual({
        ...(JSON.parse(JSON.stringify(more)) as object),
        max_tokens,
        messages,
        anthropic_version: 'vertex-2023-10-16',
      });
    }),
  );
});

const TYPES: Partial<Record<GatewayErrorCode, string>> = {
  CALLER_NOT_AUTHENTICATED: 'authentication_error',
  INVALID_JSON: 'invalid_request_error',
  NOT_GRANTED: 'permission_error',
  OPERATION_NOT_FOUND: 'not_found_error',
  PAYLOAD_TOO_LARGE: 'request_too_large',
  VERTEX_RATE_LIMITED: 'rate_limit_error',
  VERTEX_UNAVAILABLE: 'overloaded_error',
  VERTEX_TIMEOUT: 'timeout_error',
  VERTEX_FAILED: 'api_error',
  INTERNAL: 'api_error',
};

test.each(Object.entries(TYPES))('%s is of the type %s, and carries the request id', (code, type) => {
  const error = new GatewayError(code as GatewayErrorCode, 'A sentence.');
  const { contentType, body } = writeAnthropicError(error, 'request-1');
  expect(contentType).toBe('application/json');
  expect(JSON.parse(body)).toEqual({
    type: 'error',
    error: { type, message: 'A sentence.' },
    request_id: 'request-1',
  });
});
