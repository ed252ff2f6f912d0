import type { Fault } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { expectAllOnRecordWithoutTokens, expectFailure, type Failure } from './expect-failure.ts';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

/** More than the SDKs' retries and the calls of one test can use up. */
const FOR_LONG = 1000;
const CREDENTIALS_TIMEOUT_IN_MS = 300;
/** Three steps of 300 ms each, and time for everything else on a busy machine. */
const BOUND_IN_MS = 8000;
const SERVICE_ACCOUNT = 'vertex-gateway@sample-project.iam.gserviceaccount.com';
/** A message that a careless service might send, with a token in it. */
const LEAKY = 'The token eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl is not good.';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

afterAll(() => observed.stop());

afterEach(() => observed.chain.control('google', 'DELETE', 'faults'));
afterEach(() => observed.chain.control('managed-identity', 'DELETE', 'faults'));
/** The ledger needs the managed identity too: a process that ends while that is away takes its last records with it. */
afterEach(() => observed.untilOnRecord());

/** Starts the function app without a token in its cache, the faults in place before its first exchange. */
async function restartWith(
  emulator: 'google' | 'managed-identity',
  fault: Fault,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  await observed.chain.inject(emulator, { times: FOR_LONG, ...fault });
  await observed.chain.restartFunctionApp({
    CREDENTIALS_TIMEOUT_IN_MS: String(CREDENTIALS_TIMEOUT_IN_MS),
    GOOGLE_SERVICE_ACCOUNT: '',
    ...settings,
  });
}

/** Waits for a text in the chain's output. @param start the place in the output to search from. */
async function untilPrinted(start: number, expected: RegExp): Promise<string> {
  for (;;) {
    const printed = observed.chain.printed.slice(start);
    if (expected.test(printed)) return printed;
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

function generate(): Promise<Answer> {
  return observed.call({
    application: 'assistants-app',
    path: modelPath('generateContent'),
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }),
  });
}

/** One call, which ends in bounded time with this failure and never gets to Vertex AI. */
async function expectCredentialsFailure(failure: Failure): Promise<void> {
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  const startedAt = performance.now();
  const answer = await generate();

  expect(performance.now() - startedAt).toBeLessThan(BOUND_IN_MS);
  expectFailure(observed, answer, failure, { decision: 'allow', rule: 'assistants-chat' });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
}

const MANAGED_IDENTITY_DOWN: Failure = {
  status: 503,
  code: 'MANAGED_IDENTITY_UNAVAILABLE',
  canonical: 'UNAVAILABLE',
  message: /^The function app's managed identity endpoint did not answer .* Try again shortly\.$/,
};
const STS_DOWN: Failure = {
  status: 503,
  code: 'TOKEN_EXCHANGE_UNAVAILABLE',
  canonical: 'UNAVAILABLE',
  message: /^Google STS (did not answer in time|cannot be reached or is overloaded), .* Try again shortly\.$/,
};
const IMPERSONATION_DOWN: Failure = {
  status: 503,
  code: 'IMPERSONATION_UNAVAILABLE',
  canonical: 'UNAVAILABLE',
  message: /^Google IAM Credentials .* Try again shortly\.$/,
};

test.each<[string, Fault]>([
  ['drops its connections', { reset: true }],
  ['answers 500', { status: 500, body: LEAKY }],
  ['hangs', { hang: true }],
])('a managed identity endpoint that %s is named', async (_, fault) => {
  await restartWith('managed-identity', fault);

  await expectCredentialsFailure(MANAGED_IDENTITY_DOWN);
});

test.each<[string, Fault]>([
  ['answers 503', { status: 503, body: { error: 'unavailable', error_description: LEAKY } }],
  ['hangs', { hang: true }],
  ['drops its connections', { reset: true }],
])('a Google STS that %s is named', async (_, fault) => {
  await restartWith('google', { path: '/v1/token', ...fault });

  await expectCredentialsFailure(STS_DOWN);
});

test('a Google STS that refuses the identity is named, with the claims to compare', async () => {
  const body = { error: 'invalid_grant', error_description: LEAKY };
  await restartWith('google', { path: '/v1/token', status: 400, body });

  await expectCredentialsFailure({
    status: 502,
    code: 'TOKEN_EXCHANGE_REJECTED',
    canonical: 'UNAVAILABLE',
    message:
      /^Google STS refused the function app's identity \(invalid_grant\): its token has issuer http\S+\/v2\.0, audience f0000003-0000-4000-8000-000000000003, version 2\.0\./,
    retryable: false,
  });
});

