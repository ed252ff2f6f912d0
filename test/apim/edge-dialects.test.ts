import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import { answerWith, PRODUCTION_KEY, SANDBOX_KEY, startEdge } from './start-edge.ts';
import type { Edge, EdgeOptions } from './start-edge.ts';

const CHAT = '/openai/v1/chat/completions';
const MESSAGES = '/anthropic/v1/messages';
const MODEL = '/vertex/v1/projects/p/locations/us/publishers/google/models/m:generateContent';
const LIVE = '/vertex/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent';

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
});

beforeEach(() => {
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

async function withEdge(
  options: EdgeOptions,
  use: (own: Edge) => Promise<void>,
  answer = answerWith({}),
): Promise<void> {
  const own = await startEdge(options, answer);
  try {
    await use(own);
  } finally {
    await own.close();
  }
}

/** Checks the headers of a refusal, and that it does not repeat the request. */
function expectRefused(response: ReceivedResponse, status: number): void {
  const requestId = String(response.headers['x-request-id']);
  expect(response.status).toBe(status);
  expect(response.headers).toMatchObject({ 'content-type': 'application/json', 'request-id': requestId });
  expect(response.headers['x-should-retry']).toBe([401, 403, 404].includes(status) ? 'false' : undefined);
}

interface Failure {
  readonly name: string;
  readonly options?: EdgeOptions;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Number of equal calls before the call. */
  readonly before?: number;
  readonly status: number;
  readonly code: string;
  readonly openai: string;
  readonly anthropic: string;
}

const FAILURES: readonly Failure[] = [
  {
    name: 'no key',
    headers: { 'ocp-apim-subscription-key': undefined },
    status: 401,
    code: 'SUBSCRIPTION_KEY_MISSING',
    openai: 'invalid_request_error',
    anthropic: 'authentication_error',
  },
  {
    name: 'a wrong token',
    headers: { authorization: 'Bearer a.b.c' },
    status: 401,
    code: 'TOKEN_INVALID',
    openai: 'invalid_request_error',
    anthropic: 'authentication_error',
  },
  {
    name: 'no operation',
    path: '/v1/nothing',
    status: 404,
    code: 'OPERATION_NOT_FOUND',
    openai: 'invalid_request_error',
    anthropic: 'not_found_error',
  },
  {
    name: 'a rate limit',
    options: { limits: { calls: 1, quota: 100 } },
    before: 1,
    status: 429,
    code: 'RATE_LIMITED',
    openai: 'rate_limit_error',
    anthropic: 'rate_limit_error',
  },
  {
    name: 'a quota',
    options: { limits: { calls: 100, quota: 1 } },
    before: 1,
    status: 403,
    code: 'QUOTA_EXCEEDED',
    openai: 'insufficient_quota',
    anthropic: 'permission_error',
  },
  {
    name: 'no function app',
    options: { namedValues: { 'function-app-url': 'http://127.0.0.1:1' } },
    status: 502,
    code: 'BACKEND_UNREACHABLE',
    openai: 'server_error',
    anthropic: 'api_error',
  },
  {
    name: 'no identity of its own',
    options: { managedIdentityToken: () => Promise.reject(new Error('none')) },
    status: 503,
    code: 'EDGE_IDENTITY_UNAVAILABLE',
    openai: 'service_unavailable_error',
    anthropic: 'overloaded_error',
  },
];

async function fail(failure: Failure, path: string): Promise<ReceivedResponse> {
  const { options = {}, before = 0, headers = {} } = failure;
  let answer: ReceivedResponse | undefined;
  await withEdge(options, async (own) => {
    for (let sent = 0; sent < before; sent += 1) expect((await own.predict({ path })).status).toBe(200);
    answer = await own.predict({ path, headers });
    expect(own.traces.map(({ metadata }) => metadata.code)).toEqual([failure.code]);
  });
  if (!answer) throw new Error('no answer');
  return answer;
}

test.each(FAILURES)('OpenAI clients are told of $name in their own shape', async (failure) => {
  const { status, code, openai, path } = failure;
  const response = await fail(failure, path === undefined ? CHAT : `/openai${path}`);
  expectRefused(response, status);
  expect(response.json()).toEqual({
    error: { message: expect.stringMatching(/^[A-Z].*\.$/) as string, type: openai, param: null, code },
  });
});

test.each(FAILURES)('Anthropic clients are told of $name in their own shape', async (failure) => {
  const { status, anthropic, path } = failure;
  const response = await fail(failure, path === undefined ? MESSAGES : `/anthropic${path}`);
  expectRefused(response, status);
  expect(response.json()).toEqual({
    type: 'error',
    error: { type: anthropic, message: expect.stringMatching(/^[A-Z].*\.$/) as string },
    request_id: response.headers['x-request-id'],
  });
});

test('a function app that does not answer in time is told of in their own shapes', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'apim-'));
  cpSync('apim', directory, { recursive: true });
  const file = join(directory, 'policy.xml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('timeout="230"', 'timeout="1"'));
  await withEdge(
    { directory },
    async (own) => {
      rmSync(directory, { recursive: true });
      const answers = await Promise.all([CHAT, MESSAGES].map((path) => own.predict({ path })));
      expect(answers.map(({ status }) => status)).toEqual([504, 504]);
      expect(answers.map(({ json }) => json())).toMatchObject([
        { error: { type: 'server_error', code: 'BACKEND_TIMEOUT' } },
        { error: { type: 'timeout_error' } },
      ]);
    },
    () => undefined,
  );
});

