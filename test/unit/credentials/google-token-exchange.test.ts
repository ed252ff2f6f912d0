import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { UnsecuredJWT } from 'jose';
import { listen, type Listening } from '@vertex-ai-gateway/cloud-emulators/loopback/listen';
import type { GatewayErrorCode } from '../../../src/errors/codes.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { createGoogleTokenExchange } from '../../../src/credentials/google-token-exchange.ts';
import { rejectedBy } from '../thrown-by.ts';
import { UNLIMITED_IN_MS, withoutWaiting } from './without-waiting.ts';

const FEDERATION = '66666666-6666-4666-8666-666666666666';
const SUBJECT_TOKEN = `${new UnsecuredJWT({ ver: '2.0', oid: 'identity' })
  .setIssuer('https://login.microsoftonline.com/tenant/v2.0')
  .setAudience(FEDERATION)
  .encode()}c2lnbmF0dXJl`;
const FEDERATED_TOKEN = 'ya29.federated-secret';
const ACCESS_TOKEN = 'ya29.impersonated-secret';
const SERVICE_ACCOUNT = 'vertex-gateway@sample-project.iam.gserviceaccount.com';
const AUDIENCE =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/azure/providers/entra';

/** Answers a request to a fake service; the request hangs when it does nothing. */
type Answer = (response: ServerResponse) => void;
interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

let server: Listening;
let received: Received[];
let sts: Answer;
let iam: Answer;
let hung: ServerResponse[];

beforeEach(async () => {
  // The library warns at every construction of configurations from untrusted sources.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  received = [];
  hung = [];
  sts = json(200, { access_token: FEDERATED_TOKEN, token_type: 'Bearer', expires_in: 3600 });
  iam = json(200, { accessToken: ACCESS_TOKEN, expireTime: '2096-01-01T00:00:00Z' });
  server = await listen(createServer(serve), 0);
});
afterEach(async () => {
  jest.restoreAllMocks();
  // The library's attempts that are still open end so.
  for (const response of hung) json(400, {})(response);
  await server.close();
});

function serve(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const path = request.url ?? '';
    const body = Buffer.concat(chunks).toString();
    received.push({ path, authorization: request.headers.authorization, body });
    (path === '/v1/token' ? sts : iam)(response);
  });
}

function json(status: number, body: unknown): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

const hang: Answer = (response) => void hung.push(response);
const reset: Answer = (response) => void response.destroy();

function exchange({
  serviceAccount,
  timeoutInMs = 5000,
}: { serviceAccount?: string; timeoutInMs?: number } = {}) {
  const address = `http://127.0.0.1:${server.port}`;
  return createGoogleTokenExchange({
    audience: AUDIENCE,
    stsUrl: `${address}/v1/token`,
    serviceAccount,
    iamCredentialsUrl: address,
    subjectToken: () => Promise.resolve(SUBJECT_TOKEN),
    timeoutInMs,
  })();
}

async function failure(options?: Parameters<typeof exchange>[0]): Promise<GatewayError> {
  const error = await rejectedBy(exchange(options));
  const everything = [
    error.message,
    error.stack,
    inspect(error, { depth: null, showHidden: true }),
    JSON.stringify(error),
  ];
  for (const secret of [SUBJECT_TOKEN, SUBJECT_TOKEN.split('.')[1], FEDERATED_TOKEN, ACCESS_TOKEN]) {
    expect(everything.join()).not.toContain(secret);
  }
  expect(error.cause).toBeUndefined();
  return error;
}

test('the subject token is exchanged for a Google access token with its expiry', async () => {
  const before = Date.now();
  const { value, expiresAt } = await exchange();
  expect(value).toBe(FEDERATED_TOKEN);
  expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before + 3600_000);
  expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 3600_000);
  expect(received.map(({ path }) => path)).toEqual(['/v1/token']);
  expect(Object.fromEntries(new URLSearchParams(received[0]?.body))).toMatchObject({
    audience: AUDIENCE,
    subject_token: SUBJECT_TOKEN,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
  });
});

test('with a service account the federated token is exchanged for that account’s', async () => {
  const { value, expiresAt } = await exchange({ serviceAccount: SERVICE_ACCOUNT });
  expect(value).toBe(ACCESS_TOKEN);
  expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
  expect(received.map(({ path, authorization }) => [path, authorization])).toEqual([
    ['/v1/token', undefined],
    [`/v1/projects/-/serviceAccounts/${SERVICE_ACCOUNT}:generateAccessToken`, `Bearer ${FEDERATED_TOKEN}`],
  ]);
});

test.each([['2096-01-01T00:00:00Z'], ['9999-12-31T23:59:59Z']])(
  'a token until %s is taken for one of twelve hours, as Google gives them',
  async (expireTime) => {
    iam = json(200, { accessToken: ACCESS_TOKEN, expireTime });
    const { expiresAt } = await exchange({ serviceAccount: SERVICE_ACCOUNT });
    expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 12 * 3600_000);
  },
);

test('every exchange is a new one', async () => {
  await exchange();
  await exchange();
  expect(received).toHaveLength(2);
});

