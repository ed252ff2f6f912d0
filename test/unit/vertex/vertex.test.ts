import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import {
  createCertificateAuthority,
  type LocalCertificateAuthority,
} from '@vertex-ai-gateway/cloud-emulators/loopback/certificate-authority';
import { listen, type Listening } from '@vertex-ai-gateway/cloud-emulators/loopback/listen';
import { HOST_NAMES } from '@vertex-ai-gateway/cloud-emulators/vertex-ai/sample-endpoints';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import type { EndpointAddress } from '../../../src/governance/endpoint-address.ts';
import type {
  Answer,
  AnswerFacts,
  Framing,
  StreamedAnswer,
  WholeAnswer,
} from '../../../src/prediction/answer.ts';
import type { BytesPayload, Prediction, VertexRequest } from '../../../src/prediction/prediction.ts';
import type { TokenRenewal } from '../../../src/vertex/vertex.ts';
import type { Vertex, VertexLimits } from '../../../src/prediction/vertex.ts';
import { createVertex } from '../../../src/vertex/vertex.ts';
import { governanceOf, modelEntry } from '../governance/governance-of.ts';
import { rejectedBy } from '../thrown-by.ts';

const TOKEN = 'access-token-secret';
const BYTES = Buffer.from('{ "contents" : [ {"parts":[{"text":"Grüße"}]} ], "unknown": 1.0 }');
const OPERATIONS = ['generateContent', 'streamGenerateContent'] as const;
const EVENT = (tokens: number) =>
  `data: {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"totalTokenCount":${tokens}}}\r\n\r\n`;

const governance = governanceOf({
  entries: [modelEntry({ name: 'flash', model: 'gemini-3.5-flash', operations: [...OPERATIONS] })],
  grants: [{ id: 'all', reason: 'Tests.', roles: ['Team'], entries: ['flash'] }],
});

let certificates: string[];
let authority: LocalCertificateAuthority;
let server: Listening;
let received: {
  method?: string | undefined;
  url?: string | undefined;
  headers: IncomingMessage['headers'];
  servername: unknown;
  body: Buffer;
}[];
let answer: (response: ServerResponse) => void;
/** A renewal that gives `replacement`, or throws it if it is an error; `heard` has the calls of it. */
let renewal: TokenRenewal & { replacement: string | undefined | GatewayError; readonly heard: string[] };

beforeAll(async () => {
  certificates = getCACertificates('default');
  authority = await createCertificateAuthority(HOST_NAMES);
  const https: Server = createServer(authority.server, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      const { servername } = request.socket as unknown as { servername: unknown };
      received.push({ method, url, headers, servername, body: Buffer.concat(chunks) });
      answer(response);
    });
  });
  server = await listen(https, 0);
});
afterAll(async () => {
  setDefaultCACertificates(certificates);
  await server.close();
});
beforeEach(() => {
  setDefaultCACertificates([...certificates, authority.certificate]);
  received = [];
  renewal = {
    replacement: 'another-token',
    heard: [],
    replace(refused) {
      this.heard.push(`${refused} is refused`);
      return this.replacement instanceof GatewayError
        ? Promise.reject(this.replacement)
        : Promise.resolve(this.replacement);
    },
    replacementRefused() {
      this.heard.push('its replacement too');
    },
  };
});

