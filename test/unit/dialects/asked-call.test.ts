import { readAskedCall } from '../../../src/dialects/asked-call.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { PlaceVerdict } from '../../../src/governance/judge-place.ts';
import { jsonOf } from '../json-of.ts';
import { authorizedCall } from './authorized-call.ts';
import { thrownBy } from '../thrown-by.ts';

const JOBS = '/vertex/v1/projects/sample-project/locations/us-central1/batchPredictionJobs';
const MEDIA = '/vertex/v1/projects/sample-project/locations/us-central1/publishers/google/models/veo';
const ENDPOINT = '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890';

async function read(path: string, body?: unknown, method = 'POST') {
  return readAskedCall({ method, path, ...(body !== undefined && { body: jsonOf(body) }) });
}

const CLAUDE = { kind: 'model', publisher: 'anthropic' };

test.each<[string, unknown, string, object]>([
  [
    '/openai/v1/chat/completions',
    { model: 'gemini-fast' },
    'chatCompletions',
    { kind: 'name', name: 'gemini-fast' },
  ],
  [
    '/openai/v1/chat/completions?x=1#y',
    { model: 'google/gemini-3.5-flash', messages: 'whatever' },
    'chatCompletions',
    { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' },
  ],
  [
    '/openai/v1/embeddings',
    { model: 'text-embedding-005' },
    'predict',
    { kind: 'name', name: 'text-embedding-005' },
  ],
  [
    '/openai/v1/images/generations',
    { model: 'gemini-3.1-flash-image' },
    'generateContent',
    { kind: 'name', name: 'gemini-3.1-flash-image' },
  ],
  [
    '/anthropic/v1/messages',
    { model: 'claude-sonnet-5-5' },
    'rawPredict',
    { ...CLAUDE, model: 'claude-sonnet-5-5' },
  ],
  [
    '/anthropic/v1/messages?beta=true',
    { model: 'claude-haiku-4-5-20251001', stream: true },
    'streamRawPredict',
    { ...CLAUDE, model: 'claude-haiku-4-5-20251001' },
  ],
  [
    '/anthropic/v1/messages/count_tokens',
    { model: 'claude-sonnet-5-5', stream: true },
    'countTokens',
    { ...CLAUDE, model: 'claude-sonnet-5-5' },
  ],
])('reads what %s would reach for from the body', async (path, body, operation, resource) => {
  expect(await read(path, body)).toMatchObject({
    project: undefined,
    location: undefined,
    operation,
    resource,
  });
});

test('a full name in a body says where', async () => {
  const model =
    'projects/sample-project/locations/europe-west4/publishers/google/models/gemini-3.1-pro-preview';
  expect(await read('/openai/v1/chat/completions', { model })).toMatchObject({
    project: 'sample-project',
    location: 'europe-west4',
    resource: { kind: 'model', model: 'gemini-3.1-pro-preview' },
  });
});

test.each([
  [false, 'generateContent', ['rawPredict']],
  [true, 'streamGenerateContent', ['streamRawPredict']],
])(
  'a response with stream %s has the operations of both vendors, and its tools are judged',
  async (stream, ...all) => {
    const tools = [{ type: 'function', name: 'look_up' }];
    const call = await read('/openai/v1/responses', { model: 'gemini-fast', stream, tools });
    expect(call).toMatchObject({
      operation: all[0],
      otherOperations: all[1],
      resource: { kind: 'name', name: 'gemini-fast' },
    });
    if (!('operation' in call)) throw new Error('no call');
    const refused = thrownBy(() => call.check?.(authorizedCall({ operation: all[0] })));
    expect(refused).toMatchObject({ code: 'TOOL_NOT_ALLOWED', violations: [{ field: 'tools[0].name' }] });
  },
);

test.each(['/openai/v1/models', '/openai/v1/models/gemini-3.5-flash'])(
  '%s is a question to the gateway itself',
  async (path) => {
    expect(await read(path, undefined, 'GET')).toEqual({ question: 'models' });
  },
);

test.each<[string, string, unknown, string, string | undefined]>([
  ['POST', '/openai/v1/chat/completions', undefined, 'INVALID_REQUEST', 'model'],
  ['POST', '/openai/v1/chat/completions', { model: 7 }, 'INVALID_REQUEST', 'model'],
  ['POST', '/openai/v1/chat/completions', { model: 'a/../b' }, 'INVALID_REQUEST', 'model'],
  ['POST', '/openai/v1/chat/completions', [], 'INVALID_REQUEST', 'body'],
  ['POST', '/openai/v1/responses', undefined, 'INVALID_REQUEST', 'model'],
  ['POST', '/openai/v1/responses/resp_1/cancel', undefined, 'OPERATION_NOT_FOUND', undefined],
  ['POST', '/openai/v1/models', undefined, 'OPERATION_NOT_FOUND', undefined],
  ['GET', '/openai/v1/chat/completions', undefined, 'OPERATION_NOT_FOUND', undefined],
  ['POST', '/openai/v1/%63hat/completions', undefined, 'OPERATION_NOT_FOUND', undefined],
  ['POST', '/anthropic/v1/messages', {}, 'INVALID_REQUEST', 'model'],
  ['POST', '/anthropic/v1/messages', { model: 'gemini/flash' }, 'INVALID_REQUEST', 'model'],
  [
    'POST',
    '/anthropic/v1/messages',
    { model: 'claude-sonnet-5-5', stream: 'yes' },
    'INVALID_REQUEST',
    'stream',
  ],
  ['GET', '/anthropic/v1/messages', undefined, 'OPERATION_NOT_FOUND', undefined],
  ['POST', '/anthropic/', undefined, 'OPERATION_NOT_FOUND', undefined],
])('%s %s with %j would be refused', async (method, path, body, code, field) => {
  const call = await read(path, body, method);
  expect(call).toBeInstanceOf(GatewayError);
  expect(call).toMatchObject({ code, violations: field === undefined ? [] : [{ field }] });
});

/** The error that `check` throws for an allowed call; undefined for none. */
async function check(path: string, body: unknown, verdict: PlaceVerdict = 'not-allowed'): Promise<unknown> {
  const call = await read(path, body);
  if (!('operation' in call)) return call;
  try {
    return call.check?.(authorizedCall({ judgePlace: () => verdict }));
  } catch (error) {
    return error;
  }
}

const GCS = {
  inputConfig: { gcsSource: { uris: ['gs://own/a', 'gs://other/b'] } },
  outputConfig: { gcsDestination: { outputUriPrefix: 'gs://own/out' } },
};
const BIGQUERY = {
  inputConfig: { bigquerySource: { inputUri: 'bq://a-project.b.c' } },
  outputConfig: { bigqueryDestination: { outputUri: 'bq://a-project.b' } },
};
const VIDEO = { parameters: { storageUri: 'gs://other/videos' } };

test.each<[string, string, object, string[]]>([
  [
    'files of a job',
    JOBS,
    { model: 'gemini-fast', ...GCS },
    [
      'inputConfig.gcsSource.uris[0]',
      'inputConfig.gcsSource.uris[1]',
      'outputConfig.gcsDestination.outputUriPrefix',
    ],
  ],
  [
    'tables of a job',
    JOBS,
    { model: 'gemini-fast', ...BIGQUERY },
    ['inputConfig.bigquerySource.inputUri', 'outputConfig.bigqueryDestination.outputUri'],
  ],
  [
    'one file of a job',
    JOBS,
    { model: 'a', inputConfig: { gcsSource: { uris: 'gs://own/a' } } },
    ['inputConfig.gcsSource.uris'],
  ],
  ['videos', `${MEDIA}:predictLongRunning`, VIDEO, ['parameters.storageUri']],
  ['images', `${MEDIA}:predict`, VIDEO, ['parameters.storageUri']],
  ['what a model understands under another verb', `${MEDIA}:rawPredict`, VIDEO, ['parameters.storageUri']],
  ['what a container may read in Google’s storage', `${ENDPOINT}:predict`, VIDEO, ['parameters.storageUri']],
  ['what a raw call tells a container', `${ENDPOINT}:rawPredict`, VIDEO, ['parameters.storageUri']],
  ['videos of an endpoint', `${ENDPOINT}:predictLongRunning`, VIDEO, ['parameters.storageUri']],
])('the place of %s is judged', async (_name, path, body, fields) => {
  expect(await check(path, body)).toMatchObject({
    code: 'STORAGE_NOT_ALLOWED',
    violations: fields.map((field) => ({ field })),
  });
  expect(await check(path, body, 'malformed')).toMatchObject({ code: 'INVALID_REQUEST' });
  expect(await check(path, body, 'allowed')).toBeUndefined();
});

test.each<[string, string, unknown]>([
  ['a job that names no place', JOBS, { model: 'gemini-fast' }],
  [
    'a job whose lists are empty',
    JOBS,
    { model: 'a', inputConfig: { gcsSource: { uris: [] } }, outputConfig: null },
  ],
  ['a call without a body', `${MEDIA}:predict`, undefined],
  ['parameters that are none', `${MEDIA}:predict`, { parameters: null }],
  ['a prompt that is one', `${MEDIA}:generateContent`, { contents: { parts: { text: 'gs://other/a' } } }],
])('%s has nothing to judge', async (_name, path, body) => {
  expect(await check(path, body)).toBeUndefined();
});

test('a place that is no text is refused by its name', async () => {
  const body = { model: 'gemini-fast', inputConfig: { gcsSource: { uris: ['gs://own/a', 7] } } };
  expect(await check(JOBS, body, 'allowed')).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field: 'inputConfig.gcsSource.uris[1]', description: 'must be a text' }],
  });
});

