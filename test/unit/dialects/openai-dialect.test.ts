import { openAiDialect } from '../../../src/dialects/openai-dialect.ts';
import { writeOpenAiError } from '../../../src/dialects/openai-errors.ts';
import { CODES, type GatewayErrorCode } from '../../../src/errors/codes.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { DialectRequest } from '../../../src/prediction/dialect.ts';
import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import type { BytesPayload, Prediction } from '../../../src/prediction/prediction.ts';
import { rejectedBy } from '../thrown-by.ts';
import { authorizedCall } from './authorized-call.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const HEADERS: Readonly<Record<string, string>> = {
  authorization: 'Bearer caller',
  'api-key': 'key',
  'openai-organization': 'org',
  'x-goog-user-project': 'other',
  'anthropic-beta': 'beta-1',
  traceparent: TRACEPARENT,
};

function request(path: string, body: string, method = 'POST'): DialectRequest {
  return {
    method,
    path,
    query: new URLSearchParams(),
    header: (name) => HEADERS[name] ?? null,
    body: Buffer.from(body),
  };
}

async function chat(body: object | string): Promise<Prediction> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return openAiDialect.readPrediction(request('v1/chat/completions', text));
}

function sent(call: Prediction, granted: Partial<AuthorizedCall> = {}) {
  const { method, path, headers, body } = (call.payload as BytesPayload).request(authorizedCall(granted));
  return { method, path, headers, body: Buffer.from(body ?? []).toString() };
}

const MESSAGES = [{ role: 'user', content: 'Hi' }];

test.each([
  ['gemini-3.5-flash', { kind: 'name', name: 'gemini-3.5-flash' }],
  ['models/gemini-fast', { kind: 'name', name: 'gemini-fast' }],
  ['google/gemini-3.5-flash', { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' }],
  [
    'publishers/anthropic/models/claude-haiku-4-5',
    { kind: 'model', publisher: 'anthropic', model: 'claude-haiku-4-5' },
  ],
  ['endpoints/5678901234', { kind: 'endpoint', endpoint: '5678901234' }],
])('a chat with %s names it, and leaves the place to the decision', async (model, resource) => {
  expect(await chat({ model, messages: MESSAGES })).toMatchObject({
    project: undefined,
    location: undefined,
    operation: 'chatCompletions',
    resource,
  });
});

test('a chat with a full name says where', async () => {
  const model = 'projects/sample-project/locations/europe-west4/publishers/google/models/gemini-3.5-flash';
  expect(await chat({ model, messages: MESSAGES })).toMatchObject({
    project: 'sample-project',
    location: 'europe-west4',
  });
});

test('a chat goes to Vertex AI’s own endpoint for chats; nothing but the model’s name is changed', async () => {
  const call = await chat(
    '{ "model":"fast", "n":1.0,"x":"\\u00e9", "messages":[{"role":"user","content":"Hi"}]}\n',
  );
  expect(sent(call)).toEqual({
    method: 'POST',
    path: '/v1/projects/sample-project/locations/us-central1/endpoints/openapi/chat/completions',
    headers: { traceparent: TRACEPARENT },
    body: '{ "model":"google/gemini-3.5-flash", "n":1.0,"x":"\\u00e9", "messages":[{"role":"user","content":"Hi"}]}\n',
  });
});

test('an endpoint of one’s own gets an empty model, since it knows no name of the catalog', async () => {
  const call = await chat({ model: 'text-container', messages: MESSAGES });
  const resource = { kind: 'endpoint', endpoint: '5678901234' } as const;
  const { path, body } = sent(call, { resource });
  expect(path).toBe(
    '/v1/projects/sample-project/locations/us-central1/endpoints/5678901234/chat/completions',
  );
  expect(JSON.parse(body)).toEqual({ model: '', messages: MESSAGES });
});

test('a streamed chat is framed as events and metered in OpenAI’s words', async () => {
  const call = await chat({ model: 'fast', messages: MESSAGES, stream: true });
  expect(call.payload).toMatchObject({ kind: 'bytes', format: 'openai', framing: 'sse' });
});

test.each([
  ['no model', { messages: MESSAGES }, 'model'],
  ['a model that is none', { model: 'a b', messages: MESSAGES }, 'model'],
  ['an encoded model', { model: 'google%2Fgemini-3.5-flash', messages: MESSAGES }, 'model'],
  ['a path as a model', { model: '../../models/x', messages: MESSAGES }, 'model'],
  ['a number as a model', { model: 7, messages: MESSAGES }, 'model'],
  ['no messages', { model: 'fast' }, 'messages'],
  ['empty messages', { model: 'fast', messages: [] }, 'messages'],
])('a chat with %s is refused with its place and no value', async (_, body, field) => {
  const error = await rejectedBy(chat(body));
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field }] });
  expect(JSON.stringify([error.message, error.violations])).not.toMatch(/a b|%2F|\.\.\//);
});

