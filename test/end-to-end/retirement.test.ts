import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expectRefusal } from './expect-refusal.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const DAY_IN_MS = 86_400_000;
const SOURCE = 'https://vendor.example.com/ends';
const US = '/vertex/v1/projects/sample-project/locations/us/publishers/google/models';
const GLOBAL = '/vertex/v1/projects/sample-project/locations/global/publishers/google/models';
const REGIONAL = '/vertex/v1/projects/sample-project/locations/us-central1/publishers/google/models';
const CLAUDE = '/vertex/v1/projects/sample-project/locations/us/publishers/anthropic/models';
const PROMPT = { contents: [{ role: 'user', parts: [{ text: 'Irises' }] }] };
const MESSAGES = [{ role: 'user', content: 'Irises' }];
const MESSAGE = { max_tokens: 100, messages: MESSAGES };
const APPLICATION = 'assistants-app';

/** The last day of models that retire soon, and of models that have. */
const SOON = dayFromNow(30);
const PAST = dayFromNow(-1);

let observed: ObservedChain;
let scratch: string;

function dayFromNow(days: number): string {
  return new Date(Date.now() + days * DAY_IN_MS).toISOString().slice(0, 10);
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'retirement-'));
  const governance = join(scratch, 'governance');
  cpSync(resolve(__dirname, '../../governance'), governance, { recursive: true });
  const path = join(governance, 'catalog.yaml');
  const ends = {
    'gemini-3.5-flash': [SOON, 'gemini-3.5-flash-lite'],
    'gemini-embedding-001': [SOON, 'gemini-embedding-2'],
    'gemini-3.1-pro-preview': [PAST, 'gemini-3.5-flash'],
    'claude-sonnet-5-5': [PAST, 'claude-opus-5-5'],
    'claude-haiku-5-5': [SOON, 'iris'],
  };
  const catalog = Object.entries(ends).reduce(
    (text, [name, [on, replacement]]) =>
      text.replace(
        `  - name: ${name}\n`,
        `  - name: ${name}\n    retires: { on: ${on}, source: '${SOURCE}', replacement: ${replacement} }\n`,
      ),
    // A replacement must outlive what it replaces.
    readFileSync(path, 'utf8').replace('      replacement: gemini-embedding-001\n', ''),
  );
  writeFileSync(path, catalog);
  observed = await ObservedChain.start();
  await observed.chain.restartFunctionApp({ GOVERNANCE_DIRECTORY: governance });
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(async () => {
  await observed.stop();
  rmSync(scratch, { recursive: true });
});

function post(path: string, body: object, application = APPLICATION): Promise<Answer> {
  return observed.call({ application, path, body: JSON.stringify(body) });
}

const NOTICE = `gemini-3.5-flash retires: its last day is ${SOON} (UTC). Use gemini-3.5-flash-lite instead.`;
const HEADERS = {
  deprecation: `@${(Date.parse(SOON) - 60 * DAY_IN_MS) / 1000}`,
  sunset: new Date(Date.parse(SOON) + DAY_IN_MS).toUTCString(),
  link: `<${SOURCE}>; rel="deprecation sunset"`,
  'x-gateway-notice': NOTICE,
};

test.each([
  ['a whole answer', `${US}/gemini-3.5-flash:generateContent`, PROMPT],
  ['a stream', `${US}/gemini-3.5-flash:streamGenerateContent?alt=sse`, PROMPT],
  ['a chat', '/openai/v1/chat/completions', { model: 'gemini-fast', messages: MESSAGES }],
])('%s of a model that retires soon says so, and its record, too', async (_, path, body) => {
  const answer = await post(path, body);
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject(HEADERS);
  observed.whenRecorded(answer, { outcome: 'answered', retiresOn: SOON });
});

test('an error of a model that retires soon says so, too', async () => {
  const body = { ...PROMPT, generationConfig: { temperature: 9 } };
  const answer = await post(`${US}/gemini-3.5-flash:generateContent`, body);
  expect(answer.status).toBe(400);
  expect(answer.headers).toMatchObject(HEADERS);
  observed.whenRecorded(answer, { outcome: 'failed', retiresOn: SOON });
});