function authorize(
  operation: (typeof OPERATIONS)[number],
  framing: Framing,
  changes: Partial<BytesPayload> = {},
): AuthorizedCall<Prediction> {
  const target: Prediction = {
    project: 'sample-project',
    location: 'us-central1',
    operation,
    resource: { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' },
    payload: {
      kind: 'bytes',
      format: 'gemini',
      ...(operation === 'streamGenerateContent' && { framing }),
      request: ({ project, location }) => ({
        method: 'POST',
        path: `/v1beta1/projects/${project}/locations/${location}/publishers/google/models/gemini-3.5-flash:${operation}${framing === 'sse' ? '?alt=sse' : ''}`,
        body: BYTES,
      }),
      ...changes,
    },
  };
  const decision = governance.decide({ roles: ['Team'], applicationId: '', isDelegated: false }, target);
  if (!decision.allowed) throw new Error(decision.reason);
  return decision.call;
}

/** The memory that an answer may take; unlimited unless a test replaces it. */
let held: VertexLimits['held'];
let maximumAnswerBytes: number;
beforeEach(() => {
  held = { resize: () => undefined };
  maximumAnswerBytes = 64 * 1_048_576;
});

function connect(endpointOverride: string): Vertex {
  return createVertex({ endpointOverride, renewal, maximumAnswerBytes });
}

function predict(
  operation: (typeof OPERATIONS)[number] = 'generateContent',
  framing: Framing = 'json-array',
  abortSignal = new AbortController().signal,
): Promise<Answer> {
  const vertex = connect(`127.0.0.1:${server.port}`);
  const authorized = authorize(operation, framing);
  return vertex.predict(authorized, undefined, TOKEN, { abortSignal, timeoutInMs: 5000, held });
}

/** Predicts as `predict` does, with changes to the payload. */
function pass(changes: Partial<BytesPayload>): Promise<Answer> {
  const vertex = connect(`127.0.0.1:${server.port}`);
  const authorized = authorize('generateContent', 'sse', changes);
  const limits = { abortSignal: new AbortController().signal, timeoutInMs: 5000, held };
  return vertex.predict(authorized, undefined, TOKEN, limits);
}

function send(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): (response: ServerResponse) => void {
  return (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

/** Reads the parts of a streamed answer until it ends or breaks, and the error with which it broke. */
async function readParts(answered: Answer): Promise<{ parts: string[]; error?: unknown }> {
  if (answered.kind !== 'stream') throw new Error('not a stream');
  const parts: string[] = [];
  try {
    for await (const part of answered.parts) parts.push(Buffer.from(part).toString());
  } catch (error) {
    return { parts, error };
  }
  return { parts };
}

test('a generate call goes out byte for byte, with our token and nothing of the caller’s', async () => {
  answer = send(200, '{}');
  await predict();
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({
    method: 'POST',
    url: '/v1beta1/projects/sample-project/locations/us-central1/publishers/google/models/gemini-3.5-flash:generateContent',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  });
  expect(received[0]?.body.equals(BYTES)).toBe(true);
});

test('a body that is too long for one write goes out byte for byte, with its length', async () => {
  answer = send(200, '{}');
  const body = Buffer.from(Array.from({ length: 1_000_003 }, (_, index) => index % 251));

  await pass({ request: () => ({ method: 'POST', path: '/v1/x', body }) });

  expect(received[0]?.headers).toMatchObject({ 'content-length': '1000003' });
  expect(received[0]?.headers).not.toHaveProperty('transfer-encoding');
  expect(received[0]?.body.equals(body)).toBe(true);
});

test('a whole answer comes back byte for byte, with its facts', async () => {
  const body =
    '{\n "new": 1.0, "usageMetadata": {"promptTokenCount": 2}, "modelVersion": "gemini-3.5-flash" }';
  answer = send(200, body, { 'content-type': 'application/json; charset=UTF-8' });
  const answered = await predict();
  expect(answered).toMatchObject({
    kind: 'whole',
    contentType: 'application/json; charset=UTF-8',
    facts: { usage: { inputTokens: 2 }, modelVersion: 'gemini-3.5-flash' },
  });
  if (answered.kind === 'whole') expect(Buffer.from(answered.body).toString()).toBe(body);
});

test.each([
  ['sse', ':streamGenerateContent?alt=sse'],
  ['json-array', ':streamGenerateContent'],
] as const)('a stream of %s is asked for as %s', async (framing, end) => {
  answer = send(200, EVENT(1), { 'content-type': 'text/event-stream' });
  await readParts(await predict('streamGenerateContent', framing));
  expect(received[0]?.url?.endsWith(end)).toBe(true);
});

test('a request is sent as the payload phrases it, and no header of it replaces our token', async () => {
  answer = send(200, '{}');
  const headers = { 'content-type': 'text/csv', traceparent: 't', authorization: 'Bearer other' };
  await pass({ request: () => ({ method: 'DELETE', path: '/v1/x?a=b', headers }) });
  expect(received).toMatchObject([
    {
      method: 'DELETE',
      url: '/v1/x?a=b',
      headers: { 'content-type': 'text/csv', traceparent: 't', authorization: `Bearer ${TOKEN}` },
    },
  ]);
  expect(received[0]?.body).toHaveLength(0);
});

test.each(['', '<html>', '{"usageMetadata":{"totalTokenCount":7}}'])(
  'a model’s stream that is answered by %j fails, because clients would read a stream without events',
  async (body) => {
    answer = send(200, body);
    expect(await rejectedBy(predict('streamGenerateContent', 'sse'))).toMatchObject({
      code: 'VERTEX_FAILED',
    });
  },
);

test('a container may answer as a whole what could be a stream', async () => {
  answer = send(200, '<html>', { 'content-type': 'text/html' });
  expect(await pass({ format: 'opaque', framing: 'sse' })).toMatchObject({ kind: 'whole' });
});

test.each([
  ['generateContent', undefined],
  ['streamGenerateContent', 'sse'],
] as const)('an error in the place of an answer is one, whatever its status: %s', async (verb, framing) => {
  const quota = { error: { code: 429, message: 'text of Google', status: 'RESOURCE_EXHAUSTED' } };
  for (const body of [quota, [quota]]) {
    answer = send(200, JSON.stringify(body));
    expect(await rejectedBy(predict(verb, framing))).toMatchObject({ code: 'VERTEX_RATE_LIMITED' });
  }
});

test('a whole answer that comes as events is read like a stream', async () => {
  answer = send(200, EVENT(1) + EVENT(2), { 'content-type': 'text/event-stream' });
  expect(await predict()).toMatchObject({
    kind: 'whole',
    contentType: 'text/event-stream',
    facts: { usage: { totalTokens: 2 }, finishReason: 'STOP' },
  });
});

test.each([
  ['text/event-stream; charset=utf-8', 'sse'],
  ['application/octet-stream', 'raw'],
])('a container’s stream of %s is framed as %s', async (contentType, framing) => {
  answer = send(200, 'data: whatever\n\nhalf', { 'content-type': contentType });
  const answered = await pass({ format: 'opaque', framing: 'raw' });
  expect(answered).toMatchObject({ kind: 'stream', contentType, framing });
  expect((await readParts(answered)).parts.join('')).toBe('data: whatever\n\nhalf');
});

const CHAT = { choices: [{ finish_reason: 'stop' }], usage: { prompt_tokens: 3, completion_tokens: 5 } };
const CHAT_FACTS = { usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 }, finishReason: 'stop' };
const CHAT_EVENT = `data: ${JSON.stringify(CHAT)}\n\n`;

test.each([
  ['application/json', JSON.stringify(CHAT), CHAT_FACTS],
  ['application/json', JSON.stringify([{ text: 'Hi' }, 7, CHAT]), CHAT_FACTS],
  ['text/event-stream', CHAT_EVENT, CHAT_FACTS],
  ['application/json', '{"error":{"code":500},"usage":null}', { usage: {} }],
  ['text/csv', '"usage",', { usage: {} }],
  ['image/png', '\u0000"usage"', { usage: {} }],
  ['application/json', '', { usage: {} }],
])('of a whole %s that may be anybody’s, %j, what it tells is read', async (contentType, body, facts) => {
  answer = send(200, body, { 'content-type': contentType });
  const answered = (await pass({ format: 'shaped' })) as WholeAnswer;
  expect(Buffer.from(answered.body).toString()).toBe(body);
  expect(answered).toMatchObject({ kind: 'whole', contentType });
  expect(answered.facts).toEqual(facts);
});

test.each([
  ['text/event-stream', CHAT_EVENT, 'sse', CHAT_FACTS],
  ['application/x-ndjson', `{"text":"Hi"}\n${JSON.stringify(CHAT)}\n`, 'raw', CHAT_FACTS],
  ['application/json', JSON.stringify(CHAT), 'raw', CHAT_FACTS],
  ['application/octet-stream', JSON.stringify(CHAT), 'raw', { usage: {} }],
])(
  'of a stream of %s that may be anybody’s, %j, what it tells is read',
  async (contentType, body, framing, facts) => {
    answer = send(200, body, { 'content-type': contentType });
    const answered = (await pass({ format: 'shaped', framing: 'raw' })) as StreamedAnswer;
    expect(answered).toMatchObject({ kind: 'stream', contentType, framing });
    const { parts, error } = await readParts(answered);
    expect([parts.join(''), error]).toEqual([body, undefined]);
    expect(answered.facts()).toEqual(facts);
  },
);

test.each(['', 'garbage', '7', 'null', '[]'])('a model’s answer of %j is none', async (body) => {
  answer = send(200, body);
  expect(await rejectedBy(predict())).toMatchObject({ code: 'VERTEX_FAILED' });
});

test.each(['{}', '{"error":null}'])('a whole answer of %s tells nothing', async (body) => {
  answer = send(200, body);
  expect(await predict()).toMatchObject({ kind: 'whole', facts: { usage: {} } });
});

test('an answer is rewritten after its facts are read, and a part that is nothing then is not sent', async () => {
  answer = send(200, EVENT(1) + EVENT(2), { 'content-type': 'text/event-stream' });
  const streamed = await pass({ framing: 'sse', rewrite: { part: () => Buffer.of() } });
  expect(await readParts(streamed)).toEqual({ parts: [] });
  if (streamed.kind === 'stream') expect(streamed.facts()).toMatchObject({ usage: { totalTokens: 2 } });
  answer = send(200, '{"usageMetadata":{"totalTokenCount":7}}');
  const whole = await pass({ rewrite: { whole: (_, { project }) => Buffer.from(project) } });
  expect(whole).toMatchObject({ body: Buffer.from('sample-project'), facts: { usage: { totalTokens: 7 } } });
});

test('a stream is rewritten as a whole: its parts, its end with its facts, and its errors', async () => {
  const stream = ({ project }: AuthorizedCall) => ({
    part: (part: Uint8Array) => Buffer.from(`${project}: ${part.byteLength}\n`),
    end: ({ usage }: AnswerFacts) => Buffer.from(`${usage.totalTokens ?? 0} tokens`),
    fail: ({ code }: GatewayError) => `failed: ${code}`,
  });
  answer = send(200, EVENT(1), { 'content-type': 'text/event-stream' });
  const streamed = await pass({ framing: 'sse', rewrite: { stream } });
  const parts = [`sample-project: ${EVENT(1).length}\n`, '1 tokens'];
  expect(await readParts(streamed)).toEqual({ parts });
  const error = new GatewayError('VERTEX_TIMEOUT', 'Too late.');
  expect(streamed.kind === 'stream' && streamed.writeError?.(error)).toBe('failed: VERTEX_TIMEOUT');
});

test('a stream that ends too early gets no end from its rewriting', async () => {
  const stream = () => ({ part: (part: Uint8Array) => part, end: () => Buffer.from('end'), fail: () => '' });
  answer = send(200, 'data: {"candidates":[{}]}\n\n', { 'content-type': 'text/event-stream' });
  const read = await readParts(await pass({ framing: 'sse', rewrite: { stream } }));
  expect(read).toMatchObject({
    parts: ['data: {"candidates":[{}]}\n\n'],
    error: { code: 'VERTEX_STREAM_BROKEN' },
  });
});

test('a request with a format of its own has its answer read by that', async () => {
  const events = 'data: {"type":"message_stop"}\n\n';
  answer = send(200, events, { 'content-type': 'text/event-stream' });
  const request = () => ({ method: 'POST', path: '/v1/x', format: 'anthropic' }) as const;
  expect(await readParts(await pass({ framing: 'sse', request }))).toEqual({ parts: [events] });
});

const FIRST: VertexRequest = { method: 'GET', path: '/v1/first' };

test('the prerequisite is requested first, and its answer is checked', async () => {
  answer = send(200, '{"owner":"us"}');
  const checked: unknown[] = [];
  await pass({ prerequisite: { request: () => FIRST, check: (first) => void checked.push(first) } });
  expect(checked).toEqual([{ owner: 'us' }]);
  expect(received.map(({ method }) => method)).toEqual(['GET', 'POST']);
});

test('a first answer that forbids the call, or is the answer itself, is the last', async () => {
  answer = send(200, '{"owner":"others"}');
  const refusal = new GatewayError('NOT_GRANTED', 'It is another’s.');
  const refuse = () => {
    throw refusal;
  };
  expect(await rejectedBy(pass({ prerequisite: { request: () => FIRST, check: refuse } }))).toBe(refusal);
  const isAnswer = { request: () => FIRST, check: () => undefined, isAnswer: true };
  expect(await pass({ prerequisite: isAnswer })).toMatchObject({ body: Buffer.from('{"owner":"others"}') });
  expect(received.map(({ method }) => method)).toEqual(['GET', 'GET']);
});

test.each([404, 400])('of a first answer of %i nothing is known', async (status) => {
  answer = send(status, '{}');
  const refusal = new GatewayError('NOT_GRANTED', 'It is another’s.');
  const checked: unknown[] = [];
  const check = (first: unknown) => {
    checked.push(first);
    throw refusal;
  };
  expect(await rejectedBy(pass({ prerequisite: { request: () => FIRST, check } }))).toBe(refusal);
  expect(checked).toEqual([undefined]);
});

test.each([
  [503, '{}', 'VERTEX_UNAVAILABLE'],
  [200, 'garbage', 'VERTEX_FAILED'],
])('a first answer of %i and %s is a failure of Vertex AI', async (status, body, code) => {
  answer = send(status, body);
  const check = () => {
    throw new TypeError('must not be asked');
  };
  expect((await rejectedBy(pass({ prerequisite: { request: () => FIRST, check } }))).code).toBe(code);
});

test('a stream passes event by event while it goes on', async () => {
  const open = Promise.withResolvers<ServerResponse>();
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(EVENT(1));
    open.resolve(response);
  };
  const answered = await predict('streamGenerateContent', 'sse');
  if (answered.kind !== 'stream') throw new Error('not a stream');
  const parts = answered.parts[Symbol.asyncIterator]();
  expect(Buffer.from((await parts.next()).value as Uint8Array).toString()).toBe(EVENT(1));
  (await open.promise).end(EVENT(2));
  expect(Buffer.from((await parts.next()).value as Uint8Array).toString()).toBe(EVENT(2));
  expect((await parts.next()).done).toBe(true);
  expect(answered.facts()).toEqual({ usage: { inputTokens: 2, totalTokens: 2 }, finishReason: 'STOP' });
});

test('a stream that is reset gives its whole events and then breaks', async () => {
  const open = Promise.withResolvers<ServerResponse>();
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`${EVENT(1)}data: half`);
    open.resolve(response);
  };
  const answered = await predict('streamGenerateContent', 'sse');
  if (answered.kind !== 'stream') throw new Error('not a stream');
  const parts = answered.parts[Symbol.asyncIterator]();
  expect(Buffer.from((await parts.next()).value as Uint8Array).toString()).toBe(EVENT(1));
  (await open.promise).destroy();
  expect(await rejectedBy(parts.next())).toMatchObject({
    code: 'VERTEX_STREAM_BROKEN',
    message: 'Vertex AI broke off the stream. The answer so far is incomplete.',
  });
});

