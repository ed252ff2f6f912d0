import { expectRefusal } from './expect-refusal.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { PREDICT_BODY } from './sample-calls.ts';
import type { Answer } from './send-bytes.ts';

const PROMPT = 'Ptarmigans whiten.';
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: PROMPT }] }] };
const CHAT = { model: 'gemini-fast', messages: [{ role: 'user', content: PROMPT }] };
const MESSAGE = { model: 'claude-haiku-4-5', max_tokens: 8, messages: [{ role: 'user', content: PROMPT }] };

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

interface Sent {
  readonly path: string;
  readonly body?: object | string;
  readonly method?: 'GET';
}

/** Calls with the key of an application, and a token of it that has these roles. */
async function sendAs(
  application: string,
  roles: readonly string[],
  { body, ...sent }: Sent,
): Promise<Answer> {
  const token = await observed.mint({ application, claims: { roles } });
  return observed.call({
    application,
    ...sent,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { authorization: `Bearer ${token}` },
  });
}

function keyOf(application: string): string {
  return observed.chain.environment.applications[application]?.subscriptionKey ?? '';
}

/** A call on each surface and of each kind that both environments may make, in a place that all roles here may. */
const SURFACES: readonly [string, Sent][] = [
  ['a prediction', { path: PREDICT_PATH, body: PREDICT_BODY }],
  ['a model', { path: modelPath('generateContent'), body: CONTENTS }],
  ['a stream', { path: modelPath('streamGenerateContent?alt=sse'), body: CONTENTS }],
  [
    'the short form',
    { path: '/vertex/v1/publishers/google/models/gemini-3.5-flash:countTokens', body: CONTENTS },
  ],
  ['the list of models', { path: '/vertex/v1beta1/publishers/google/models', method: 'GET' }],
  ['chat completions', { path: '/openai/v1/chat/completions', body: CHAT }],
  ['messages', { path: '/anthropic/v1/messages', body: MESSAGE }],
  ['jobs', { path: '/vertex/v1/projects/sample-project/locations/us/batchPredictionJobs', method: 'GET' }],
  ['caches', { path: '/vertex/v1/projects/sample-project/locations/us/cachedContents', method: 'GET' }],
];

test.each(SURFACES)(
  'a role of the sandbox is served nothing with a key of production: %s',
  async (_, sent) => {
    const answer = await sendAs('assistants-app', ['Sandbox.Use'], sent);
    expect([answer.status, answer.text]).toEqual([
      403,
      expect.stringContaining('Use a key of the product sandbox'),
    ]);
    observed.whenRecorded(answer, {
      outcome: 'denied',
      decision: 'deny',
      rule: 'products',
      code: 'PRODUCT_NOT_ALLOWED',
      roles: 'Sandbox.Use',
      productId: 'production',
      subscriptionId: 'assistants-app',
    });
    expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  },
);

test.each(SURFACES)(
  'roles of production are served nothing with a key of the sandbox: %s',
  async (_, sent) => {
    const answer = await sendAs('sandbox-app', ['Assistants.Use', 'Scoring.Predict'], sent);
    expect([answer.status, answer.text]).toEqual([
      403,
      expect.stringContaining('Use a key of the product production'),
    ]);
    observed.whenRecorded(answer, {
      outcome: 'denied',
      decision: 'deny',
      rule: 'products',
      code: 'PRODUCT_NOT_ALLOWED',
      roles: 'Assistants.Use Scoring.Predict',
      productId: 'sandbox',
      subscriptionId: 'sandbox-app',
    });
    expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  },
);

const BOTH = ['Sandbox.Use', 'Assistants.Use'];

test.each([
  ['sandbox-app', 'gemini-3.5-flash', 'us', 200, 'sandbox-tries-out'],
  ['sandbox-app', 'gemini-3.5-flash', 'eu', 403, 'products'],
  ['sandbox-app', 'gemini-3.1-pro-preview', 'global', 403, 'products'],
  ['assistants-app', 'gemini-3.5-flash', 'us', 200, 'assistants-chat'],
  ['assistants-app', 'gemini-3.1-pro-preview', 'global', 200, 'assistants-chat'],
])('with roles of both environments, the key of %s decides on %s in %s', async (...row) => {
  const [application, model, location, status, rule] = row;
  const answer = await sendAs(application, BOTH, {
    path: modelPath('generateContent', { model, location }),
    body: CONTENTS,
  });
  expect(answer.status).toBe(status);
  observed.whenRecorded(answer, { rule, roles: 'Sandbox.Use Assistants.Use' });
  expect(await observed.chain.requests('vertex-ai')).toHaveLength(status === 200 ? 1 : 0);
});

