import { gatewayDialect } from '../../../src/dialects/gateway-dialect.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { Question } from '../../../src/questions/question.ts';
import { rejectedBy } from '../thrown-by.ts';

async function read(method: string, path: string, body: unknown = ''): Promise<Question> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return gatewayDialect.readQuestion({
    method,
    path,
    query: new URLSearchParams(),
    header: () => null,
    body: Buffer.from(text),
  });
}

function explain(asked: unknown): Promise<Question> {
  return read('POST', 'v1/policy:explain', asked);
}

const PATH = '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict';

test.each(['whoami', 'models'])('reads the question %s', async (operation) => {
  expect(await read('GET', `v1/${operation}`)).toEqual({ operation });
});

test('reads the target of a call', async () => {
  expect(await explain({ method: 'POST', path: PATH })).toEqual({
    operation: 'policy:explain',
    call: expect.objectContaining({
      project: 'sample-project',
      location: 'us-central1',
      operation: 'predict',
      resource: { kind: 'endpoint', endpoint: '1234567890' },
    }) as unknown,
  });
});

const PARENT = '/vertex/v1/projects/sample-project/locations/us-east5';

test.each([
  [`${PARENT}/publishers/anthropic/models/count-tokens:rawPredict`, 'claude-sonnet-5-5', 'countTokens'],
  [`${PARENT}/batchPredictionJobs`, 'publishers/google/models/gemini-3.5-flash', 'batchPredict'],
  [`${PARENT}/cachedContents`, 'publishers/google/models/gemini-3.5-flash', 'cacheContent'],
  [`${PARENT}/endpoints/openapi/chat/completions`, 'google/gemini-3.5-flash', 'chatCompletions'],
])('reads the model of %s from the body', async (path, model, operation) => {
  const call = { operation, resource: { kind: 'model' } };
  expect(await explain({ method: 'POST', path, body: { model } })).toMatchObject({ call });
  expect(await explain({ method: 'POST', path })).toMatchObject({ call: { code: 'INVALID_REQUEST' } });
});

test('the query of a call is ignored', async () => {
  expect(await explain({ method: 'POST', path: `${PATH}?alt=sse#x` })).toEqual(
    await explain({ method: 'POST', path: PATH }),
  );
});

test.each([
  ['POST', '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1:fly', 'OPERATION_NOT_FOUND'],
  ['PUT', PATH, 'OPERATION_NOT_FOUND'],
  ['POST', '/vertex/', 'OPERATION_NOT_FOUND'],
  ['POST', PATH.replace('us-central1', 'us%252Dcentral1'), 'INVALID_PATH'],
  ['POST', PATH.replace('us-central1', '%ff'), 'INVALID_PATH'],
])('a call that would be refused, %s %s, becomes its error', async (method, path, code) => {
  const question = await explain({ method, path });
  expect(question).toMatchObject({ operation: 'policy:explain', call: { code } });
  expect(question).toHaveProperty('call', expect.any(GatewayError));
});

test.each([
  ['', 'INVALID_JSON', undefined],
  ['{"method":"POST","method":"GET"}', 'INVALID_JSON', 'method'],
  [{ method: 'POST' }, 'INVALID_REQUEST', 'path'],
  [{ method: 'post', path: PATH }, 'INVALID_REQUEST', 'method'],
  [{ method: 'POST', path: PATH.replace('/vertex', '') }, 'INVALID_REQUEST', 'path'],
  [{ method: 'GET', path: '/gateway/v1/models' }, 'INVALID_REQUEST', 'path'],
  [{ method: 'POST', path: '/openai' }, 'INVALID_REQUEST', 'path'],
  [{ method: 'POST', path: PATH, application: 'scoring-app' }, 'INVALID_REQUEST', 'application'],
  [[], 'INVALID_REQUEST', 'body'],
])('refuses the question %j', async (body, code, field) => {
  const error = await rejectedBy(explain(body));
  expect([error.code, error.violations[0]?.field]).toEqual([code, field]);
});

test.each([
  ['POST', 'v1/whoami'],
  ['GET', 'v1/policy:explain'],
  ['GET', 'v2/models'],
  ['GET', ''],
])('%s %s is no operation, and the error says which there are', async (method, path) => {
  const error = await rejectedBy(read(method, path));
  expect(error.code).toBe('OPERATION_NOT_FOUND');
  expect(error.message).toContain('GET v1/whoami');
});

test('an error is a problem document', () => {
  const error = new GatewayError('INVALID_REQUEST', 'The body is not valid.', {
    violations: [{ field: 'path', description: 'is missing' }],
  });
  const { contentType, body } = gatewayDialect.writeError(error, 'request-1', 'v1/whoami');
  expect(contentType).toBe('application/problem+json');
  expect(JSON.parse(body)).toEqual({
    type: '/errors/invalid-request',
    title: 'Invalid request',
    status: 400,
    detail: 'The body is not valid.',
    instance: '/requests/request-1',
    code: 'INVALID_REQUEST',
    violations: [{ field: 'path', description: 'is missing' }],
  });
});

test('an error without violations has none', () => {
  const { body } = gatewayDialect.writeError(
    new GatewayError('INTERNAL', 'Sorry.'),
    'request-1',
    'v1/whoami',
  );
  expect(JSON.parse(body)).not.toHaveProperty('violations');
});