test.each(FAILURES.filter(({ path }) => path === undefined))(
  'about a model of Anthropic on Vertex AI, clients of both are told of $name',
  async (failure) => {
    const { status, code, anthropic } = failure;
    const response = await fail(failure, MODEL.replace('publishers/google', 'publishers/anthropic'));
    expectRefused(response, status);
    expect(response.json()).toMatchObject({
      type: 'error',
      title: expect.stringMatching(/^[A-Z]/) as string,
      status,
      error: {
        type: anthropic,
        code: status,
        message: expect.stringMatching(/^[A-Z].*\.$/) as string,
        details: expect.arrayContaining([expect.objectContaining({ reason: code })]) as object[],
      },
      request_id: response.headers['x-request-id'],
    });
  },
);

test('what is no API is told of as on Vertex AI', async () => {
  const response = await edge.predict({ path: '/nothing/v1/messages' });
  expectRefused(response, 404);
  expect(response.json()).toMatchObject({
    type: '/errors/operation-not-found',
    error: { code: 404, status: 'NOT_FOUND' },
  });
});

test.each([CHAT, MESSAGES, MODEL, '/gateway/v1/whoami'])(
  'what exceeds a limit at %s says when to come again, and what the limits are',
  async (path) => {
    const method = path.endsWith('whoami') ? 'GET' : 'POST';
    const headers = { 'ocp-apim-subscription-key': SANDBOX_KEY };
    const answer = answerWith({ 'x-gateway-total-tokens': '30' });
    await withEdge(
      { limits: { calls: 2, quota: 100, tokens: 100 }, now: () => 1_800_000_000_000 },
      async (own) => {
        const told = [];
        for (let sent = 0; sent < 3; sent += 1) {
          const { status, headers: answered } = await own.predict({ method, path, headers });
          const names = ['limit-requests', 'remaining-requests', 'limit-tokens', 'remaining-tokens'];
          told.push([status, ...names.map((name) => answered[`x-ratelimit-${name}`])]);
          expect(answered).not.toHaveProperty('x-gateway-total-tokens');
          const isRefused = status === 429;
          expect(answered['retry-after']).toBe(isRefused ? '60' : undefined);
          expect(answered['retry-after-ms']).toBe(isRefused ? '60000' : undefined);
          expect(answered).not.toHaveProperty('x-should-retry');
        }
        expect(told).toEqual([
          [200, '2', '1', '100', '100'],
          [200, '2', '0', '100', '70'],
          [429, '2', '0', undefined, undefined],
        ]);
      },
      answer,
    );
  },
);

test('what exceeds the tokens of a minute says so in headers', async () => {
  const headers = { 'ocp-apim-subscription-key': SANDBOX_KEY };
  await withEdge(
    { limits: { calls: 10, quota: 100, tokens: 20 }, now: () => 1_800_000_000_000 },
    async (own) => {
      await own.predict({ path: CHAT, headers });
      const refused = await own.predict({ path: CHAT, headers });
      expect(refused.status).toBe(429);
      expect(refused.headers).toMatchObject({
        'retry-after': '60',
        'retry-after-ms': '60000',
        'x-ratelimit-limit-requests': '10',
        'x-ratelimit-remaining-requests': '8',
        'x-ratelimit-limit-tokens': '20',
        'x-ratelimit-remaining-tokens': '0',
      });
    },
    answerWith({ 'x-gateway-total-tokens': '30' }),
  );
});

const LIMITS = ['limit-requests', 'remaining-requests', 'limit-tokens', 'remaining-tokens'] as const;

/** Lists the statuses and the headers of limits. */
function toldBy({ status, headers }: ReceivedResponse): unknown[] {
  return [status, ...LIMITS.map((name) => headers[`x-ratelimit-${name}`])];
}

