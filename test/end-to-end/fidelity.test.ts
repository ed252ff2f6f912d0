import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { RecordedRequest } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const PARENT = 'projects/sample-project/locations';
const GEMINI = `${PARENT}/us/publishers/google/models/gemini-3.5-flash`;
const CLAUDE = `${PARENT}/us/publishers/anthropic/models/claude-sonnet-5-5`;
const COUNT_CLAUDE = `${PARENT}/us/publishers/anthropic/models/count-tokens`;
const IRIS = `${PARENT}/us-central1/endpoints/1234567890`;
const TENSORS = `${PARENT}/us-central1/endpoints/3456789012`;
const CHAT = `${PARENT}/us/endpoints/openapi/chat/completions`;
const VEO = `${PARENT}/us-central1/publishers/google/models/veo-3.1-generate-001`;

const JSON_TYPE = 'application/json; charset=UTF-8';
const SSE_TYPE = 'text/event-stream';
const SECRET_TEXT = 'Quaggas';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Valid JSON that any reading and writing again would change. */
const ODD =
  ' "odd" : { "float":1.0, "exp":1E+2, "big":123456789012345678901234567890, "zero":-0.0,\r\n\t"esc":"\\u00e9é\\/😀", "empty":[ ] } ';

interface Operation {
  readonly application?: string;
  readonly path: string;
  /** A body that the emulator accepts, with unusual spacing and spelling. */
  readonly body: string;
  /** An answer that Vertex AI might give; a stream includes the facts of its last part. */
  readonly answer: string;
  readonly contentType?: string;
  readonly record: AuditRecord;
  /** The expected fields of the record for the emulator's own answer. */
  readonly measure?: (text: string) => AuditRecord;
}

const contents = `{ "contents":[ {"role":"user","parts":[ {"text":"${SECRET_TEXT} gr\\u00fc\\u00dfen é😀"} ] } ] }\r\n`;
const messages = `"messages" : [ {"role":"user", "content":"${SECRET_TEXT} gr\\u00fc\\u00dfen é😀"} ]`;
const claude = `{"anthropic_version":"vertex-2023-10-16", ${messages} ,"max_tokens" : 6.4e1 }`;
const tensor =
  '{"inputs" : [ {"dtype":"FLOAT","shape":["2","4"],"floatVal":[5.10,3.5,1.40,2e-1, 6.7,3.0,5.2,2.3]} ] }\n';
const flowers = '{"instances" : [ [5.10,3.5,1.40,2e-1] ,\n [6.7,3.0,5.2,2.3] ] }';

const geminiUsage =
  '"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":11,"totalTokenCount":25,"thoughtsTokenCount":7,"cachedContentTokenCount":3}';
const geminiRecord: AuditRecord = {
  inputTokens: 7,
  outputTokens: 18,
  totalTokens: 25,
  thinkingTokens: 7,
  cachedTokens: 3,
  finishReason: 'STOP',
  modelVersion: 'gemini-3.5-flash',
  usageCompleteness: 'complete',
};
const geminiPart = `{"candidates" : [{"content":{"parts":[{"functionCall":{"args":{"usageMetadata":{"totalTokenCount":9},"error":{}}}}]}}],${ODD}}`;
const geminiEnd = `{"candidates":[{"finishReason":"STOP"}] , "modelVersion":"gemini-3.5-flash",${geminiUsage}}`;

function measureGemini(text: string): AuditRecord {
  const found = [
    ...text.matchAll(/"(promptTokenCount|candidatesTokenCount|thoughtsTokenCount|totalTokenCount)": ?(\d+)/g),
  ];
  const last = (name: string) => Number(found.findLast((one) => one[1] === name)?.[2] ?? 0);
  return {
    inputTokens: last('promptTokenCount'),
    // Thoughts are output, too, which Gemini counts apart.
    outputTokens: last('candidatesTokenCount') + last('thoughtsTokenCount'),
    totalTokens: last('totalTokenCount'),
    finishReason: 'STOP',
    usageCompleteness: 'complete',
  };
}

const claudeUsage =
  '"usage":{"input_tokens":10,"cache_creation_input_tokens":1000,"cache_read_input_tokens":100,"output_tokens":7}';
