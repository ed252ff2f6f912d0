import { functionsApi } from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { expectRefusal } from './expect-refusal.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const FUNCTIONS_AUDIENCE = functionsApi.clientId;
const US = '/vertex/v1/projects/sample-project/locations/us-central1';
const GLOBAL = '/vertex/v1/projects/sample-project/locations/global';
const EU = '/vertex/v1/projects/sample-project/locations/eu';
const PRO = 'publishers/google/models/gemini-3.1-pro-preview';
const LITE = 'publishers/google/models/gemini-3.5-flash-lite';
const PROMPT = 'prompt-of-named-models';

let observed: ObservedChain;
let token: string;

beforeAll(async () => {
  observed = await ObservedChain.share();
  token = await observed.mint({ application: 'api-management', audience: FUNCTIONS_AUDIENCE });
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

/** As the edge calls the function app, so that its own refusals are seen without those of the edge. */
function call(role: string, path: string, body: object): Promise<Answer> {
  return observed.callDirectly({
    method: 'POST',
    path,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-gateway-identity-provider': 'entra',
      'x-gateway-delegated': 'false',
      'x-gateway-tenant-id': '11111111-1111-4111-8111-111111111111',
      'x-gateway-object-id': 'b0000002-0000-4000-8000-000000000002',
      'x-gateway-application-id': 'a0000002-0000-4000-8000-000000000002',
      'x-gateway-roles': role,
      'x-gateway-subscription-id': 'scoring-app',
      'x-gateway-product-id': 'production',
      'x-gateway-request-id': crypto.randomUUID(),
    },
    body: JSON.stringify(body),
  });
}

/** Every way to name a model that a role of the sandbox has no grant of. */
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: PROMPT }] }] };
const MESSAGES = { messages: [{ role: 'user', content: PROMPT }] };
const FILES = {
  displayName: 'files',
  inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://sample-batches/in.jsonl'] } },
  outputConfig: {
    predictionsFormat: 'jsonl',
    gcsDestination: { outputUriPrefix: 'gs://sample-batches/out' },
  },
};
const FORMS: readonly (readonly [what: string, path: string, body: object])[] = [
  ['in the path', `${GLOBAL}/${PRO}:generateContent`, CONTENTS],
  ['in an encoded path', `${GLOBAL}/${PRO.replace('gemini', '%67emini')}:countTokens`, CONTENTS],
  ['in the short form', `/vertex/v1/${PRO}:generateContent`, CONTENTS],
  [
    'in a chat',
    `${GLOBAL}/endpoints/openapi/chat/completions`,
    { model: 'google/gemini-3.1-pro-preview', ...MESSAGES },
  ],
  [
    'by its name alone',
    `${GLOBAL}/endpoints/openapi/chat/completions`,
    { model: 'gemini-3.1-pro-preview', ...MESSAGES },
  ],
  ['in a batch', `${GLOBAL}/batchPredictionJobs`, { model: PRO, ...FILES }],
  [
    'in a context cache',
    `${GLOBAL}/cachedContents`,
    { model: `projects/sample-project/locations/global/${PRO}`, ...CONTENTS },
  ],
  [
    'in a count of Claude’s tokens',
    `${EU}/publishers/anthropic/models/count-tokens:rawPredict`,
    { model: 'claude-sonnet-5-5', ...MESSAGES },
  ],
];

/** An error on a path of Anthropic's models has Anthropic's type as well. */
function wordsFor(path: string): { anthropicType: string | undefined } {
  return { anthropicType: path.includes('/anthropic/') ? 'permission_error' : undefined };
}

/** A rule shuts batches on this model for everyone, before any grant is looked for. */
function codeOr(code: string, path: string): string {
  return path.endsWith('batchPredictionJobs') ? 'DENIED_BY_RULE' : code;
}

test.each(FORMS)('a model without a grant is refused when it is named %s', async (_, path, body) => {
  const answer = await call('Sandbox.Use', path, body);
  await expectRefusal(
    observed,
    answer,
    { status: 403, code: codeOr('NOT_GRANTED', path), ...wordsFor(path) },
    { decision: 'deny' },
  );
});