test('an aborted stream fails with the reason of the abort, and ends the upstream one', async () => {
  const closed = Promise.withResolvers<undefined>();
  answer = (response) => {
    response.on('close', () => closed.resolve(undefined));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(EVENT(1));
  };
  const controller = new AbortController();
  const answered = await predict('streamGenerateContent', 'sse', controller.signal);
  const reason = new GatewayError('CALLER_GONE', 'The caller went away.');
  if (answered.kind !== 'stream') throw new Error('not a stream');
  const parts = answered.parts[Symbol.asyncIterator]();
  await parts.next();
  controller.abort(reason);
  expect(await rejectedBy(parts.next())).toBe(reason);
  await closed.promise;
});

test('a reader that stops ends the upstream stream', async () => {
  const closed = Promise.withResolvers<undefined>();
  answer = (response) => {
    response.on('close', () => closed.resolve(undefined));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(EVENT(1));
  };
  const answered = await predict('streamGenerateContent', 'sse');
  if (answered.kind !== 'stream') throw new Error('not a stream');
  const parts = answered.parts[Symbol.asyncIterator]();
  await parts.next();
  await parts.return?.();
  await closed.promise;
});

test('an aborted call fails with the reason of the abort', async () => {
  const controller = new AbortController();
  const reason = new GatewayError('VERTEX_TIMEOUT', 'Too late.');
  answer = () => controller.abort(reason);
  expect(await rejectedBy(predict('generateContent', 'json-array', controller.signal))).toBe(reason);
});

