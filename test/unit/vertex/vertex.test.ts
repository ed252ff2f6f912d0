import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import {
  createCertificateAuthority,
  type LocalCertificateAuthority,
} from '../../../emulators/loopback/certificate-authority.ts';
import { listen, type Listening } from '../../../emulators/loopback/listen.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { AuthorizedCall } from '../../../src/governance/authorize.ts';
import type { Answer, Framing, GrantedCall, Prediction } from '../../../src/prediction/prediction.ts';
import { createVertex } from '../../../src/vertex/vertex.ts';
import { governanceOf, modelEntry } from '../governance/governance-of.ts';
import { CALLER } from '../prediction/one-call.ts';
import { rejectedBy } from '../thrown-by.ts';

const TOKEN = 'access-token-secret';
const BYTES = Buffer.from('{ "contents" : [ {"parts":[{"text":"Grüße"}]} ], "unknown": 1.0 }');
const OPERATIONS = ['generateContent', 'streamGenerateContent'] as const;
const EVENT = (tokens: number) =>
  `data: {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"totalTokenCount":${tokens}}}\r\n\r\n`;

const governance = governanceOf({
  entries: [modelEntry({ name: 'flash', model: 'gemini-2.5-flash', operations: [...OPERATIONS] })],
  grants: [{ id: 'all', reason: 'Tests.', roles: ['Team'], entries: ['flash'] }],
});

let certificates: string[];
let authority: LocalCertificateAuthority;
let server: Listening;
let received: {
  method?: string | undefined;
  url?: string | undefined;
  headers: IncomingMessage['headers'];
  body: Buffer;
}[];
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  certificates = getCACertificates('default');
  authority = await createCertificateAuthority();
  const https: Server = createServer(authority.server, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(chunks) });
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
});

function authorize(operation: (typeof OPERATIONS)[number], framing: Framing): AuthorizedCall<Prediction> {
  const target: Prediction = {
    project: 'sample-project',
    location: 'us-central1',
    operation,
    resource: { kind: 'model', publisher: 'google', model: 'gemini-2.5-flash' },
    payload: {
      kind: 'bytes',
      format: 'gemini',
      ...(operation === 'streamGenerateContent' && { framing }),
      request: ({ project, location }) => ({
        method: 'POST',
        path: `/v1beta1/projects/${project}/locations/${location}/publishers/google/models/gemini-2.5-flash:${operation}${framing === 'sse' ? '?alt=sse' : ''}`,
        body: BYTES,
      }),
    },
  };
  const decision = governance.decide({ roles: ['Team'], applicationId: '', isDelegated: false }, target);
  if (!decision.allowed) throw new Error(decision.reason);
  return decision.call;
}

function predict(
  operation: (typeof OPERATIONS)[number] = 'generateContent',
  framing: Framing = 'json-array',
  abortSignal = new AbortController().signal,
): Promise<Answer> {
  const vertex = createVertex(`127.0.0.1:${server.port}`);
  const authorized = authorize(operation, framing);
  return vertex.predict(authorized, granted(authorized), TOKEN, { abortSignal, timeoutInMs: 5000 });
}

function granted({ project, location, resource, team }: AuthorizedCall<Prediction>): GrantedCall {
  return {
    ...{ project, location, resource, team, caller: CALLER, teams: [team] },
    may: () => false,
    judgeStorage: () => 'not-allowed',
  };
}

function send(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): (response: ServerResponse) => void {
  return (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

/** The parts of a streamed answer until it ends or breaks, and the error with which it broke. */
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
    url: '/v1beta1/projects/sample-project/locations/us-central1/publishers/google/models/gemini-2.5-flash:generateContent',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  });
  expect(received[0]?.body.equals(BYTES)).toBe(true);
});

test('a whole answer comes back byte for byte, with its facts', async () => {
  const body =
    '{\n "new": 1.0, "usageMetadata": {"promptTokenCount": 2}, "modelVersion": "gemini-2.5-flash" }';
  answer = send(200, body, { 'content-type': 'application/json; charset=UTF-8' });
  const answered = await predict();
  expect(answered).toMatchObject({
    kind: 'whole',
    contentType: 'application/json; charset=UTF-8',
    facts: { usage: { inputTokens: 2 }, modelVersion: 'gemini-2.5-flash' },
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
  expect(answered.facts()).toEqual({ usage: { totalTokens: 2 }, finishReason: 'STOP' });
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
    message: 'Vertex AI broke the stream off before its end. What came so far is incomplete.',
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

test('a redirect is not followed with our token', async () => {
  answer = send(307, '', { location: `https://127.0.0.1:${server.port}/elsewhere` });
  expect((await rejectedBy(predict())).code).toBe('VERTEX_FAILED');
  expect(received).toHaveLength(1);
});

test('a server with a certificate of nobody’s trust is not called', async () => {
  setDefaultCACertificates(certificates);
  const authority = await createCertificateAuthority();
  const impostor = await listen(
    createServer(authority.server, (_, response) => response.end('{}')),
    0,
  );
  const vertex = createVertex(`127.0.0.1:${impostor.port}`);
  const limits = { abortSignal: new AbortController().signal, timeoutInMs: 5000 };
  const authorized = authorize('generateContent', 'sse');
  const call = vertex.predict(authorized, granted(authorized), TOKEN, limits);
  expect((await rejectedBy(call)).code).toBe('VERTEX_UNAVAILABLE');
  await impostor.close();
});
