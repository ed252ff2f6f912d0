import { gzipSync } from 'node:zlib';
import { expectRefusal } from './expect-refusal.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { generate, predict, PREDICT_BODY } from './sample-calls.ts';
import type { Answer } from './send-bytes.ts';

const MESSAGES = '/anthropic/v1/messages';
const PARENT = '/vertex/v1/projects/sample-project/locations';
const HAIKU = `${PARENT}/us-east5/publishers/anthropic/models/claude-haiku-4-5@20251001`;
const COUNT = 'publishers/anthropic/models/count-tokens:rawPredict';
const PROMPT = 'Walruses whistle at noon.';
const BODY = { model: 'claude-haiku-4-5', max_tokens: 64, messages: [{ role: 'user', content: PROMPT }] };
const NATIVE = { anthropic_version: 'vertex-2023-10-16', max_tokens: 64, messages: BODY.messages };
const SCOPED = {
  system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', scope: 'global' } }],
  tools: [
    {
      name: 'look_up',
      input_schema: { type: 'object' },
      cache_control: { scope: 'organization', type: 'ephemeral', ttl: '1h' },
    },
  ],
};
/** Betas that Claude Code, the AI SDK and opencode send to a base URL of one's own. */
const BETAS =
  'claude-code-20250219,structured-outputs-2025-11-13,prompt-caching-scope-2026-01-05,effort-2025-11-24,';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return observed.call({ application: 'assistants-app', path, body: JSON.stringify(body), headers });
}

async function received(): Promise<{ path: string; body: string; headers: Record<string, string> }> {
  const [request] = await observed.chain.requests('vertex-ai');
  return request as { path: string; body: string; headers: Record<string, string> };
}

test.each([
  ['Anthropic’s surface', MESSAGES, BODY],
  ['Vertex AI’s own path', `${HAIKU}:rawPredict`, NATIVE],
])('betas and members that Vertex AI refuses are left out on %s', async (_, path, body) => {
  const sent = { ...body, ...SCOPED, anthropic_beta: ['structured-outputs-2025-11-13'] };
  const answer = await post(path, sent, { 'anthropic-beta': BETAS });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"type":"message"')]);
  const request = await received();
  expect(request.headers).toMatchObject({ 'anthropic-beta': 'claude-code-20250219' });
  const { system, tools, ...rest } = JSON.parse(request.body) as Record<string, unknown>;
  expect(system).toEqual([{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }]);
  expect(tools).toEqual([{ ...SCOPED.tools[0], cache_control: { type: 'ephemeral', ttl: '1h' } }]);
  expect(rest).toEqual(NATIVE);
  observed.whenRecorded(answer, { outcome: 'answered', model: 'claude-haiku-4-5@20251001' });
});

test('what a beta adds and Vertex AI does not have is refused by name', async () => {
  const answer = await post(
    MESSAGES,
    { ...BODY, speed: 'fast' },
    { 'anthropic-beta': 'fast-mode-2026-02-01' },
  );
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
    400,
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message:
          'The body is not valid: speed: needs the beta fast-mode-2026-02-01, which Vertex AI does not have.',
      },
    },
  ]);
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'INVALID_REQUEST', dialect: 'anthropic' });
});

test('a beta that nobody knows goes on, and Vertex AI’s refusal of it comes back', async () => {
  const answer = await post(MESSAGES, BODY, { 'anthropic-beta': 'time-travel-2031-01-01' });
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('time-travel-2031-01-01')]);
  observed.whenRecorded(answer, { outcome: 'failed', code: 'VERTEX_INVALID_ARGUMENT' });
});

test('a list of betas with empty members keeps the others', async () => {
  const answer = await post(MESSAGES, BODY, { 'anthropic-beta': ',interleaved-thinking-2025-05-14, ,' });
  expect(answer.status).toBe(200);
  expect((await received()).headers).toMatchObject({ 'anthropic-beta': 'interleaved-thinking-2025-05-14' });
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('tokens of Claude are counted in a location that has the count, and not in a region', async () => {
  const body = { model: 'claude-haiku-4-5@20251001', messages: BODY.messages };
  const answer = await post(`${PARENT}/us-east5/${COUNT}`, body, { 'anthropic-beta': BETAS });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('input_tokens')]);
  expect((await received()).path).toContain(`/locations/us/${COUNT}`);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    requestedLocation: 'us-east5',
    location: 'us',
    operation: 'countTokens',
  });
});