test('an error of Vertex AI becomes the gateway’s own, without a token', async () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3s' }];
  answer = send(429, JSON.stringify([{ error: { code: 429, message: TOKEN, details } }]));
  const error = await rejectedBy(predict('streamGenerateContent', 'sse'));
  expect(error).toMatchObject({ code: 'VERTEX_RATE_LIMITED', retryAfterInMs: 3000 });
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(TOKEN);
});

test('an error whose body never ends is read no further than 64 KiB', async () => {
  answer = (response) => {
    response.writeHead(503);
    const write = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', write);
    write();
  };
  expect((await rejectedBy(predict())).code).toBe('VERTEX_UNAVAILABLE');
});

test('a connection that is reset before the first byte means that Vertex AI is unavailable', async () => {
  answer = (response) => void response.destroy();
  const error = await rejectedBy(predict());
  expect(error).toMatchObject({
    code: 'VERTEX_UNAVAILABLE',
    message: 'Vertex AI cannot be reached or is overloaded. Try again shortly.',
  });
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(TOKEN);
});

test('an answer that breaks off means that Vertex AI is unavailable', async () => {
  answer = (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"half":', () => response.destroy());
  };
  expect((await rejectedBy(predict())).code).toBe('VERTEX_UNAVAILABLE');
});

