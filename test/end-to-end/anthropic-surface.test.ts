import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const MESSAGES_PATH = '/anthropic/v1/messages';
const COUNT_PATH = '/anthropic/v1/messages/count_tokens';
const PROMPT = 'Puffins nest in burrows.';
const BODY = {
  model: 'claude-haiku-4-5',
  max_tokens: 64,
  messages: [{ role: 'user', content: PROMPT }],
};
const MODELS = '/v1/projects/sample-project/locations/us-east5/publishers/anthropic/models';
const HAIKU = `${MODELS}/claude-haiku-4-5@20251001`;

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

afterAll(() => observed.stop());

interface Call {
  readonly application?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function post(
  body: object | string,
  { application = 'assistants-app', path = MESSAGES_PATH, headers = {} }: Call = {},
): Promise<Answer> {
  return observed.call({
    application,
    path,
    headers: { 'anthropic-version': '2023-06-01', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

interface Message {
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly stop_reason: string;
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
}

interface Event {
  readonly name: string;
  readonly data: {
    readonly type: string;
    readonly message?: Message;
    readonly delta?: { readonly text?: string; readonly stop_reason?: string };
    readonly usage?: { readonly output_tokens: number };
  };
}

function eventsOf({ text }: Answer): Event[] {
  expect(text).toMatch(/\n\n$/);
  return text
    .split(/\r?\n\r?\n/)
    .filter((event) => event.startsWith('event: '))
    .map((event) => {
      const [, name = '', data = ''] = /^event: (.*)\r?\ndata: (.*)$/.exec(event) ?? [];
      return { name, data: JSON.parse(data) as Event['data'] };
    });
}

/** Expects an error with Anthropic's members and no others. A call that is not on record has no header with its id. */
function expectError(answer: Answer, status: number, type: string, message = /^[A-Z].*\.$/): void {
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json']);
  expect(JSON.parse(answer.text)).toEqual({
    type: 'error',
    error: { type, message: expect.stringMatching(message) as string },
    request_id: answer.requestId === '' ? (expect.any(String) as string) : answer.requestId,
  });
  expect(answer.headers['request-id'] ?? '').toBe(answer.requestId);
}

test.each([
  ['its catalog name', 'claude-haiku-4-5'],
  ['its name on Vertex AI', 'claude-haiku-4-5@20251001'],
  ['Anthropic’s own name', 'claude-haiku-4-5-20251001'],
])('a message to a model by %s is answered by it, and the record has its usage', async (_, model) => {
  const answer = await post({ ...BODY, model });
  expect(answer.status).toBe(200);
  const { content, stop_reason, usage } = JSON.parse(answer.text) as Message;
  expect(content[0]?.text).toContain('puffins');
  const [request] = await observed.chain.requests('vertex-ai');
  expect(request?.path).toBe(`${HAIKU}:rawPredict`);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    dialect: 'anthropic',
    decision: 'allow',
    rule: 'assistants-chat',
    operation: 'rawPredict',
    publisher: 'anthropic',
    model: 'claude-haiku-4-5@20251001',
    location: 'us-east5',
    finishReason: stop_reason,
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    totalTokens: usage.input_tokens + usage.output_tokens,
    usageCompleteness: 'complete',
  });
});

test('a body reaches Vertex AI with its own bytes; headers of Anthropic’s that Vertex AI knows go along', async () => {
  const rest =
    ' "max_tokens" : 64,\n"messages":[{"role":"user","content":"\\u00e9 é"}],"metadata":{"user_id":"x"}}\n';
  const answer = await post(`{"model":"claude-haiku-4-5",${rest}`, {
    path: `${MESSAGES_PATH}?beta=true`,
    headers: { 'anthropic-beta': 'interleaved-thinking-2025-05-14', 'x-goog-user-project': 'other-project' },
  });
  expect(answer.status).toBe(200);
  const [request] = await observed.chain.requests('vertex-ai');
  expect(request?.path).toBe(`${HAIKU}:rawPredict`);
  expect(request?.body).toBe(`{"anthropic_version":"vertex-2023-10-16",${rest}`);
  expect(request?.headers).toMatchObject({ 'anthropic-beta': 'interleaved-thinking-2025-05-14' });
  for (const name of ['anthropic-version', 'x-api-key', 'x-goog-user-project', 'ocp-apim-subscription-key'])
    expect(request?.headers).not.toHaveProperty(name);
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('the newer version of the API is what the body says then', async () => {
  const answer = await post(BODY, { headers: { 'anthropic-version': '2026-10-21' } });
  expect(answer.status).toBe(200);
  const [request] = await observed.chain.requests('vertex-ai');
  expect(JSON.parse(request?.body ?? '')).toMatchObject({ anthropic_version: '2026-10-21' });
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('a stream comes event by event, and the record has the usage of both its ends', async () => {
  await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 60 });
  const answer = await post({ ...BODY, stream: true }, { application: 'sandbox-app' });
  await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 2 });
  expect([answer.status, answer.headers['content-type']]).toEqual([
    200,
    expect.stringMatching(/^text\/event-stream/),
  ]);
  const [request] = await observed.chain.requests('vertex-ai');
  expect(request?.path).toBe(`${HAIKU}:streamRawPredict`);
  const events = eventsOf(answer);
  expect(events.at(0)?.name).toBe('message_start');
  expect(events.at(-1)?.name).toBe('message_stop');
  expect(events.map(({ data }) => data.delta?.text ?? '').join('')).toContain('puffins');
  const [first = 0] = answer.arrivals;
  expect((answer.arrivals.at(-1) ?? 0) - first).toBeGreaterThan(180);
  const end = events.find(({ name }) => name === 'message_delta')?.data;
  observed.whenRecorded(answer, {
    outcome: 'answered',
    rule: 'sandbox-tries-out',
    operation: 'streamRawPredict',
    finishReason: end?.delta?.stop_reason,
    inputTokens: events[0]?.data.message?.usage.input_tokens,
    outputTokens: end?.usage?.output_tokens,
    usageCompleteness: 'complete',
    responseBytes: answer.bytes.length,
  });
});

test('tokens are counted as the model counts them, without betas', async () => {
  const message = await post(BODY);
  const { model, messages } = BODY;
  const counted = { model, messages };
  const answer = await post(counted, { path: COUNT_PATH, headers: { 'anthropic-beta': 'other-1' } });
  const { usage } = JSON.parse(message.text) as Message;
  expect(JSON.parse(answer.text)).toEqual({ input_tokens: usage.input_tokens });
  const request = (await observed.chain.requests('vertex-ai')).at(-1);
  expect(request?.path).toBe(`${MODELS.replace('us-east5', 'us')}/count-tokens:rawPredict`);
  expect(JSON.parse(request?.body ?? '')).toMatchObject({ model: 'claude-haiku-4-5@20251001' });
  expect(request?.headers).not.toHaveProperty('anthropic-beta');
  observed.whenRecorded(answer, {
    outcome: 'answered',
    operation: 'countTokens',
    model: 'claude-haiku-4-5@20251001',
    location: 'us',
  });
});

test('a key as Anthropic’s clients send it is enough in the sandbox', async () => {
  const key = observed.chain.environment.applications['sandbox-app']?.subscriptionKey ?? '';
  const answer = await observed.call({
    path: MESSAGES_PATH,
    headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
    body: JSON.stringify(BODY),
  });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered', subscriptionId: 'sandbox-app' });
});

const DENIALS: [what: string, application: string, model: string, code: string, message: RegExp][] = [
  ['a model without a grant', 'sandbox-app', 'claude-sonnet-5-5', 'NOT_GRANTED', /Ask for/],
  ['a model that there is not', 'assistants-app', 'claude-9', 'MODEL_NOT_FOUND', /no such model/],
  ['a Gemini', 'assistants-app', 'gemini-3.5-flash', 'MODEL_NOT_FOUND', /no such model/],
  ['anything but iris flowers', 'scoring-app', 'claude-haiku-4-5', 'NOT_GRANTED', /Ask for/],
];

test.each(DENIALS)('%s is denied as the rules say', async (_, application, model, code, message) => {
  for (const path of [MESSAGES_PATH, COUNT_PATH]) {
    const answer = await post({ ...BODY, model }, { application, path });
    if (code === 'MODEL_NOT_FOUND') expectError(answer, 404, 'not_found_error', message);
    else expectError(answer, 403, 'permission_error', message);
    expect(answer.headers['x-should-retry']).toBe('false');
    observed.whenRecorded(answer, { outcome: 'denied', decision: 'deny', dialect: 'anthropic', code });
  }
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

const BAD: [what: string, body: object | string, message: RegExp, headers: Record<string, string>][] = [
  ['a message without a model', { messages: BODY.messages }, /model/, {}],
  ['a message without messages', { model: BODY.model }, /messages/, {}],
  ['an endpoint for a model', { ...BODY, model: 'endpoints/1234567890' }, /must be a Claude model/, {}],
  [
    'another version in the body',
    { ...BODY, anthropic_version: 'bedrock-2023-05-31' },
    /anthropic_version/,
    {},
  ],
  ['no version at all', BODY, /anthropic-version/, { 'anthropic-version': 'latest' }],
  ['what is no JSON', '{"model":', /not valid JSON/, {}],
];

test.each(BAD)('%s is refused with its place and never reaches Google', async (_, body, message, headers) => {
  const answer = await post(body, { headers });
  expectError(answer, 400, 'invalid_request_error', message);
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  observed.whenRecorded(answer, { outcome: 'denied', status: '400' });
});

test('what Claude itself refuses arrives in Anthropic’s words', async () => {
  const answer = await post({ ...BODY, max_tokens: -1 });
  expectError(answer, 400, 'invalid_request_error', /max_tokens/);
  observed.whenRecorded(answer, { outcome: 'failed', code: 'VERTEX_INVALID_ARGUMENT', status: '400' });
});

test('the models that a caller may use are listed and described as Anthropic does', async () => {
  const path = '/anthropic/v1/models?limit=1000';
  const answer = await observed.call({ application: 'sandbox-app', method: 'GET', path });
  expect(answer.status).toBe(200);
  const { data, ...page } = JSON.parse(answer.text) as { data: { id: string }[] };
  const ids = data.map(({ id }) => id);
  expect(ids).toContain(BODY.model);
  expect(ids.filter((id) => !id.startsWith('claude-'))).toEqual([]);
  expect(page).toEqual({ has_more: false, first_id: ids[0], last_id: ids.at(-1) });
  observed.whenRecorded(answer, { outcome: 'answered', operation: 'models', dialect: 'anthropic' });
  for (const name of [BODY.model, 'claude-haiku-4-5@20251001', 'claude-haiku-4-5-20251001']) {
    const one = await observed.call({
      application: 'sandbox-app',
      method: 'GET',
      path: `/anthropic/v1/models/${name}`,
    });
    expect([one.status, JSON.parse(one.text)]).toMatchObject([200, { type: 'model', id: BODY.model }]);
    observed.whenRecorded(one, { outcome: 'answered', operation: 'models' });
  }
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test('a model that the catalog does not have is no model of Anthropic’s either', async () => {
  const answer = await observed.call({
    application: 'sandbox-app',
    method: 'GET',
    path: '/anthropic/v1/models/claude-none',
  });
  expectError(answer, 404, 'not_found_error', /claude-haiku-4-5/);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'MODEL_NOT_FOUND' });
});

test('what the edge does not know is refused there in the same shape', async () => {
  const answer = await post({ requests: [] }, { path: '/anthropic/v1/messages/batches' });
  expectError(answer, 404, 'not_found_error');
  observed.whenRecorded(answer, { outcome: 'denied', code: 'OPERATION_NOT_FOUND', recordedBy: 'edge' });
});

test('a call without a key is refused at the edge in the same shape', async () => {
  const answer = await observed.call({ path: MESSAGES_PATH, body: JSON.stringify(BODY) });
  expectError(answer, 401, 'authentication_error');
  observed.whenRecorded(answer, { outcome: 'denied', code: 'SUBSCRIPTION_KEY_MISSING', status: '401' });
});

test('the function app refuses calls that API Management did not make, in Anthropic’s shape', async () => {
  const answer = await observed.callDirectly({
    method: 'POST',
    path: MESSAGES_PATH,
    body: JSON.stringify(BODY),
  });
  expectError(answer, 401, 'authentication_error');
});

test.each([
  ['its quota', 429, 429, 'rate_limit_error', 'VERTEX_RATE_LIMITED'],
  ['its overload', 503, 503, 'overloaded_error', 'VERTEX_UNAVAILABLE'],
  ['Anthropic’s overload', 529, 503, 'overloaded_error', 'VERTEX_UNAVAILABLE'],
  ['its failure', 500, 502, 'api_error', 'VERTEX_FAILED'],
  ['its refusal of the gateway', 403, 502, 'api_error', 'VERTEX_PERMISSION_DENIED'],
])('Google’s answer of %s is told as Anthropic would', async (_, received, status, type, code) => {
  await observed.chain.inject('vertex-ai', { path: ':rawPredict', status: received });
  const answer = await post(BODY);
  expectError(answer, status, type);
  observed.whenRecorded(answer, { outcome: 'failed', code, status: String(status) });
});

test.each([
  ['breaks off', { abortAfterChunks: 3 }, 'VERTEX_STREAM_BROKEN', 'api_error'],
  [
    'has an error in its midst',
    { errorAfterChunks: 3, status: 529 },
    'VERTEX_UNAVAILABLE',
    'overloaded_error',
  ],
])('a stream that %s ends with the event error', async (_, fault, code, type) => {
  await observed.chain.inject('vertex-ai', { path: ':streamRawPredict', ...fault });
  const answer = await post({ ...BODY, stream: true });
  expect(answer.status).toBe(200);
  const events = eventsOf(answer);
  expect(events[0]?.name).toBe('message_start');
  expect(events.at(-1)).toEqual({
    name: 'error',
    data: { type: 'error', error: { type, message: expect.stringMatching(/^Vertex AI .*\.$/) as string } },
  });
  observed.whenRecorded(answer, { outcome: 'interrupted', code, usageCompleteness: 'partial' });
});

test('all calls are on record once, without prompts, predictions, tokens or keys', async () => {
  await observed.expectAllOnRecord(['puffins', 'burrows']);
});