test('a count in a location that the entry does not have is refused as ever', async () => {
  const body = { model: 'claude-haiku-4-5@20251001', messages: BODY.messages };
  const answer = await post(`${PARENT}/asia-east1/${COUNT}`, body);
  await expectRefusal(observed, answer, {
    status: 403,
    code: 'LOCATION_NOT_ALLOWED',
    anthropicType: 'permission_error',
  });
});

test.each([
  ['vertex', '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict'],
  ['openai', '/openai/v1/chat/completions'],
  ['anthropic', MESSAGES],
  ['gateway', '/gateway/v1/policy:explain'],
])('a compressed body on the surface %s is 415, and the error says so', async (surface, path) => {
  const answer = await observed.call({
    application: 'scoring-app',
    path,
    body: gzipSync(PREDICT_BODY),
    headers: { 'content-encoding': 'gzip' },
  });
  expect([answer.status, answer.text]).toEqual([
    415,
    expect.stringContaining('Send it without compression.'),
  ]);
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'ENCODING_NOT_SUPPORTED', dialect: surface });
});

test('a body whose encoding is the identity is taken', async () => {
  const answer = await predict(observed, { headers: { 'content-encoding': 'identity' } });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('the form of a stream can be asked for by either name of its parameter', async () => {
  const path = modelPath('streamGenerateContent');
  const answer = await generate(observed, { path: `${path}?$alt=sse` });
  expect([answer.status, answer.text.slice(0, 6)]).toEqual([200, 'data: ']);
  observed.whenRecorded(answer, { outcome: 'answered', usageCompleteness: 'complete' });
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  for (const [query, field] of [
    ['fields=candidates', 'fields'],
    ['alt=proto', 'alt'],
    ['$alt=sse&alt=json', '$alt'],
  ] as const) {
    const refused = await generate(observed, { path: `${path}?${query}` });
    await expectRefusal(observed, refused, { status: 400, code: 'INVALID_REQUEST', fields: [field] });
  }
});

test.each([
  ['generateContent', { contents: [{ role: 'user', parts: [{ text: PROMPT }] }] }, 'candidates'],
  ['countTokens', { contents: [{ role: 'user', parts: [{ text: PROMPT }] }] }, 'totalTokens'],
])('%s with alt=sse is answered by one event, as at Google', async (verb, body, member) => {
  const path = `${modelPath('generateContent').replace('generateContent', verb)}?alt=sse`;
  const answer = await generate(observed, { path, body: JSON.stringify(body) });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream']);
  expect(answer.text).toMatch(/^data: .*\r\n\r\n$/s);
  const data = answer.text.split('\n').map((line) => line.replace(/^data: /, ''));
  expect(JSON.parse(data.join('\n'))).toHaveProperty(member);
  observed.whenRecorded(answer, { outcome: 'answered', usageCompleteness: 'complete' });
});

test('a prediction of an endpoint with alt=sse is one event, and an error stays JSON', async () => {
  const answer = await predict(observed, { path: `${PREDICT_PATH}?alt=sse` });
  expect([answer.status, answer.text]).toEqual([200, expect.stringMatching(/^data: .*"?predictions"?/s)]);
  observed.whenRecorded(answer, { outcome: 'answered', instances: 1 });
  const refused = await predict(observed, { path: `${PREDICT_PATH}?alt=sse`, body: '{"instances":[]}' });
  expect([refused.status, refused.headers['content-type']]).toEqual([400, 'application/json']);
  observed.whenRecorded(refused, { outcome: 'denied', code: 'INVALID_REQUEST' });
});

test('null stands for what is left out', async () => {
  const answer = await generate(observed, {
    body: `{"model":null,"contents":[{"role":"user","parts":[{"text":"${PROMPT}"}]}],"cachedContent":null,"tools":null,"labels":null}`,
  });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('candidates')]);
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('every call is on record once, without a value of a body', async () => {
  await observed.expectAllOnRecord([PROMPT]);
});