const UNAUTHENTICATED = '{"error":{"code":401,"message":"text of Google","status":"UNAUTHENTICATED"}}';

/** Refuses the first `times` requests with 401; later ones go to `then`. */
function refuse(times: number, then: (response: ServerResponse) => void): (response: ServerResponse) => void {
  let refusals = 0;
  return (response) => {
    refusals += 1;
    if (refusals > times) then(response);
    else send(401, UNAUTHENTICATED)(response);
  };
}

function tokensReceived(): (string | undefined)[] {
  return received.map(({ headers }) => headers.authorization?.replace('Bearer ', ''));
}

test.each([
  ['generateContent', send(200, '{}'), 'whole'],
  ['streamGenerateContent', send(200, EVENT(1), { 'content-type': 'text/event-stream' }), 'stream'],
] as const)('a token that Google refuses is replaced, and %s made once more', async (verb, then, kind) => {
  answer = refuse(1, then);
  expect(await predict(verb, 'sse')).toMatchObject({ kind });
  expect(tokensReceived()).toEqual([TOKEN, 'another-token']);
  expect(received[1]?.body.equals(BYTES)).toBe(true);
  expect(renewal.heard).toEqual([`${TOKEN} is refused`]);
});

test('a call whose first request alone is refused asks no question twice', async () => {
  answer = refuse(1, send(200, '{"owner":"us"}'));
  await pass({ prerequisite: { request: () => FIRST, check: () => undefined } });
  expect(received.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
});

test('a replacement that is refused too is the last', async () => {
  answer = refuse(9, send(200, '{}'));
  expect(await rejectedBy(predict())).toMatchObject({
    code: 'VERTEX_PERMISSION_DENIED',
    message: expect.stringContaining('refused the gateway’s own access token') as string,
  });
  expect(tokensReceived()).toEqual([TOKEN, 'another-token']);
  expect(renewal.heard).toEqual([`${TOKEN} is refused`, 'its replacement too']);
});

test('without a replacement nothing is tried again', async () => {
  answer = refuse(9, send(200, '{}'));
  renewal.replacement = undefined;
  expect((await rejectedBy(predict())).code).toBe('VERTEX_PERMISSION_DENIED');
  renewal.replacement = new GatewayError('TOKEN_EXCHANGE_UNAVAILABLE', 'Google STS cannot be reached.');
  expect(await rejectedBy(predict())).toBe(renewal.replacement);
  expect(received).toHaveLength(2);
});

test.each([
  [401, { 'x-vertex-ai-endpoint-id': '1234567890' }],
  [403, {}],
])('a refusal of %i that is not about the token replaces none', async (status, headers: object) => {
  answer = send(status, UNAUTHENTICATED, { ...headers });
  await rejectedBy(predict());
  expect(renewal.heard).toEqual([]);
  expect(received).toHaveLength(1);
});

const REFUSED_EVENT = `data: ${UNAUTHENTICATED}\n\n`;
const AS_EVENTS = { 'content-type': 'text/event-stream' };

test('a token that is refused in the first event of a stream is replaced', async () => {
  let calls = 0;
  answer = (response) => send(200, (calls += 1) === 1 ? REFUSED_EVENT : EVENT(7), AS_EVENTS)(response);
  const answered = await predict('streamGenerateContent', 'sse');
  expect(await readParts(answered)).toEqual({ parts: [EVENT(7)] });
  expect((answered as StreamedAnswer).facts().usage).toMatchObject({ totalTokens: 7 });
  expect(tokensReceived()).toEqual([TOKEN, 'another-token']);
});

test('a refusal behind the first event replaces none', async () => {
  answer = send(200, 'data: {"candidates":[]}\n\n' + REFUSED_EVENT, AS_EVENTS);
  const { error } = await readParts(await predict('streamGenerateContent', 'sse'));
  expect(error).toMatchObject({ code: 'VERTEX_PERMISSION_DENIED' });
  expect(renewal.heard).toEqual([]);
});

test('what a container calls a refusal within its stream replaces none, and blames no token', async () => {
  answer = send(200, REFUSED_EVENT, { ...AS_EVENTS, 'x-vertex-ai-endpoint-id': '1234567890' });
  const error = await rejectedBy(pass({ format: 'openai', framing: 'sse' }));
  expect(error.message).not.toContain('token');
  expect(renewal.heard).toEqual([]);
});

test('a whole answer that does not end is not taken into memory for ever', async () => {
  const piece = Buffer.alloc(1_048_576, 32);
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };
  expect(await rejectedBy(predict())).toMatchObject({ code: 'VERTEX_FAILED' });
});