test.each([
  ['calls of a day', { calls: 10, quota: 1, tokens: 100 }, [403, '1', '0', '100', '70']],
  ['tokens of a day', { calls: 10, quota: 100, tokens: 100, tokenQuota: 30 }, [403, '10', '8', '30', '0']],
  ['tokens of a minute', { calls: 10, quota: 100, tokens: 30 }, [429, '10', '8', '30', '0']],
  ['calls of a minute', { calls: 1, quota: 100, tokens: 100 }, [429, '1', '0', undefined, undefined]],
])('a refusal for the %s tells of that limit', async (_, limits, told) => {
  const headers = { 'ocp-apim-subscription-key': SANDBOX_KEY };
  await withEdge(
    { limits, now: () => 1_800_000_000_000 },
    async (own) => {
      expect((await own.predict({ path: CHAT, headers })).status).toBe(200);
      const refused = await own.predict({ path: CHAT, headers });
      expect(toldBy(refused)).toEqual(told);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    },
    answerWith({ 'x-gateway-total-tokens': '30' }),
  );
});

test('a refusal for the calls of a model tells of its limit, not of the product’s', async () => {
  const path = MODEL.replace('/m:', '/gemini-3.1-pro-preview:');
  await withEdge({ limits: { calls: 10, quota: 100, entryCalls: 1 } }, async (own) => {
    expect(toldBy(await own.predict({ path }))).toEqual([200, '10', '9', undefined, undefined]);
    expect(toldBy(await own.predict({ path }))).toEqual([429, '1', '0', undefined, undefined]);
    expect(toldBy(await own.predict())).toEqual([200, '10', '7', undefined, undefined]);
  });
});

test('what the function app refuses for tells what it says, whatever is left at the edge', async () => {
  const headers = { 'ocp-apim-subscription-key': SANDBOX_KEY };
  const spent = { 'x-ratelimit-limit-tokens': '2000000', 'x-ratelimit-remaining-tokens': '0' };
  const limits = { calls: 10, quota: 100, tokens: 100 };
  await withEdge(
    { limits },
    async (own) => {
      expect(toldBy(await own.predict({ headers }))).toEqual([429, '10', '9', '2000000', '0']);
    },
    answerWith({ ...spent, 'retry-after': '7' }, 429),
  );
});

test('a product without a limit of tokens tells of none', async () => {
  const { headers } = await edge.predict();
  expect(headers).toMatchObject({ 'x-ratelimit-limit-requests': '600000' });
  expect(headers).not.toHaveProperty('x-ratelimit-limit-tokens');
});

test.each([
  ['openai', CHAT],
  ['openai', '/openai/v1/models/google%2Fgemini-3.5-flash'],
  ['anthropic', '/anthropic/v1/messages?beta=true'],
])('calls of %s reach its own address of the function app', async (_, path) => {
  const method = path.includes('models') ? 'GET' : 'POST';
  const body = method === 'GET' ? '' : '{"model":"m"}';
  expect((await edge.predict({ method, path, body })).status).toBe(200);
  expect(edge.functionApp.received).toMatchObject([
    {
      method,
      url: path,
      body,
      headers: {
        'x-gateway-subscription-id': 'scoring-production',
        authorization: 'Bearer token for f0000002-0000-4000-8000-000000000002',
      },
    },
  ]);
});

describe('a live conversation', () => {
  const UPGRADE = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  };

  function ask(headers: OutgoingHttpHeaders): Promise<{ status: number; text: string; requestId: unknown }> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ port: edge.port, path: LIVE, headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, requestId: response.headers['x-request-id'] }),
        );
      });
      outgoing.on('upgrade', () => reject(new Error('There was an upgrade.')));
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  test.each<[string, OutgoingHttpHeaders]>([
    ['without an upgrade', {}],
    ['with an upgrade', UPGRADE],
  ])('is not served, %s: answered and recorded once', async (_, headers) => {
    const authorization = `Bearer ${await edge.issuer.sign()}`;
    for (const key of ['ocp-apim-subscription-key', 'x-goog-api-key']) {
      edge.traces.length = 0;
      const { status, text, requestId } = await ask({ ...headers, authorization, [key]: PRODUCTION_KEY });
      expect(status).toBe(501);
      expect(JSON.parse(text)).toMatchObject({
        title: 'Operation not served',
        error: { code: 501, status: 'UNIMPLEMENTED', details: [{ reason: 'OPERATION_NOT_SERVED' }] },
      });
      expect(edge.traces.map(({ metadata }) => metadata)).toMatchObject([
        {
          requestId,
          outcome: 'denied',
          code: 'OPERATION_NOT_SERVED',
          rule: 'edge/live',
          operation: 'bidi-generate-content',
          subscriptionId: 'scoring-production',
        },
      ]);
    }
    expect(edge.functionApp.received).toEqual([]);
  });

  test('is refused without credentials like anything else', async () => {
    expect((await ask(UPGRADE)).status).toBe(401);
  });
});