const claudeRecord: AuditRecord = {
  inputTokens: 1110,
  outputTokens: 7,
  totalTokens: 1117,
  cachedTokens: 100,
  finishReason: 'end_turn',
  modelVersion: 'claude-sonnet-5-5',
  usageCompleteness: 'complete',
};
const claudeEvents = [
  `event: message_start\ndata: {"type":"message_start","message":{"type":"message","model":"claude-sonnet-5-5",${claudeUsage.replace(':7}', ':1}')}}}\n\n`,
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\"message_stop\\" \\u00e9é"}}\n\n',
  ': ping\n\n',
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
].join('');

function measureClaude(text: string): AuditRecord {
  const found = [...text.matchAll(/"(input_tokens|output_tokens)":(\d+)/g)];
  const inputTokens = Number(found.find((one) => one[1] === 'input_tokens')?.[2]);
  const outputTokens = Number(found.findLast((one) => one[1] === 'output_tokens')?.[2]);
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    usageCompleteness: 'complete',
  };
}

const chatUsage =
  '"usage":{"prompt_tokens":7,"completion_tokens":11,"total_tokens":18,"completion_tokens_details":{"reasoning_tokens":2}}';
const chatRecord: AuditRecord = {
  inputTokens: 7,
  outputTokens: 11,
  totalTokens: 18,
  thinkingTokens: 2,
  finishReason: 'stop',
  modelVersion: 'google/gemini-3.5-flash',
  usageCompleteness: 'complete',
};
const chatEvents = [
  `data: {"choices":[{"delta":{"content":"data: [DONE]"},"finish_reason":null}],${ODD}}\n\n`,
  'data: {"model":"google/gemini-3.5-flash","choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
  `data: {"model":"google/gemini-3.5-flash", "choices":[], ${chatUsage}}\n\n`,
  'data: [DONE]\n\n',
];

function measureChat(text: string): AuditRecord {
  const found = [...text.matchAll(/"(prompt_tokens|completion_tokens|total_tokens)": ?(\d+)/g)];
  const last = (name: string) => Number(found.findLast((one) => one[1] === name)?.[2]);
  return {
    inputTokens: last('prompt_tokens'),
    // Thoughts of Gemini are in the total alone.
    outputTokens: last('total_tokens') - last('prompt_tokens'),
    totalTokens: last('total_tokens'),
    usageCompleteness: 'complete',
  };
}