test('no other answer says so', async () => {
  const answer = await post(`${US}/gemini-3.5-flash-lite:generateContent`, PROMPT);
  expect(answer.status).toBe(200);
  for (const header of Object.keys(HEADERS)) expect(answer.headers).not.toHaveProperty(header);
  observed.whenRecorded(answer, (record) => expect(record).not.toHaveProperty('retiresOn'));
});

test('a replacement that the caller may not use is not named', async () => {
  const answer = await post('/anthropic/v1/messages', { model: 'claude-haiku-5-5', ...MESSAGE });
  expect(answer.headers['x-gateway-notice']).toBe(
    `claude-haiku-5-5 retires: its last day is ${SOON} (UTC). Ask the platform team what to use instead.`,
  );
  observed.whenRecorded(answer, { outcome: 'answered', retiresOn: SOON });
});

test('the edge keeps no answer of a model that retires soon', async () => {
  const body = { instances: [{ content: 'irises' }] };
  for (let calls = 0; calls < 2; calls += 1) {
    const answer = await post(`${REGIONAL}/gemini-embedding-001:predict`, body);
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('x-gateway-cache');
    observed.whenRecorded(answer, { outcome: 'answered', retiresOn: SOON });
  }
});

const PRO = `gemini-3.1-pro-preview was retired: its last day was ${PAST} (UTC). Use gemini-3.5-flash instead.`;
const SONNET = `claude-sonnet-5-5 was retired: its last day was ${PAST} (UTC). Use claude-opus-5-5 instead.`;
const VERTEX_MESSAGE = { anthropic_version: 'vertex-2023-10-16', ...MESSAGE };

test.each<[what: string, path: string, body: object, error: object]>([
  [
    'Vertex AI',
    `${GLOBAL}/gemini-3.1-pro-preview:generateContent`,
    PROMPT,
    { status: 'NOT_FOUND', message: PRO },
  ],
  [
    'a stream of Vertex AI',
    `${GLOBAL}/gemini-3.1-pro-preview:streamGenerateContent?alt=sse`,
    PROMPT,
    { status: 'NOT_FOUND', message: PRO },
  ],
  ['a count', `${GLOBAL}/gemini-3.1-pro-preview:countTokens`, PROMPT, { status: 'NOT_FOUND', message: PRO }],
  [
    'Claude on Vertex AI',
    `${CLAUDE}/claude-sonnet-5-5:rawPredict`,
    VERTEX_MESSAGE,
    { status: 'NOT_FOUND', message: SONNET },
  ],
  [
    'OpenAI',
    '/openai/v1/chat/completions',
    { model: 'google/gemini-3.1-pro-preview', messages: MESSAGES },
    { type: 'invalid_request_error', code: 'model_not_found', message: PRO },
  ],
  [
    'Anthropic',
    '/anthropic/v1/messages',
    { model: 'claude-sonnet-5-5', ...MESSAGE },
    { type: 'not_found_error', message: expect.stringContaining(SONNET) as string },
  ],
  [
    'a count of Anthropic',
    '/anthropic/v1/messages/count_tokens',
    { model: 'claude-sonnet-5-5', messages: MESSAGES },
    { type: 'not_found_error', message: expect.stringContaining(SONNET) as string },
  ],
])('a retired model is refused with its replacement in the words of %s', async (_, path, body, error) => {
  const answer = await post(path, body);
  expect(answer.status).toBe(404);
  const written = JSON.parse(answer.text) as { error: object } | [{ error: object }];
  expect(Array.isArray(written) ? written[0] : written).toMatchObject({ error });
  const { requests } = (await observed.chain.control('vertex-ai', 'GET', 'requests')) as { requests?: [] };
  expect(requests ?? []).toEqual([]);
  observed.whenRecorded(answer, {
    outcome: 'denied',
    decision: 'deny',
    rule: 'catalog',
    code: 'MODEL_RETIRED',
    status: '404',
  });
});

