import type { EndpointResource, ModelResource } from '../../../src/governance/call-target.ts';
import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import type { BytesPayload, VertexRequest } from '../../../src/prediction/prediction.ts';
import { vertexDialect } from '../../../src/dialects/vertex-dialect.ts';
import { authorizedCall } from './authorized-call.ts';
import { rejectedBy } from '../thrown-by.ts';

const PARENT = 'projects/sample-project/locations/us-central1';
const GEMINI = 'publishers/google/models/gemini-3.5-flash';
const CLAUDE = 'publishers/anthropic/models/claude-haiku-4-5';
const ENDPOINT = 'endpoints/1234567890';
const CONTENTS = '{"contents" : {"parts":{"text":"Hi \\u00e9"}}, "n": 1.0}';
const INSTANCES = '{ "instances":[ {"content":"x"} ], "big": 12345678901234567890 }';
const TENSORS = '{"inputs":[{"dtype":"FLOAT","shape":[1]}]}';
const CLAUDE_BODY =
  '{"anthropic_version":"vertex-2023-10-16","messages":[{"role":"user","content":"Hi"}],"max_tokens":5}';
const CLAUDE_STREAM = CLAUDE_BODY.replace('{', '{"stream":true,');
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Headers that a caller may try to send on to Google. */
const HEADERS: Readonly<Record<string, string>> = {
  authorization: 'Bearer caller',
  'ocp-apim-subscription-key': 'key',
  'x-goog-api-key': 'key',
  'api-key': 'key',
  'x-goog-user-project': 'other-project',
  'x-goog-request-params': 'endpoint=other',
  'x-vertex-ai-labels': 'team=other',
  'x-forwarded-for': '10.0.0.1',
  cookie: 'a=b',
  'user-agent': 'client',
  'content-type': 'application/json; charset=utf-8',
  traceparent: TRACEPARENT,
  'x-vertex-ai-llm-request-type': 'shared',
  'anthropic-beta': 'context-1m-2025-08-07',
};
const COMMON = { traceparent: TRACEPARENT, 'x-vertex-ai-llm-request-type': 'shared' };
const WITH_BETA = { ...COMMON, 'anthropic-beta': 'context-1m-2025-08-07' };
const CONTENT_TYPE = { 'content-type': 'application/json; charset=utf-8' };

interface Sent {
  readonly payload: BytesPayload;
  readonly request: VertexRequest;
  readonly text: string;
}

/** The request to Vertex AI for a call that is granted as requested. */
async function send(
  path: string,
  body: string,
  {
    query = '',
    headers = HEADERS,
    resource: granted,
  }: {
    readonly query?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly resource?: ModelResource | EndpointResource;
  } = {},
): Promise<Sent> {
  const { payload, resource } = await vertexDialect.readPrediction({
    method: 'POST',
    path: `v1beta1/${PARENT}/${path}`,
    query: new URLSearchParams(query),
    header: (name) => headers[name] ?? null,
    body: Buffer.from(body),
  });
  if (payload.kind !== 'bytes') throw new Error('not passed as bytes');
  const known = granted ?? resource;
  if (known.kind === 'name' || known.kind === 'any') throw new Error('an alias stands for nothing here');
  const request = payload.request(grant(known));
  return { payload, request, text: Buffer.from(request.body ?? []).toString() };
}

function grant(resource: ModelResource | EndpointResource): AuthorizedCall {
  return authorizedCall({ resource });
}

test.each<
  [path: string, body: string, query: string, format: string, framing: string | undefined, headers: object]