test.each([
  ['POST', 'v1/completions', 'OPERATION_NOT_FOUND'],
  ['POST', 'v1/chat/completions/', 'OPERATION_NOT_FOUND'],
  ['POST', 'v2/chat/completions', 'OPERATION_NOT_FOUND'],
  ['PUT', 'v1/chat/completions', 'OPERATION_NOT_FOUND'],
  ['GET', 'v1/chat/completions', 'OPERATION_NOT_FOUND'],
  ['POST', 'v1/models', 'OPERATION_NOT_FOUND'],
  ['GET', 'v1/responsesx', 'OPERATION_NOT_FOUND'],
  ['POST', '', 'OPERATION_NOT_FOUND'],
])('%s %s is refused with what there is instead', async (method, path, code) => {
  const asked = request(path, '{}', method);
  const read = async () =>
    method === 'GET' ? openAiDialect.readQuestion(asked) : openAiDialect.readPrediction(asked);
  const error = await rejectedBy(read());
  expect(error.code).toBe(code);
  expect(error.message).toContain('POST v1/chat/completions');
});

test.each([
  ['GET', 'v1/responses/resp_1'],
  ['DELETE', 'v1/responses/resp_1'],
  ['GET', 'v1/responses/resp_1/input_items'],
  ['POST', 'v1/responses/resp_1/cancel'],
  ['POST', 'v1/responses/compact'],
  ['POST', 'v1/responses/input_tokens'],
  ['GET', 'v1/responses'],
  ['POST', 'v1/conversations'],
])('%s %s is refused by saying how to go without stored responses', async (method, path) => {
  const asked = request(path, '{}', method);
  const read = async () =>
    method === 'GET' ? openAiDialect.readQuestion(asked) : openAiDialect.readPrediction(asked);
  const error = await rejectedBy(read());
  expect([error.code, error.facts.status]).toEqual(['OPERATION_NOT_FOUND', 404]);
  expect(error.message).toContain('`store: false`');
});

test.each(['', '{', '[]', '"x"', '{"model":"a","model":"b"}', '{"__proto__":{}}'])(
  'the body %j is refused before any decision',
  async (body) => {
    expect(['INVALID_JSON', 'INVALID_REQUEST']).toContain((await rejectedBy(chat(body))).code);
  },
);

const TYPES: Partial<Record<GatewayErrorCode, string>> = {
  CALLER_NOT_AUTHENTICATED: 'invalid_request_error',
  INVALID_JSON: 'invalid_request_error',
  NOT_GRANTED: 'invalid_request_error',
  OPERATION_NOT_FOUND: 'invalid_request_error',
  PAYLOAD_TOO_LARGE: 'invalid_request_error',
  STREAMS_EXHAUSTED: 'rate_limit_error',
  VERTEX_RATE_LIMITED: 'rate_limit_error',
  VERTEX_UNAVAILABLE: 'service_unavailable_error',
  VERTEX_FAILED: 'server_error',
  VERTEX_TIMEOUT: 'server_error',
  UNSUPPORTED_PARAMETER: 'invalid_request_error',
  INTERNAL: 'server_error',
};

test.each(Object.entries(TYPES))('%s is of the type %s, as at the edge', (code, type) => {
  const error = new GatewayError(code as GatewayErrorCode, 'A sentence.');
  expect(writeOpenAiError(error)).toEqual({
    contentType: 'application/json',
    body: JSON.stringify({ error: { message: 'A sentence.', type, param: null, code } }),
  });
});

test('an error names the first parameter that is wrong', () => {
  const violations = [
    { field: 'input[1]', description: 'must be text' },
    { field: 'dimensions', description: 'too small' },
  ];
  const { body } = writeOpenAiError(new GatewayError('INVALID_REQUEST', 'It is wrong.', { violations }));
  expect(JSON.parse(body)).toMatchObject({ error: { param: 'input[1]' } });
});

test('a violation of no parameter names none', () => {
  const violations = [{ field: '', description: 'Unknown name "labels": Cannot find field.' }];
  const { body } = writeOpenAiError(
    new GatewayError('VERTEX_INVALID_ARGUMENT', 'It is wrong.', { violations }),
  );
  expect(JSON.parse(body)).toMatchObject({ error: { param: null } });
});

test('every code has a type of OpenAI’s', () => {
  for (const code of Object.keys(CODES) as GatewayErrorCode[]) {
    const { error } = JSON.parse(writeOpenAiError(new GatewayError(code, 'It failed.')).body) as {
      error: { type: string };
    };
    expect(error.type).toMatch(
      /^(invalid_request_error|rate_limit_error|service_unavailable_error|server_error)$/,
    );
  }
});