test('members that an object merely inherits are none', async () => {
  expect(
    await check(JOBS, Object.assign(Object.create(GCS) as object, { model: 'gemini-fast' })),
  ).toBeUndefined();
});

test('embeddings are of text embedding models alone', async () => {
  const call = await read('/openai/v1/embeddings', { model: 'imagen' });
  const resource = (model: string) =>
    authorizedCall({ resource: { kind: 'model', publisher: 'google', model } });
  expect(() => {
    if ('operation' in call) call.check?.(resource('imagen-4.0-generate-001'));
  }).toThrow('must be a text embedding model');
  expect(() => {
    if ('operation' in call) call.check?.(resource('text-embedding-005'));
  }).not.toThrow();
});

test('images are of models of images alone', async () => {
  const call = await read('/openai/v1/images/generations', { model: 'gemini-fast' });
  if (!('operation' in call)) throw new Error('no call');
  expect(() => call.check?.(authorizedCall())).toThrow('must be a model of images');
});

test.each([
  ['/openai/v1/chat/completions', { model: 'gemini-fast', service_tier: 'flex' }],
  ['/openai/v1/responses', { model: 'gemini-fast', service_tier: 'flex' }],
  [
    '/vertex/v1/projects/sample-project/locations/global/publishers/google/models/gemini-fast:generateContent',
    { serviceTier: 'SERVICE_TIER_FLEX' },
  ],
])('the service tier in a body of %s is part of the question', async (path, body) => {
  expect(await read(path, body)).toMatchObject({ serviceTier: 'flex' });
});

test('a tier that Vertex AI does not have is the error that the call would get', async () => {
  const asked = await read('/openai/v1/chat/completions', { model: 'gemini-fast', service_tier: 'turbo' });
  expect(asked).toMatchObject({ code: 'INVALID_REQUEST' });
});