test('a failure of the managed identity passes as it is, and Google is not asked', async () => {
  const down = new GatewayError('MANAGED_IDENTITY_UNAVAILABLE', 'No identity.');
  const exchanging = createGoogleTokenExchange({
    audience: AUDIENCE,
    stsUrl: `http://127.0.0.1:${server.port}/v1/token`,
    serviceAccount: undefined,
    iamCredentialsUrl: `http://127.0.0.1:${server.port}`,
    subjectToken: () => Promise.reject(down),
    timeoutInMs: 1000,
  })();
  expect(await rejectedBy(exchanging)).toBe(down);
  expect(received).toEqual([]);
});

test('invalid_grant of STS is a rejection that tells issuer, audience and version', async () => {
  sts = json(400, { error: 'invalid_grant', error_description: `The token ${SUBJECT_TOKEN} is refused.` });
  const error = await failure();
  expect(error.code).toBe('TOKEN_EXCHANGE_REJECTED');
  expect(error.message).toBe(
    "Google STS refused the function app's identity (invalid_grant): its token has issuer " +
      `https://login.microsoftonline.com/tenant/v2.0, audience ${FEDERATION}, version 2.0. ` +
      'Its operators must compare that with the workload identity pool provider.',
  );
});

test.each([
  [401, { error: 'invalid_client' }, 'invalid_client'],
  [403, {}, 'HTTP 403'],
  [404, 'nothing here', 'HTTP 404'],
])('HTTP %i of STS is a rejection', async (status, body, told) => {
  sts = json(status, body);
  const error = await failure();
  expect(error.code).toBe('TOKEN_EXCHANGE_REJECTED');
  expect(error.message).toContain(`(${told})`);
});

test.each<[string, Answer]>([
  ['answers 429', json(429, { error: 'slow_down', error_description: SUBJECT_TOKEN })],
  ['answers 500', json(500, { error: 'internal', error_description: SUBJECT_TOKEN })],
  ['answers 503', json(503, {})],
  ['breaks the connection', reset],
])('STS that %s is an outage', async (_, answer) => {
  sts = answer;
  const error = await withoutWaiting(() => failure({ timeoutInMs: UNLIMITED_IN_MS }));
  expect(error).toMatchObject({
    code: 'TOKEN_EXCHANGE_UNAVAILABLE',
    message:
      'Google STS cannot be reached or is overloaded, so the gateway has no Google credentials. Try again shortly.',
  });
});

test('STS that hangs is an outage, told as one', async () => {
  sts = hang;
  const error = await failure({ timeoutInMs: 50 });
  expect(error).toMatchObject({
    code: 'TOKEN_EXCHANGE_UNAVAILABLE',
    message:
      'Google STS did not answer in time, so the gateway has no Google credentials. Try again shortly.',
  });
});

test('STS that is not there is an outage', async () => {
  await server.close();
  const error = await withoutWaiting(() => failure({ timeoutInMs: UNLIMITED_IN_MS }));
  expect(error.code).toBe('TOKEN_EXCHANGE_UNAVAILABLE');
});

test.each([
  ['no expiry', { access_token: FEDERATED_TOKEN, token_type: 'Bearer' }],
  ['no token', { expires_in: 3600 }],
])('an answer of STS with %s is a rejection, not a token for ever', async (_, body) => {
  sts = json(200, body);
  const error = await failure();
  expect(error.code).toBe('TOKEN_EXCHANGE_REJECTED');
  expect(error.message).toContain('an answer without a token or its expiry');
});

test('HTTP 403 of IAM is a rejection that names the role to check', async () => {
  iam = json(403, {
    error: { code: 403, message: `denied for ${FEDERATED_TOKEN}`, status: 'PERMISSION_DENIED' },
  });
  const error = await failure({ serviceAccount: SERVICE_ACCOUNT });
  expect(error).toMatchObject({
    code: 'IMPERSONATION_REJECTED',
    message:
      'Google IAM refused to let the function app impersonate its service account (HTTP 403). ' +
      'Its operators must check roles/iam.workloadIdentityUser.',
  });
});

test.each<[string, Answer]>([
  ['answers 503', json(503, {})],
  ['breaks the connection', reset],
])('IAM that %s is an outage', async (_, answer) => {
  iam = answer;
  const error = await withoutWaiting(() =>
    failure({ serviceAccount: SERVICE_ACCOUNT, timeoutInMs: UNLIMITED_IN_MS }),
  );
  expect(error.code).toBe('IMPERSONATION_UNAVAILABLE');
});

test('IAM that hangs is an outage, told as one', async () => {
  iam = hang;
  const error = await failure({ serviceAccount: SERVICE_ACCOUNT, timeoutInMs: 500 });
  expect(error).toMatchObject({
    code: 'IMPERSONATION_UNAVAILABLE',
    message:
      'Google IAM Credentials did not answer in time, so the gateway has no Google credentials. Try again shortly.',
  });
});

test('a failure of STS is not told as one of IAM', async () => {
  sts = json(400, { error: 'invalid_grant' });
  expect((await failure({ serviceAccount: SERVICE_ACCOUNT })).code).toBe('TOKEN_EXCHANGE_REJECTED');
});

test.each<[string, Answer, GatewayErrorCode]>([
  ['nothing in it', json(200, {}), 'IMPERSONATION_UNAVAILABLE'],
  ['no expiry', json(200, { accessToken: ACCESS_TOKEN }), 'IMPERSONATION_REJECTED'],
])('an answer of IAM with %s gives no token', async (_, answer, code) => {
  iam = answer;
  expect((await failure({ serviceAccount: SERVICE_ACCOUNT })).code).toBe(code);
});