test.each([
  ['is longer than 32 MiB', `{"usage":{"total_tokens":7},"text":"${'x'.repeat(33 * 1_048_576)}"}`],
  ['lists more than 10,000 values', `[${'{"usage":{"total_tokens":7}},'.repeat(10_000)}{}]`],
])('an answer of a container that %s passes, and is not looked into', async (_, body) => {
  answer = send(200, body);
  const answered = (await pass({ format: 'shaped' })) as WholeAnswer;
  expect(answered.body.byteLength).toBe(body.length);
  expect(answered.facts.usage).toEqual({});
});

const DEDICATED = '6789012345.us-central1-548213907654.prediction.vertexai.goog';
const PRIVATE = '6789012345-us-central1-123456789012.prediction.p.vertexai.goog';

/** Calls an endpoint at this address; returns the host names that the server saw in TLS and in the request. */
async function askedAt(address: EndpointAddress, override: string): Promise<unknown> {
  answer = send(200, '{}');
  const authorized = { ...authorize('generateContent', 'sse'), address };
  const limits = { abortSignal: new AbortController().signal, timeoutInMs: 5000, held };
  await connect(override).predict(authorized, undefined, TOKEN, limits);
  const [{ headers, servername } = {}] = received;
  return { host: headers?.host, servername };
}