test.each(FORMS)(
  'through the edge a model without a grant is refused when it is named %s',
  async (_, path, body) => {
    const answer = await observed.call({ application: 'sandbox-app', path, body: JSON.stringify(body) });
    await expectRefusal(
      observed,
      answer,
      { status: 403, code: codeOr('NOT_GRANTED', path), ...wordsFor(path) },
      { decision: 'deny', subscriptionId: 'sandbox-app' },
    );
  },
);

test.each(FORMS.filter(([, path]) => path.startsWith(GLOBAL)))(
  'residency is not crossed by a model that is named %s',
  async (_, path, body) => {
    const answer = await call('Analytics.Eu', path, body);
    await expectRefusal(
      observed,
      answer,
      { status: 403, code: codeOr('LOCATION_NOT_ALLOWED', path) },
      { decision: 'deny' },
    );
  },
);

test('the short form of a caller that must stay in Europe is served in Europe', async () => {
  const answer = await call('Analytics.Eu', `/vertex/v1/${LITE}:generateContent`, {
    contents: [{ role: 'user', parts: [{ text: PROMPT }] }],
  });
  expect(answer.status).toBe(200);
  expect(await observed.chain.requests('vertex-ai')).toMatchObject([
    { path: `/v1/projects/sample-project/locations/eu/${LITE}:generateContent` },
  ]);
  observed.whenRecorded(answer, { outcome: 'answered', location: 'eu', rule: 'analytics-gemini' });
});

test.each(['gemini-fast', 'gemini-3.5-flash', 'publishers/google/models/gemini-3.5-flash'])(
  'a chat with %s reaches the model that is meant, by the name that Vertex AI knows',
  async (model) => {
    const answer = await call('Assistants.Use', `${EU}/endpoints/openapi/chat/completions`, {
      model,
      ...MESSAGES,
    });
    expect(answer.status).toBe(200);
    const [request] = await observed.chain.requests('vertex-ai');
    expect(JSON.parse(request?.body ?? '')).toEqual({ model: 'google/gemini-3.5-flash', ...MESSAGES });
    observed.whenRecorded(answer, {
      outcome: 'answered',
      rule: 'assistants-chat',
      operation: 'chatCompletions',
      publisher: 'google',
      model: 'gemini-3.5-flash',
      location: 'eu',
    });
  },
);

test.each([
  ['on its path', `${EU}/publishers/anthropic/models/claude-haiku-4-5-20251001:rawPredict`, {}],
  ['on Anthropic’s surface', '/anthropic/v1/messages', { model: 'claude-haiku-4-5-20251001' }],
])('Claude by the name that Anthropic has for it, %s, is the catalog’s', async (_, path, named) => {
  const version = path.startsWith(EU) ? { anthropic_version: 'vertex-2023-10-16' } : {};
  const body = JSON.stringify({ ...MESSAGES, ...named, ...version, max_tokens: 5 });
  const answer = await observed.call({ application: 'assistants-app', path, body });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  expect(await observed.chain.requests('vertex-ai')).toMatchObject([
    { path: expect.stringMatching(/\/models\/claude-haiku-4-5@20251001:rawPredict$/) as string },
  ]);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    rule: 'assistants-chat',
    operation: 'rawPredict',
    publisher: 'anthropic',
    model: 'claude-haiku-4-5@20251001',
  });
});

test('a body that names another location than the path is refused', async () => {
  const model = `projects/sample-project/locations/us/${LITE}`;
  const answer = await call('Assistants.Use', `${EU}/cachedContents`, { model, ...CONTENTS });
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: ['model'] });
});

test('a bad instance is refused with its place and never reaches Google', async () => {
  const answer = await call('Scoring.Predict', `${US}/endpoints/flowers:predict`, {
    instances: [
      [5.1, 3.5, 1.4, 0.2],
      { sepal_length: 1, sepal_width: 1, petal_length: 1, petal_width: PROMPT },
    ],
  });
  await expectRefusal(
    observed,
    answer,
    { status: 400, code: 'INVALID_REQUEST', fields: ['instances[1].petal_width'] },
    { decision: 'allow', rule: 'scoring-iris' },
  );
});

test('all calls are on record once, without a prompt', async () => {
  await observed.expectAllOnRecord([PROMPT]);
});