test('a service account that may not be impersonated is named as that', async () => {
  const body = { error: { code: 403, message: LEAKY, status: 'PERMISSION_DENIED' } };
  await restartWith(
    'google',
    { path: ':generateAccessToken', status: 403, body },
    { GOOGLE_SERVICE_ACCOUNT: SERVICE_ACCOUNT },
  );

  await expectCredentialsFailure({
    status: 502,
    code: 'IMPERSONATION_REJECTED',
    canonical: 'UNAVAILABLE',
    message: /impersonate its service account \(HTTP 403\)\. .*roles\/iam\.workloadIdentityUser/,
    retryable: false,
  });
});

test.each<[string, Fault]>([
  ['answers 503', { status: 503, body: { error: { code: 503, message: LEAKY, status: 'UNAVAILABLE' } } }],
  ['hangs', { hang: true }],
])('an impersonation service that %s is named', async (_, fault) => {
  await restartWith(
    'google',
    { path: ':generateAccessToken', ...fault },
    { GOOGLE_SERVICE_ACCOUNT: SERVICE_ACCOUNT },
  );

  await expectCredentialsFailure(IMPERSONATION_DOWN);
});

test('20 calls at once during an outage all learn of it, from one exchange', async () => {
  await restartWith('google', { path: '/v1/token', hang: true });
  await observed.chain.control('google', 'DELETE', 'requests');

  const answers = await Promise.all(Array.from({ length: 20 }, generate));

  for (const answer of answers) expectFailure(observed, answer, STS_DOWN);
  const { length } = await observed.chain.requests('google');
  expect(length).toBeLessThanOrEqual(2);
});

test('health tells of an outage and of its end, and the next call is answered', async () => {
  await restartWith('google', { path: '/v1/token', status: 503 });
  const before = observed.chain.printed.length;
  const health = (which = '') => fetch(`${observed.chain.environment.functionsUrl}/api/health${which}`);
  const down = await health('/ready');
  expect([down.status, (await health()).status, (await health('/live')).status]).toEqual([503, 503, 200]);
  expect(await down.json()).toEqual({
    live: true,
    ready: false,
    governance: { policyVersion: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    credentials: 'unavailable',
  });
  await untilPrinted(before, / error health-ready .*: TOKEN_EXCHANGE_UNAVAILABLE: Google STS /);

  await observed.chain.control('google', 'DELETE', 'faults');
  // The next question waits for the next attempt, and is not answered with the failure of the last one.
  expect((await health('/ready')).status).toBe(200);

  const answer = await generate();
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('health tells strangers nothing of an identity that Google refuses, and operators all that they compare', async () => {
  const error = JSON.stringify({ error: 'invalid_grant', error_description: LEAKY });
  await restartWith('google', { path: '/v1/token', status: 400, body: error });
  const before = observed.chain.printed.length;
  const answer = await fetch(`${observed.chain.environment.functionsUrl}/api/health/ready`);
  const text = await answer.text();

  expect(answer.status).toBe(503);
  expect(JSON.parse(text)).toMatchObject({ ready: false, credentials: 'unavailable' });
  expect(text).not.toMatch(/https?:|api:|issuer|audience|subject|invalid_grant/i);
  const printed = observed.chain.printed.slice(before);
  expect(printed).toMatch(
    / error health-ready .*: TOKEN_EXCHANGE_REJECTED: .*invalid_grant.* issuer http.* audience /,
  );
  expect(printed).not.toMatch(/eyJ/);
});

test('a cached token goes on serving while the managed identity and Google STS are down', async () => {
  await observed.chain.restartFunctionApp();
  expect((await generate()).status).toBe(200);

  await observed.chain.inject('google', { times: FOR_LONG, reset: true });
  await observed.chain.inject('managed-identity', { times: FOR_LONG, reset: true });

  const answer = await generate();
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('each call has one audit record, and no token has got anywhere', () =>
  expectAllOnRecordWithoutTokens(observed));
