import { expectEdgeRefusal } from './expect-refusal.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { PREDICT_BODY } from './sample-calls.ts';
import type { Answer } from './send-bytes.ts';

const SHORT = '/vertex/v1beta1/publishers/google/models/gemini-3.5-flash:generateContent';
const BODY = '{"contents":[{"role":"user","parts":[{"text":"Narwhals sing."}]}]}';
const CARRIERS = ['ocp-apim-subscription-key', 'x-goog-api-key', 'api-key', 'x-api-key'];

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

function keyOf(application: string): string {
  return observed.chain.environment.applications[application]?.subscriptionKey ?? '';
}

/** Asks Gemini with these headers and no credentials besides. */
function ask(
  headers: Readonly<Record<string, string>>,
  path = modelPath('generateContent'),
): Promise<Answer> {
  return observed.call({ path, body: BODY, headers });
}

/** The credentials of a key that a client sends in each of the places that it may have for it. */
function carriersOf(key: string): Record<string, string>[] {
  return [...CARRIERS.map((name) => ({ [name]: key })), { authorization: `Bearer ${key}` }];
}

const KEY_ONLY_RECORD = {
  outcome: 'answered',
  decision: 'allow',
  rule: 'sandbox-tries-out',
  identityProvider: 'subscription-key',
  objectId: 'sandbox-app',
  roles: 'Sandbox.Use',
  subscriptionId: 'sandbox-app',
  productId: 'sandbox',
};

test('with a key of the sandbox alone, a model is answered, whichever place the key is in', async () => {
  for (const headers of carriersOf(keyOf('sandbox-app'))) {
    const answer = await ask(headers);
    expect([headers, answer.status, answer.headers['x-ratelimit-limit-requests']]).toEqual([
      headers,
      200,
      '600',
    ]);
    observed.whenRecorded(answer, KEY_ONLY_RECORD);
  }
});

test('with a key of the sandbox alone, the short form is answered', async () => {
  const answer = await ask({ 'x-goog-api-key': keyOf('sandbox-app') }, SHORT);
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { ...KEY_ONLY_RECORD, location: 'us' });
});

test('with a key of the sandbox alone, a stream arrives event by event', async () => {
  await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 100 });
  const path = modelPath('streamGenerateContent?alt=sse');
  const answer = await ask({ 'x-goog-api-key': keyOf('sandbox-app') }, path);
  await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 2 });
  expect(answer.status).toBe(200);
  expect((answer.arrivals.at(-1) ?? 0) - (answer.arrivals[0] ?? 0)).toBeGreaterThan(100);
  observed.whenRecorded(answer, KEY_ONLY_RECORD);
});

test('a key of the sandbox alone opens no more than the sandbox may use', async () => {
  const path = modelPath('generateContent', { model: 'gemini-3.1-pro-preview', location: 'global' });
  const answer = await ask({ 'x-goog-api-key': keyOf('sandbox-app') }, path);
  expect(answer.status).toBe(403);
  observed.whenRecorded(answer, {
    outcome: 'denied',
    identityProvider: 'subscription-key',
    objectId: 'sandbox-app',
  });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test('a key of production alone is refused, whichever place it is in', async () => {
  for (const headers of carriersOf(keyOf('assistants-app'))) {
    await expectEdgeRefusal(
      observed,
      await ask(headers),
      { status: 401, code: 'TOKEN_MISSING', message: 'The product of your APIM subscription needs a token.' },
      { subscriptionId: 'assistants-app', productId: 'production', objectId: '' },
    );
  }
});

test.each(['assistants-app', 'okta-app'])(
  'with a token of %s, its key may be under any name',
  async (application) => {
    const authorization = `Bearer ${await observed.chain.token(application)}`;
    for (const name of CARRIERS) {
      const answer = await ask({ [name]: keyOf(application), authorization });
      expect([name, answer.status]).toEqual([name, 200]);
      observed.whenRecorded(answer, {
        outcome: 'answered',
        applicationId: observed.chain.environment.applications[application]?.id,
        subscriptionId: application,
        productId: 'production',
      });
    }
  },
);

test('a token beside a key of the sandbox says who calls', async () => {
  const authorization = `Bearer ${await observed.chain.token('sandbox-app')}`;
  const answer = await observed.call({
    path: PREDICT_PATH,
    body: PREDICT_BODY,
    headers: { 'x-api-key': keyOf('sandbox-app'), authorization },
  });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    rule: 'sandbox-tries-out',
    identityProvider: 'entra',
    applicationId: observed.chain.environment.applications['sandbox-app']?.id,
    subscriptionId: 'sandbox-app',
    productId: 'sandbox',
  });
});

test('a token that has expired is refused beside a key that would be enough', async () => {
  const token = await observed.mint({ application: 'sandbox-app', expiresInSeconds: -10 });
  for (const name of CARRIERS) {
    const answer = await ask({ [name]: keyOf('sandbox-app'), authorization: `Bearer ${token}` });
    await expectEdgeRefusal(observed, answer, { status: 401, code: 'TOKEN_INVALID' });
  }
});

test('an unknown key is refused, whichever place it is in', async () => {
  for (const headers of carriersOf('narwhal-key')) {
    await expectEdgeRefusal(
      observed,
      await ask(headers),
      { status: 401, code: 'SUBSCRIPTION_KEY_INVALID' },
      { rule: 'edge/authorization', subscriptionId: '', productId: '' },
    );
  }
});

test('who calls with a key alone is told so', async () => {
  const answer = await observed.call({
    method: 'GET',
    path: '/gateway/v1/whoami',
    headers: { 'api-key': keyOf('sandbox-app') },
  });
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
    200,
    {
      identityProvider: 'subscription-key',
      objectId: 'sandbox-app',
      isDelegated: false,
      roles: ['Sandbox.Use'],
      productId: 'sandbox',
      environment: 'sandbox',
    },
  ]);
  observed.whenRecorded(answer, { operation: 'whoami', objectId: 'sandbox-app' });
});

test('a live conversation is refused in plain English, and on record', async () => {
  const answer = await observed.call({
    application: 'assistants-app',
    method: 'GET',
    path: '/vertex/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent',
  });
  await expectEdgeRefusal(
    observed,
    answer,
    { status: 501, code: 'OPERATION_NOT_SERVED', message: 'not served' },
    { operation: 'bidi-generate-content', subscriptionId: 'assistants-app' },
  );
});

test('every call is on record once, whichever way it went, and no key is anywhere', async () => {
  await observed.expectAllOnRecord(['narwhal']);
});