const OPERATIONS = {
  generateContent: {
    path: `${GEMINI}:generateContent`,
    body: contents,
    answer: `${geminiEnd.slice(0, -1)},${ODD}}\n\n`,
    record: geminiRecord,
    measure: measureGemini,
  },
  'a stream of events': {
    path: `${GEMINI}:streamGenerateContent?alt=sse`,
    body: contents,
    answer: `: hi\r\n\r\ndata: ${geminiPart.replaceAll(/[\r\n]/g, ' ')}\r\n\r\ndata:${geminiEnd}\r\n\r\n`,
    contentType: SSE_TYPE,
    record: geminiRecord,
    measure: measureGemini,
  },
  'a stream of an array': {
    path: `${GEMINI}:streamGenerateContent`,
    body: contents,
    answer: ` [${geminiPart}\n,\r\n${geminiEnd}\n]\n\n`,
    record: geminiRecord,
    measure: measureGemini,
  },
  countTokens: {
    path: `${GEMINI}:countTokens`,
    body: contents,
    answer: `{"totalTokens" : 7.0,${ODD}}`,
    record: { operation: 'countTokens' },
  },
  computeTokens: {
    path: `${GEMINI}:computeTokens`,
    body: contents,
    answer: `{"tokensInfo" : [ ],${ODD}}`,
    record: { operation: 'computeTokens' },
  },
  embedContent: {
    path: `${PARENT}/us/publishers/google/models/gemini-embedding-2:embedContent`,
    body: `{ "content":{"parts":[ {"text":"${SECRET_TEXT} \\u00e9"} ] } ,"outputDimensionality": 1.28e2 }`,
    answer: `{"embedding" : {"values":[0.10,-0.0]}, "usageMetadata":{"promptTokenCount":7,"totalTokenCount":7},${ODD}}`,
    record: { inputTokens: 7, totalTokens: 7 },
    measure: (text) => ({ inputTokens: Number(/"promptTokenCount": ?(\d+)/.exec(text)?.[1]) }),
  },
  'predict on a model': {
    path: `${PARENT}/us-central1/publishers/google/models/text-embedding-005:predict`,
    body: `{ "instances":[ {"content":"${SECRET_TEXT} \\u00e9"} ,{"content":"two"} ] }`,
    answer: `{"predictions" : [ {"embeddings":{"statistics":{"token_count":3.0},"values":[0.10]}}, {"embeddings":{"statistics":{"token_count":4}}} ],${ODD}}`,
    record: { inputTokens: 7, totalTokens: 7, instances: 2 },
    measure: (text) => {
      const counts = [...text.matchAll(/"token_count": ?(\d+)/g)].map(([, tokens]) => Number(tokens));
      return { inputTokens: counts.reduce((sum, one) => sum + one, 0), instances: 2 };
    },
  },
  predictLongRunning: {
    path: `${VEO}:predictLongRunning`,
    body: `{ "instances":[ {"prompt":"${SECRET_TEXT} \\u00e9"} ] }`,
    answer: `{"name" : "projects/x",${ODD}}`,
    record: { operation: 'predictLongRunning' },
  },
  'rawPredict of Claude': {
    path: `${CLAUDE}:rawPredict`,
    body: claude,
    answer: `{"type":"message","model":"claude-sonnet-5-5","stop_reason":"end_turn","content":[{"type":"tool_use","input":{"usage":{"output_tokens":9},"error":{}}}],${claudeUsage} ,${ODD}}`,
    record: claudeRecord,
    measure: measureClaude,
  },
  'streamRawPredict of Claude': {
    path: `${CLAUDE}:streamRawPredict`,
    body: claude.replace('"max_', '"stream":true ,"max_'),
    answer: claudeEvents,
    contentType: `${SSE_TYPE}; charset=utf-8`,
    record: claudeRecord,
    measure: measureClaude,
  },
  'a count of Claude’s tokens': {
    path: `${COUNT_CLAUDE}:rawPredict`,
    body: `{"model":"claude-sonnet-5-5" , ${messages} }`,
    answer: `{"input_tokens" : 7.0,${ODD}}`,
    record: { operation: 'countTokens', publisher: 'anthropic' },
  },
  'a chat completion': {
    path: CHAT,
    body: `{ "model" : "google/gemini-3.5-flash", ${messages} ,"temperature":1.0 }`,
    answer: `{"model":"google/gemini-3.5-flash","choices":[{"finish_reason":"stop","message":{"tool_calls":[{"function":{"arguments":"{\\"usage\\":{}}"}}]}}], ${chatUsage} ,${ODD}}`,
    record: chatRecord,
    measure: measureChat,
  },
  'a stream of a chat completion': {
    path: CHAT,
    body: `{ "model" : "google/gemini-3.5-flash", ${messages} ,"stream":true, "stream_options" : {"include_usage":true} }`,
    answer: chatEvents.join('').replaceAll('\r\n', ' '),
    contentType: SSE_TYPE,
    record: chatRecord,
    measure: measureChat,
  },
  explain: {
    application: 'scoring-app',
    path: `${IRIS}:explain`,
    body: flowers,
    answer: `{"explanations" : [ ], "predictions":[1.0,{}],"deployedModelId" : "42",${ODD}}`,
    record: { instances: 2, deployedModelId: '42' },
    measure: () => ({ instances: 2, deployedModelId: '2345678901234567890' }),
  },
  rawPredict: {
    application: 'scoring-app',
    path: `${IRIS}:rawPredict`,
    body: flowers,
    answer: '\ufeffnot,JSON\r\n"at" all é\u0000',
    contentType: 'text/csv; charset=utf-8; header=absent',
    record: { operation: 'rawPredict' },
  },
  streamRawPredict: {
    application: 'scoring-app',
    path: `${IRIS.replace('1234567890', '6789012345')}:streamRawPredict`,
    body: flowers,
    answer: 'not\nJSON "error" é\u0000',
    contentType: 'application/octet-stream',
    record: { operation: 'streamRawPredict' },
  },
  directPredict: {
    application: 'scoring-app',
    path: `${TENSORS}:directPredict`,
    body: tensor,
    answer: `{"outputs" : [ ],${ODD}}`,
    record: { operation: 'directPredict' },
  },
  directRawPredict: {
    application: 'scoring-app',
    path: `${TENSORS}:directRawPredict`,
    body: `{"methodName" : "/iris.Classifier/Predict", "input":"${Buffer.from('{"instances":[[5.1,3.5,1.4,0.2]]}').toString('base64')}" }`,
    answer: `{"output" : "AA\\u003d\\u003d",${ODD}}`,
    record: { operation: 'directRawPredict' },
  },
  'serverStreamingPredict of an array': {
    application: 'scoring-app',
    path: `${TENSORS}:serverStreamingPredict`,
    body: tensor,
    answer: `[ {"outputs" : [ ],${ODD}}\n,\n{"error":{"code":1.0}} ]`,
    record: { operation: 'serverStreamingPredict' },
  },
  'serverStreamingPredict of events': {
    application: 'scoring-app',
    path: `${TENSORS}:serverStreamingPredict?alt=sse`,
    body: tensor,
    answer: 'id: 1\ndata: {"outputs" : [ ]}\n\ndata: {"outputs":[1.0]}\n\n',
    contentType: SSE_TYPE,
    record: { operation: 'serverStreamingPredict' },
  },
} satisfies Record<string, Operation>;
const CASES: readonly [name: string, operation: Operation][] = Object.entries(OPERATIONS);

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