test.each([[{ name: DEDICATED }], [{ name: PRIVATE, ip: '10.128.0.9' }]])(
  'an endpoint at %j is asked by its own name, in TLS and in the request',
  async (address) => {
    const { name } = address;
    expect(await askedAt(address, `127.0.0.1:${server.port}`)).toEqual({ host: name, servername: name });
  },
);

test('Google’s shared hosts are asked by their own names, too', async () => {
  answer = send(200, '{}');
  await predict();
  const name = 'us-central1-aiplatform.googleapis.com';
  expect(received[0]).toMatchObject({ headers: { host: name }, servername: name });
});

test('a server whose certificate is for another name is not called', async () => {
  answer = send(200, '{}');
  const address = { name: 'iris.models.example.com' };
  const error = await rejectedBy(askedAt(address, `127.0.0.1:${server.port}`));
  expect(error.code).toBe('VERTEX_UNAVAILABLE');
  expect(received).toEqual([]);
});

test('a redirect is not followed with our token', async () => {
  answer = send(307, '', { location: `https://127.0.0.1:${server.port}/elsewhere` });
  expect((await rejectedBy(predict())).code).toBe('VERTEX_FAILED');
  expect(received).toHaveLength(1);
});

test('a server with a certificate of nobody’s trust is not called', async () => {
  setDefaultCACertificates(certificates);
  const authority = await createCertificateAuthority(HOST_NAMES);
  const impostor = await listen(
    createServer(authority.server, (_, response) => response.end('{}')),
    0,
  );
  const vertex = connect(`127.0.0.1:${impostor.port}`);
  const limits = { abortSignal: new AbortController().signal, timeoutInMs: 5000, held };
  const authorized = authorize('generateContent', 'sse');
  const call = vertex.predict(authorized, undefined, TOKEN, limits);
  expect((await rejectedBy(call)).code).toBe('VERTEX_UNAVAILABLE');
  await impostor.close();
});