>([
  [`${GEMINI}:generateContent`, CONTENTS, '', 'gemini', undefined, COMMON],
  [`${GEMINI}:streamGenerateContent`, CONTENTS, '', 'gemini', 'json-array', COMMON],
  [`${GEMINI}:streamGenerateContent`, CONTENTS, '?alt=sse', 'gemini', 'sse', COMMON],
  [`${ENDPOINT}:streamGenerateContent`, CONTENTS, '?alt=sse', 'gemini', 'sse', COMMON],
  [`${GEMINI}:countTokens`, CONTENTS, '', 'opaque', undefined, COMMON],
  [`${GEMINI}:countTokens`, INSTANCES, '', 'opaque', undefined, COMMON],
  [`${GEMINI}:computeTokens`, CONTENTS, '', 'opaque', undefined, COMMON],
  [`${GEMINI}:embedContent`, '{"content":{"parts":[{"text":"x"}]}}', '', 'gemini', undefined, COMMON],
  [`${GEMINI}:predict`, INSTANCES, '', 'predictions', undefined, COMMON],
  [`${GEMINI}:predictLongRunning`, INSTANCES, '', 'opaque', undefined, COMMON],
  [`${ENDPOINT}:explain`, INSTANCES, '', 'predictions', undefined, COMMON],
  [`${ENDPOINT}:directPredict`, TENSORS, '', 'opaque', undefined, COMMON],
  [`${ENDPOINT}:directRawPredict`, TENSORS, '', 'opaque', undefined, COMMON],
  [`${ENDPOINT}:serverStreamingPredict`, TENSORS, '', 'opaque', 'json-array', COMMON],
  [`${ENDPOINT}:serverStreamingPredict`, TENSORS, '?alt=sse', 'opaque', 'sse', COMMON],
  [`${ENDPOINT}:rawPredict`, INSTANCES, '', 'shaped', undefined, { ...WITH_BETA, ...CONTENT_TYPE }],
  [`${ENDPOINT}:streamRawPredict`, TENSORS, '', 'shaped', 'raw', { ...WITH_BETA, ...CONTENT_TYPE }],
  [`${CLAUDE}:rawPredict`, CLAUDE_BODY, '', 'anthropic', undefined, WITH_BETA],
  [`${CLAUDE}:streamRawPredict`, CLAUDE_STREAM, '', 'anthropic', 'sse', WITH_BETA],
  [`${CLAUDE}:streamRawPredict`, CLAUDE_BODY, '', 'anthropic', undefined, WITH_BETA],
  ['publishers/mistralai/models/m:rawPredict', '{"messages":[]}', '', 'shaped', undefined, WITH_BETA],
  ['publishers/mistralai/models/m:streamRawPredict', '{"messages":[]}', '', 'shaped', 'raw', WITH_BETA],
])(
  '%s with %s%s goes on as it came, to the same place',
  async (path, body, query, format, framing, headers) => {
    const { payload, request, text } = await send(path, body, { query });
    expect([payload.format, payload.framing]).toEqual([format, framing]);
    expect([request.method, request.path]).toEqual(['POST', `/v1beta1/${PARENT}/${path}${query}`]);
    expect(request.headers).toEqual(headers);
    expect(text).toBe(body);
  },
);

test('of the query, only the framing of a stream is sent on', async () => {
  for (const query of [
    '$alt=json&key=secret&alt=json',
    '$alt=sse&x=%0d%0a&prettyPrint=false',
    'alt=sse&$alt=sse',
  ]) {
    const { request, payload } = await send(`${GEMINI}:streamGenerateContent`, CONTENTS, { query });
    const isEvents = query.includes('sse');
    expect(request.path).toBe(
      `/v1beta1/${PARENT}/${GEMINI}:streamGenerateContent${isEvents ? '?alt=sse' : ''}`,
    );
    expect(payload.framing).toBe(isEvents ? 'sse' : 'json-array');
  }
  const query = 'alt=json&$alt=json;enum-encoding=int&key=x';
  expect((await send(`${GEMINI}:generateContent`, CONTENTS, { query })).request.path).toBe(
    `/v1beta1/${PARENT}/${GEMINI}:generateContent`,
  );
});

test.each(['alt=sse', '$alt=sse;enum-encoding=int'])(
  'an answer that does not stream becomes one event by %s, of which Vertex AI is not asked',
  async (query) => {
    const { request, payload } = await send(`${GEMINI}:generateContent`, CONTENTS, { query });
    expect(request.path).toBe(`/v1beta1/${PARENT}/${GEMINI}:generateContent`);
    expect([payload.framing, payload.rewrite?.contentType]).toEqual([undefined, 'text/event-stream']);
    const event = await payload.rewrite?.whole?.(Buffer.from('{\n  "a": "b\\n"\n}\n'), authorizedCall());
    expect(Buffer.from(event ?? []).toString()).toBe('data: {\ndata:   "a": "b\\n"\ndata: }\r\n\r\n');
  },
);