afterAll(() => observed.stop());

function call(
  { application = 'assistants-app', path }: Operation,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return observed.call({ application, path: `/vertex/v1/${path}`, body, headers });
}

/** The one request that Vertex AI received since the test began. */
async function received(): Promise<RecordedRequest> {
  const requests = await observed.chain.requests('vertex-ai');
  expect(requests).toHaveLength(1);
  const [first] = requests;
  if (!first) throw new Error('nothing was received');
  return first;
}

function bytesOf({ body, bodyEncoding }: RecordedRequest): string {
  return Buffer.from(body, bodyEncoding).toString('latin1');
}

/** With a member that the emulator would refuse, as Google refuses it; a fixed answer knows no such thing. */
function withOdd(body: string): string {
  return body.replace('{', `{${ODD},`);
}

function answerWith({ answer, contentType = JSON_TYPE }: Operation): Promise<unknown> {
  return observed.chain.inject('vertex-ai', {
    status: 200,
    body: answer,
    headers: { 'content-type': contentType },
  });
}

test.each(CASES)('the bytes of %s pass, both ways', async (_, operation) => {
  await answerWith(operation);
  const sent = withOdd(operation.body);
  const answer = await call(operation, sent);
  expect([answer.status, answer.headers['content-type']]).toEqual([200, operation.contentType ?? JSON_TYPE]);
  expect(answer.text).toBe(operation.answer);
  const request = await received();
  expect(request.path).toBe(`/v1/${operation.path}`);
  expect(bytesOf(request)).toBe(Buffer.from(sent).toString('latin1'));
  observed.whenRecorded(answer, {
    outcome: 'answered',
    requestBytes: Buffer.byteLength(sent),
    responseBytes: Buffer.byteLength(operation.answer),
    ...operation.record,
  });
});

test.each(CASES)(
  '%s is served as it is asked for, and its usage is that of the answer',
  async (_, operation) => {
    const answer = await call(operation, operation.body);
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    expect(bytesOf(await received())).toBe(Buffer.from(operation.body).toString('latin1'));
    observed.whenRecorded(answer, {
      outcome: 'answered',
      responseBytes: answer.bytes.length,
      ...operation.measure?.(answer.text),
    });
  },
);

