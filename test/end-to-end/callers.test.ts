import { expectEdgeRefusal, expectRefusal } from './expect-refusal.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';

const FLOWER = [5.123456, 3.512345, 1.412345, 0.212345];
const PROMPT = { contents: [{ role: 'user', parts: [{ text: 'Zanzibar grows cloves.' }] }] };

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

const MODELS: Readonly<Record<string, string>> = { flash: 'gemini-3.5-flash', pro: 'gemini-3.1-pro-preview' };
/** The locations in which the catalog offers them. */
const GEMINI = ['flash us', 'flash eu', 'flash global', 'pro global'];
const TARGETS = ['iris', ...GEMINI];

/** The table of sample callers in docs/operations.md, call by call. */
const GRANTED: Readonly<Record<string, readonly string[]>> = {
  'sandbox-app': ['iris', 'flash us'],
  'scoring-app': ['iris'],
  'eu-analytics-app': ['flash eu'],
  'assistants-app': GEMINI,
  'okta-app': GEMINI,
  'agent-app': ['flash us'],
  'auditor-app': [],
  'operator-app': [],
  'nobody-app': [],
};

test.each(Object.entries(GRANTED))(
  '%s may call what its role is granted, and nothing else',
  async (name, granted) => {
    const allowed: string[] = [];
    for (const target of TARGETS) {
      const [model = '', location] = target.split(' ');
      const answer = await observed.call({
        application: name,
        ...(location === undefined
          ? { path: PREDICT_PATH, body: JSON.stringify({ instances: [FLOWER] }) }
          : {
              path: modelPath('generateContent', { location, model: MODELS[model] ?? '' }),
              body: JSON.stringify(PROMPT),
            }),
      });
      const isAnswered = answer.status === 200;
      if (isAnswered) allowed.push(target);
      observed.whenRecorded(answer, {
        outcome: isAnswered ? 'answered' : 'denied',
        status: isAnswered ? '200' : '403',
        applicationId: observed.chain.environment.applications[name]?.id,
      });
    }
    expect(allowed).toEqual(granted);
    expect(await observed.chain.requests('vertex-ai')).toHaveLength(granted.length);
  },
);

test('identity headers that a caller forges are overridden', async () => {
  const forgedId = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
  const answer = await observed.call({
    application: 'scoring-app',
    path: modelPath('generateContent'),
    body: JSON.stringify(PROMPT),
    headers: {
      'x-gateway-tenant-id': forgedId,
      'X-Gateway-Object-Id': forgedId,
      'x-gateway-application-id': forgedId,
      'X-GATEWAY-ROLES': 'Assistants.Use Sandbox.Use',
      'x-gateway-subscription-id': 'assistants-app',
      'x-gateway-product-id': 'sandbox',
      'x-gateway-request-id': forgedId,
      'x-request-id': forgedId,
    },
  });
  const { applications } = observed.chain.environment;
  await expectRefusal(
    observed,
    answer,
    { status: 403, code: 'NOT_GRANTED' },
    {
      tenantId: '11111111-1111-4111-8111-111111111111',
      objectId: applications['scoring-app']?.objectId,
      applicationId: applications['scoring-app']?.id,
      roles: 'Scoring.Predict',
      subscriptionId: 'scoring-app',
      productId: 'production',
    },
  );
  expect(answer.requestId).not.toBe(forgedId);
});

test('a person of another issuer is refused where no agent is known for them', async () => {
  const claims = { sub: 'person@example.com', uid: '00u1' };
  const minted = await observed.chain.control('okta', 'POST', 'tokens', { application: 'okta-app', claims });
  const answer = await observed.call({
    application: 'okta-app',
    path: modelPath('generateContent'),
    body: JSON.stringify(PROMPT),
    headers: { authorization: `Bearer ${(minted as { access_token: string }).access_token}` },
  });
  await expectRefusal(
    observed,
    answer,
    { status: 403, code: 'AGENT_NOT_ALLOWED' },
    { identityProvider: 'okta', objectId: 'person@example.com', isDelegated: 'true' },
  );
});

test('the caller’s token and keys reach neither the function app nor Google', async () => {
  await observed.chain.control('functions-host', 'DELETE', 'requests');
  const token = await observed.chain.token('sandbox-app');
  const key = observed.chain.environment.applications['sandbox-app']?.subscriptionKey ?? '';
  const keys = {
    'x-goog-api-key': key,
    'x-functions-key': 'forged-key',
    'x-goog-user-project': 'other',
  };
  const calls = await Promise.all([
    observed.call({
      application: 'sandbox-app',
      path: `${PREDICT_PATH}?key=forged-key`,
      body: JSON.stringify({ instances: [FLOWER] }),
      headers: keys,
    }),
    observed.call({
      application: 'sandbox-app',
      // The key in the query instead of the header.
      path: `${modelPath('streamGenerateContent?alt=sse')}&subscription-key=${key}&code=forged-key`,
      body: JSON.stringify(PROMPT),
      headers: { ...keys, 'ocp-apim-subscription-key': '' },
    }),
  ]);
  expect(calls.map(({ status }) => status)).toEqual([200, 200]);
  const atFunctionApp = (await observed.chain.requests('functions-host')).filter(
    ({ path }) => !path.startsWith('/api/health'),
  );
  const atGoogle = await observed.chain.requests('vertex-ai');
  expect([atFunctionApp.length, atGoogle.length]).toEqual([2, 2]);
  for (const request of [...atFunctionApp, ...atGoogle]) {
    const everything = JSON.stringify(request);
    const found = [token, key, 'forged-key', 'x-goog-user-project'].filter((one) => everything.includes(one));
    expect([request.path, found]).toEqual([request.path, []]);
  }
  for (const { headers } of atGoogle) {
    expect(headers.authorization).toMatch(/^Bearer ya29\./);
    expect(Object.keys(headers).filter((name) => name.startsWith('x-gateway-'))).toEqual([]);
  }
});

test('the platform’s health address answers on the function app, and the edge does not expose it', async () => {
  const { gatewayUrl, functionsUrl } = observed.chain.environment;
  const health = await fetch(`${functionsUrl}/api/health`);
  expect([health.status, await health.json()]).toEqual([
    200,
    expect.objectContaining({ live: true, ready: true }),
  ]);
  for (const path of [
    '/api/health',
    '/vertex/api/health',
    '/vertex/../api/health',
    '/vertex/%2e%2e/api/health',
  ]) {
    const answer = await observed.call({ application: 'assistants-app', method: 'GET', path });
    await expectEdgeRefusal(observed, answer, { status: 404, code: 'OPERATION_NOT_FOUND' });
  }
  const status = await fetch(`${gatewayUrl}/status-0123456789abcdef`);
  expect(status.status).toBe(200);
});

test('all calls are on record once, without prompts, predictions, tokens or keys', async () => {
  await observed.expectAllOnRecord(['zanzibar', 'cloves', 'setosa', ...FLOWER]);
});