test.each([
  ['streamGenerateContent', 'alt=proto', ['alt']],
  ['streamGenerateContent', '$alt=media', ['$alt']],
  ['streamGenerateContent', 'alt=sse&$alt=json', ['$alt']],
  ['streamGenerateContent', 'alt=sse&alt=json', ['$alt']],
  ['streamGenerateContent', 'alt=', ['alt']],
  ['streamGenerateContent', 'fields=candidates&alt=sse', ['fields']],
  ['generateContent', '$fields=a&callback=b&$callback=c', ['$fields', 'callback', '$callback']],
  ['generateContent', 'alt=media', ['alt']],
  ['countTokens', '$alt=sse&alt=json', ['$alt']],
  ['predict', 'alt=proto', ['alt']],
])('%s?%s is refused by the names of its parameters', async (verb, query, fields) => {
  const { code, violations } = await rejectedBy(send(`${GEMINI}:${verb}`, CONTENTS, { query }));
  expect([code, violations.map(({ field }) => field)]).toEqual(['INVALID_REQUEST', fields]);
});

test('raw calls and chats stream as their body says, whatever form the query asks for', async () => {
  for (const query of ['alt=sse', '$alt=json'])
    expect((await send(`${CLAUDE}:streamRawPredict`, CLAUDE_STREAM, { query })).payload.framing).toBe('sse');
});

test('null in the place of the model is no other model than the path’s', async () => {
  const body =
    '{"model":null,"contents":[{"role":null,"parts":[{"text":"a"}]}],"cachedContent":null,"labels":null}';
  expect((await send(`${GEMINI}:generateContent`, body)).request.path).toContain(`${GEMINI}:generateContent`);
});

test('a Claude message that asks for a stream is one, whichever the operation', async () => {
  expect((await send(`${CLAUDE}:rawPredict`, CLAUDE_STREAM)).payload.framing).toBe('sse');
});

test.each([
  [
    `${GEMINI}:generateContent`,
    '{"contents":[{}], "labels" : {"team":"other"} ,"x":1.0}',
    '{"contents":[{}],"x":1.0}',
  ],
  [`${GEMINI}:predict`, '{"l\\u0061bels":{"a":"b"},"instances":[1]}', '{"instances":[1]}'],
  [
    `${GEMINI}:streamGenerateContent`,
    '{"contents":[{}],"labels":{},"toString":1,"constructor":{"labels":2}}',
    '{"contents":[{}],"toString":1,"constructor":{"labels":2}}',
  ],
])('a caller’s labels of %s are taken out, and nothing else', async (path, body, expected) => {
  expect((await send(path, body)).text).toBe(expected);
});

test('a body of bytes for an endpoint has its instances checked, if any', async () => {
  for (const verb of ['explain', 'rawPredict']) {
    const { checked } = (await send(`${ENDPOINT}:${verb}`, INSTANCES)).payload;
    expect(checked?.instances.toJson()).toEqual([{ content: 'x' }]);
  }
  expect((await send(`${ENDPOINT}:rawPredict`, '{"inputs":[1]}')).payload.checked).toBeUndefined();
});

test('a custom container gets a body that is not JSON, with its content type', async () => {
  const { request, text } = await send(`${ENDPOINT}:rawPredict`, '\u0000a,b\n', {
    headers: { 'content-type': 'text/csv; header=absent' },
  });
  expect(request.headers).toEqual({ 'content-type': 'text/csv; header=absent' });
  expect(text).toBe('\u0000a,b\n');
});

test('a header of the wrong form does not go on', async () => {
  const headers = { traceparent: '00-0af7-01' };
  expect((await send(`${CLAUDE}:rawPredict`, CLAUDE_BODY, { headers })).request.headers).toEqual({});
});

test('tokens of Claude are counted under their own name, without betas', async () => {
  const body = '{"model":"claude-haiku-4-5","messages":[{"role":"user","content":"Hi"}], "n":1.0}';
  const { request, text, payload } = await send('publishers/anthropic/models/count-tokens:rawPredict', body);
  expect(request.path).toBe(`/v1beta1/${PARENT}/publishers/anthropic/models/count-tokens:rawPredict`);
  expect(request.headers).toEqual({ traceparent: TRACEPARENT });
  expect(payload.format).toBe('opaque');
  expect(text).toBe(body);
});