const HOSTILE = {
  'x-goog-user-project': 'other-project',
  'x-goog-request-params': 'endpoint=other',
  'x-goog-api-client': 'client/1.0',
  'x-vertex-ai-labels': 'team=other',
  'x-vertex-ai-llm-request-type': 'shared',
  'anthropic-beta': 'context-1m-2025-08-07',
  'x-stainless-timeout': '60',
  'x-server-timeout': '60',
  'user-agent': 'client',
  cookie: 'session=caller',
  'accept-encoding': 'gzip',
  accept: 'text/plain',
  traceparent: TRACEPARENT,
};

test.each(CASES)('exactly the allowed headers of %s reach Vertex AI', async (_, operation) => {
  const { application = 'assistants-app' } = operation;
  await answerWith(operation);
  const answer = await call(operation, operation.body, HOSTILE);
  expect(answer.status).toBe(200);
  const { headers } = await received();
  const { authorization, host, connection, traceparent, ...rest } = headers;
  expect(authorization).toMatch(/^Bearer ya29\./);
  const dedicated = '6789012345.us-central1-548213907654.prediction.vertexai.goog';
  const [, location] = /locations\/([^/]+)/.exec(operation.path) ?? [];
  const shared =
    location === 'us' ? 'aiplatform.us.rep.googleapis.com' : `${location}-aiplatform.googleapis.com`;
  expect([host, connection]).toEqual([
    operation.path.includes('6789012345') ? dedicated : shared,
    expect.any(String),
  ]);
  // The edge and the host carry the trace on; it stays the caller's.
  expect(traceparent?.slice(0, 36)).toBe(TRACEPARENT.slice(0, 36));
  const isRaw = /:(stream)?rawPredict$/i.test(operation.path);
  const isCount = operation.path.includes('count-tokens');
  expect(rest).toEqual({
    'content-length': String(Buffer.byteLength(operation.body)),
    'content-type': 'application/json',
    ...(!isCount && { 'x-vertex-ai-llm-request-type': 'shared' }),
    ...(isRaw && !isCount && { 'anthropic-beta': HOSTILE['anthropic-beta'] }),
  });
  const { subscriptionKey } = observed.chain.environment.applications[application] ?? {};
  const all = JSON.stringify(headers);
  expect(subscriptionKey).toBeDefined();
  for (const secret of [subscriptionKey ?? '', await observed.chain.token(application), 'caller', 'other'])
    expect(all).not.toContain(secret);
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('what a container takes that is no JSON passes byte for byte, with its content type', async () => {
  const operation: Operation = { ...OPERATIONS.rawPredict, path: `${TENSORS}:rawPredict` };
  await answerWith(operation);
  const sent = Buffer.from([0x00, 0xff, 0xfe, 0x0d, 0x0a, 0x2c, 0xc3, 0x28]);
  const answer = await call(operation, sent, { 'content-type': 'text/csv; header=absent' });
  expect([answer.status, answer.text]).toEqual([200, operation.answer]);
  const request = await received();
  expect(request.headers['content-type']).toBe('text/csv; header=absent');
  expect(bytesOf(request)).toBe(sent.toString('latin1'));
  observed.whenRecorded(answer, { outcome: 'answered', requestBytes: sent.length });
});

test.each(['generateContent', 'a stream of events', 'predict on a model'] as const)(
  'labels of %s never reach Vertex AI, and every other byte does',
  async (name) => {
    const operation: Operation = OPERATIONS[name];
    await answerWith(operation);
    const sent = operation.body.replace('{', `{ "l\\u0061bels" : {"team":"other"},${ODD},`);
    const answer = await call(operation, sent);
    expect(answer.text).toBe(operation.answer);
    expect(bytesOf(await received())).toBe(
      Buffer.from(operation.body.replace('{', `{${ODD},`)).toString('latin1'),
    );
    observed.whenRecorded(answer, { outcome: 'answered', ...operation.record });
  },
);

test('a stream of a chat is metered for a client that asks for no usage, and gets none', async () => {
  const operation: Operation = OPERATIONS['a stream of a chat completion'];
  await answerWith(operation);
  const sent = `{ "model" : "google/gemini-3.5-flash", ${messages} ,"stream":true,${ODD}}`;
  const answer = await call(operation, sent);
  const [text, end, , done] = chatEvents;
  expect(answer.text).toBe([text, end, done].join('').replaceAll('\r\n', ' '));
  expect(bytesOf(await received())).toBe(
    Buffer.from(sent.replace('{', '{"stream_options":{"include_usage":true},')).toString('latin1'),
  );
  observed.whenRecorded(answer, { outcome: 'answered', ...chatRecord });
});

test('a long-running prediction is looked after with the name that it was given', async () => {
  const operation: Operation = OPERATIONS.predictLongRunning;
  const started = await call(operation, operation.body);
  const { name } = JSON.parse(started.text) as { readonly name: string };
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  const body = `{ "operationName" : ${JSON.stringify(name)} }`;
  const answer = await call({ ...operation, path: `${VEO}:fetchPredictOperation` }, body);
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { name }]);
  // The owner follows Google's own name.
  const sent = body.replace(/(\/operations\/[\w-]+)[.\w-]+/, '$1');
  expect(await received()).toMatchObject({ path: `/v1/${VEO}:fetchPredictOperation`, body: sent });
  observed.whenRecorded(answer, { outcome: 'answered', operation: 'predictLongRunning' });
});