test('a caller without a grant learns of no retirement', async () => {
  const answer = await post(`${GLOBAL}/gemini-3.1-pro-preview:generateContent`, PROMPT, 'sandbox-app');
  await expectRefusal(observed, answer, { status: 403, code: 'NOT_GRANTED' }, { decision: 'deny' });
});

test.each([
  ['where it was served', `${REGIONAL}/gemini-2.5-flash:generateContent`],
  ['where its replacement is served', `${US}/gemini-2.5-flash:streamGenerateContent`],
  ['by an operation that it did not have', `${REGIONAL}/gemini-2.5-flash:computeTokens`],
])('the sample’s own retired model is refused %s', async (_, path) => {
  const answer = await post(path, PROMPT);
  expect([answer.status, answer.text]).toEqual([
    404,
    expect.stringContaining('its last day was 2026-10-20 (UTC). Use gemini-3.5-flash-lite instead.'),
  ]);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'MODEL_RETIRED' });
});

async function get(path: string): Promise<unknown> {
  const answer = await observed.call({ application: APPLICATION, method: 'GET', path });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered' });
  return JSON.parse(answer.text);
}

test.each<[what: string, path: string, error: object]>([
  ['OpenAI', '/openai/v1/models/gemini-3.1-pro-preview', { code: 'model_not_found', message: PRO }],
  ['Anthropic', '/anthropic/v1/models/claude-sonnet-5-5', { type: 'not_found_error' }],
])('a retired model is described by its end in the words of %s', async (_, path, error) => {
  const answer = await observed.call({ application: APPLICATION, method: 'GET', path });
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.text)).toMatchObject({ error });
  expect(answer.text).toContain('was retired: its last day was');
  observed.whenRecorded(answer, { outcome: 'denied', operation: 'models', code: 'MODEL_RETIRED' });
});

test('who could not use a retired model learns nothing of its end', async () => {
  const path = '/openai/v1/models/gemini-3.1-pro-preview';
  const answer = await observed.call({ application: 'sandbox-app', method: 'GET', path });
  expect([answer.status, answer.text.includes('retired')]).toEqual([403, false]);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'MODEL_NOT_ALLOWED' });
});

test('lists leave retired models out, and the gateway’s own marks those that retire', async () => {
  const { data } = (await get('/openai/v1/models')) as { data: { id: string }[] };
  const ids = data.map(({ id }) => id);
  expect(ids).toContain('gemini-3.5-flash');
  expect(ids).not.toContain('gemini-3.1-pro-preview');
  const claude = (await get('/anthropic/v1/models')) as { data: { id: string }[] };
  expect(claude.data.map(({ id }) => id)).not.toContain('claude-sonnet-5-5');
  const google = await get('/vertex/v1beta1/publishers/google/models');
  expect(JSON.stringify(google)).toContain('gemini-3.5-flash');
  expect(JSON.stringify(google)).not.toContain('gemini-3.1-pro-preview');
  const { models } = (await get('/gateway/v1/models')) as { models: { name: string }[] };
  const own = Object.fromEntries(models.map((model) => [model.name, model]));
  expect(own['gemini-3.5-flash']).toMatchObject({ retires: { on: SOON, source: SOURCE } });
  expect(own).not.toHaveProperty('gemini-3.1-pro-preview');
  expect(own['gemini-3.5-flash-lite']).not.toHaveProperty('retires');
});

test('policy:explain tells of the end', async () => {
  const explain = async (model: string) => {
    const body = { method: 'POST', path: `/vertex/v1/publishers/google/models/${model}:generateContent` };
    const answer = await post('/gateway/v1/policy:explain', body);
    observed.whenRecorded(answer, { outcome: 'answered' });
    return JSON.parse(answer.text) as unknown;
  };
  expect(await explain('gemini-3.5-flash')).toMatchObject({ decision: 'allow', retires: NOTICE });
  expect(await explain('gemini-3.1-pro-preview')).toMatchObject({
    decision: 'deny',
    code: 'MODEL_RETIRED',
    reason: PRO,
  });
});

test('every call has exactly one audit record', () => observed.expectAllOnRecord(['Irises']));