test('an alias of Claude is counted as the model that it stands for', async () => {
  const resource = { kind: 'model', publisher: 'anthropic', model: 'claude-haiku-4-5' } as const;
  const body = '{"messages":[],"model":"claude-haiku-4-5@20251001", "n":1.0}';
  expect((await send('publishers/anthropic/models/count-tokens:rawPredict', body, { resource })).text).toBe(
    '{"messages":[],"model":"claude-haiku-4-5", "n":1.0}',
  );
});

test('a prediction of an endpoint that is large goes on as the bytes that came, and is checked like a small one', async () => {
  const body = JSON.stringify({ instances: Array.from({ length: 20_000 }, () => 0.5), parameters: { a: 1 } });
  const { request, text, payload } = await send(`${ENDPOINT}:predict`, body);
  expect(request.path).toBe(`/v1beta1/${PARENT}/${ENDPOINT}:predict`);
  expect(payload.format).toBe('predictions');
  expect(text).toBe(body);
  expect(payload.checked?.instances.length).toBe(20_000);
  expect(payload.checked?.parameters?.toJson()).toEqual({ a: 1 });
});

test.each([
  [`${ENDPOINT}:predict`, 10_485_760],
  [`${ENDPOINT}:rawPredict`, 10_485_760],
  ['batchPredictionJobs', 262_144],
  ['cachedContents', 14_680_064],
])('%s takes at most %d bytes', async (path, bytes) => {
  const body = `{"model":"${GEMINI}","instances":["${' '.repeat(bytes)}"]}`;
  const error = await rejectedBy(send(path, body));
  expect(error.code).toBe('PAYLOAD_TOO_LARGE');
  expect(error.message).toContain(`larger than ${bytes} bytes`);
});

const VEO = 'publishers/google/models/veo-3.1';

test.each([
  '',
  'op_1',
  `${VEO}/operations/1`,
  `${PARENT}/operations/1`,
  `${PARENT}/${GEMINI}/operations/1`,
  `${PARENT}/${VEO}/operations/`,
  `${PARENT}/${VEO}/operations/1/operations/2`,
  `${PARENT}/${VEO}/operations/1/`,
  `${PARENT}/${VEO}/operations/..`,
  `${PARENT}/${VEO}/operations/1?x=y`,
  `${PARENT}/${VEO}/operations/1%2f2`,
  `${PARENT}/${VEO}/operations/1\n`,
  `${PARENT}/${VEO}/operations/${'1'.repeat(129)}`,
  `/${PARENT}/${VEO}/operations/1`,
  `projects/other-project/locations/us-central1/${VEO}/operations/1`,
  `projects/12a/locations/us-central1/${VEO}/operations/1`,
  `projects/sample-project/locations/europe-west4/${VEO}/operations/1`,
  `projects/sample-project/../sample-project/locations/us-central1/${VEO}/operations/1`,
  `projects//locations/us-central1/${VEO}/operations/1`,
])('a name of another operation, %j, is refused', async (operationName) => {
  const error = await rejectedBy(send(`${VEO}:fetchPredictOperation`, JSON.stringify({ operationName })));
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field: 'operationName' }] });
  if (operationName.length > 5) expect(error.message).not.toContain(operationName);
});

test.each([
  [`${GEMINI}:generateContent`, '{}', 'contents'],
  [`${GEMINI}:generateContent`, '{"contents":[{"parts":"x"}]}', 'contents[0].parts'],
  [`${GEMINI}:embedContent`, '{"contents":[{}]}', 'content'],
  [`${GEMINI}:predict`, '{"instances":{}}', 'instances'],
  [`${ENDPOINT}:explain`, '{"instances":[]}', 'instances'],
  [`${VEO}:predictLongRunning`, '{"prompt":"x"}', 'instances'],
  [`${VEO}:fetchPredictOperation`, '{"operationName":"x","more":1}', 'more'],
  [`${CLAUDE}:rawPredict`, '{"messages":[{"role":"user"}]}', 'anthropic_version'],
  [`${CLAUDE}:streamRawPredict`, '{"anthropic_version":"vertex-2023-10-16","messages":[]}', 'messages'],
  ['endpoints/openapi/chat/completions', '{"model":"google/gemini-3.5-flash"}', 'messages'],
  [`${ENDPOINT}:directPredict`, '[]', 'body'],
])('%s with %s is refused with the place of what is wrong', async (path, body, field) => {
  const error = await rejectedBy(send(path, body));
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field }] });
});