const BROKEN: readonly [name: keyof typeof OPERATIONS, kept: string, record: AuditRecord][] = [
  ['a stream of events', ': hi\r\n\r\n', {}],
  [
    'streamRawPredict of Claude',
    claudeEvents.slice(0, claudeEvents.indexOf('event: message_delta')),
    { inputTokens: 1110, outputTokens: 1, totalTokens: 1111, cachedTokens: 100 },
  ],
  [
    'a stream of a chat completion',
    chatEvents.slice(0, 2).join('').replaceAll('\r\n', ' '),
    { finishReason: 'stop' },
  ],
];

test.each(BROKEN)(
  '%s that ends too early is told as broken, with the usage so far',
  async (name, kept, record) => {
    const operation: Operation = OPERATIONS[name];
    await answerWith({ ...operation, answer: kept });
    const answer = await call(operation, operation.body);
    expect(answer.text.startsWith(kept)).toBe(true);
    expect(answer.text.slice(kept.length)).toMatch(
      /^(event: error\r?\n)?data: (\{.*ended the stream before.*\})(\r?\n){2}(\2(\r?\n){2})?$/,
    );
    observed.whenRecorded(answer, {
      outcome: 'interrupted',
      code: 'VERTEX_STREAM_BROKEN',
      usageCompleteness: 'partial',
      ...record,
    });
  },
);

test('all calls are on record once, without what was asked or answered', async () => {
  await observed.expectAllOnRecord([SECRET_TEXT, 'grüßen']);
});

const STREAMS = CASES.filter(([name]) => /^(a stream|stream|serverStreaming)/.test(name));

test.each(STREAMS)('%s begins before Vertex AI has made its second chunk', async (_, operation) => {
  const { application = 'assistants-app', path, body } = operation;
  await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 60_000 });
  const { gatewayUrl, applications } = observed.chain.environment;
  const outgoing = request(`${gatewayUrl}/vertex/v1/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await observed.chain.token(application)}`,
      'ocp-apim-subscription-key': applications[application]?.subscriptionKey,
      'content-type': 'application/json',
    },
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const [chunk] = (await once(incoming, 'data')) as [Buffer];
  outgoing.destroy();
  await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 2 });
  expect(incoming.statusCode).toBe(200);
  const requestId = String(incoming.headers['x-request-id']);
  const records = await observed.chain.auditRecords((record) => record.requestId === requestId);
  expect(records).toMatchObject([
    {
      outcome: 'aborted',
      code: 'CALLER_GONE',
      status: '200',
      usageCompleteness: 'partial',
      responseBytes: chunk.length,
    },
  ]);
  if (path.includes('/gemini-') || path.includes('/claude-'))
    expect(records).toMatchObject([{ inputTokens: expect.any(Number) as number }]);
  expect(await observed.chain.requests('vertex-ai')).toMatchObject([{ ended: 'dropped' }]);
});