test('models and whoami tell of what the key serves', async () => {
  for (const [application, roles, idleRoles, hasPro] of [
    ['sandbox-app', ['Sandbox.Use'], ['Assistants.Use'], false],
    ['assistants-app', ['Assistants.Use'], ['Sandbox.Use'], true],
  ] as const) {
    const models = await sendAs(application, BOTH, { path: '/gateway/v1/models', method: 'GET' });
    const openAi = await sendAs(application, BOTH, { path: '/openai/v1/models', method: 'GET' });
    for (const { status, text } of [models, openAi])
      expect([application, status, text.includes('gemini-3.1-pro-preview')]).toEqual([
        application,
        200,
        hasPro,
      ]);
    const whoami = await sendAs(application, BOTH, { path: '/gateway/v1/whoami', method: 'GET' });
    expect(JSON.parse(whoami.text)).toMatchObject({ roles, idleRoles });
  }
});

test('an explanation is the decision that the key would get', async () => {
  const call = {
    method: 'POST',
    path: modelPath('generateContent', { model: 'gemini-3.1-pro-preview', location: 'global' }),
  };
  const answer = await sendAs('sandbox-app', BOTH, { path: '/gateway/v1/policy:explain', body: call });
  expect(JSON.parse(answer.text)).toMatchObject({
    decision: 'deny',
    rule: 'products',
    code: 'PRODUCT_NOT_ALLOWED',
    missing: ['The call needs a key of the product production.'],
  });
});

test('a role of auditors opens others’ records with a key of its environment alone', async () => {
  const roles = ['Sandbox.Use', 'Audit.Read'];
  for (const path of [
    '/gateway/v1/audit?caller=b0000002-0000-4000-8000-000000000002',
    '/gateway/v1/audit:verify',
  ]) {
    const answer = await sendAs('sandbox-app', roles, { path, method: 'GET' });
    expect([path, answer.status, answer.text]).toEqual([path, 403, expect.stringContaining('NOT_GRANTED')]);
    observed.whenRecorded(answer, { outcome: 'denied', code: 'NOT_GRANTED' });
  }
  const answer = await sendAs('auditor-app', roles, {
    path: '/gateway/v1/audit?caller=b0000002-0000-4000-8000-000000000002',
    method: 'GET',
  });
  expect(answer.status).toBe(200);
});

test('no key takes a caller out of residency', async () => {
  const answer = await sendAs('sandbox-app', ['Sandbox.Use', 'Analytics.Eu'], {
    path: modelPath('generateContent'),
    body: CONTENTS,
  });
  await expectRefusal(observed, answer, { status: 403, code: 'LOCATION_NOT_ALLOWED' }, { rule: 'eu-only' });
  const short = await sendAs('sandbox-app', ['Sandbox.Use', 'Analytics.Eu'], {
    path: '/vertex/v1/publishers/google/models/gemini-3.5-flash:generateContent',
    body: CONTENTS,
  });
  expect(short.status).toBe(403);
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test('a token goes with the key of its own application alone', async () => {
  const names = Object.keys(observed.chain.environment.applications);
  for (const name of names) {
    const authorization = `Bearer ${await observed.chain.token(name)}`;
    for (const other of names) {
      if (other === name) continue;
      const answer = await observed.call({
        path: modelPath('generateContent'),
        body: JSON.stringify(CONTENTS),
        headers: { authorization, 'ocp-apim-subscription-key': keyOf(other) },
      });
      await expectRefusal(
        observed,
        answer,
        { status: 403, code: 'SUBSCRIPTION_NOT_ALLOWED', message: 'belongs to another application' },
        {
          recordedBy: 'edge',
          decision: 'deny',
          rule: 'subscriptions',
          subscriptionId: other,
          applicationId: observed.chain.environment.applications[name]?.id,
        },
      );
    }
  }
});

test('keys of two APIM subscriptions in one call are refused', async () => {
  const answer = await observed.call({
    application: 'assistants-app',
    path: modelPath('generateContent'),
    body: JSON.stringify(CONTENTS),
    headers: { 'x-goog-api-key': keyOf('sandbox-app') },
  });
  await expectRefusal(
    observed,
    answer,
    { status: 401, code: 'SUBSCRIPTION_KEY_INVALID', message: 'several different subscription keys' },
    { recordedBy: 'edge', rule: 'edge/authorization' },
  );
});

test('every call is on record once', async () => {
  await observed.expectAllOnRecord([PROMPT]);
});
