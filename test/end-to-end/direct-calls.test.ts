import { functionsApi } from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { expectErrorBody, expectUnrecorded } from './expect-refusal.ts';
import { PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { unsigned, withClaims } from './unsigned-token.ts';

const FUNCTIONS_AUDIENCE = functionsApi.clientId;
const BODY = JSON.stringify({ instances: [[5.123456, 3.5, 1.4, 0.2]] });
const FORGED_ID = 'ffffffff-ffff-4fff-8fff-ffffffffffff';

/** The headers that the edge would stamp for the application with the most grants. */
const STAMPED = {
  'x-gateway-identity-provider': 'entra',
  'x-gateway-delegated': 'false',
  'x-gateway-tenant-id': '11111111-1111-4111-8111-111111111111',
  'x-gateway-object-id': 'b0000002-0000-4000-8000-000000000002',
  'x-gateway-application-id': 'a0000002-0000-4000-8000-000000000002',
  'x-gateway-roles': 'Scoring.Predict',
  'x-gateway-subscription-id': 'scoring-app',
  'x-gateway-product-id': 'production',
  'x-gateway-request-id': FORGED_ID,
};

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

test('a call without a token is 401', () => expectUnauthenticated({}));

test('forged identity headers without a token are 401', () => expectUnauthenticated(STAMPED));

test.each([
  ['a caller’s own token for the gateway', { application: 'scoring-app' }],
  ['a caller’s token for the function app', { application: 'scoring-app', audience: FUNCTIONS_AUDIENCE }],
  ['the function app’s own identity', { application: 'function-app', audience: FUNCTIONS_AUDIENCE }],
  [
    'API Management’s identity, for another audience',
    { application: 'api-management', audience: 'api://other' },
  ],
  [
    'API Management’s identity, expired',
    { application: 'api-management', audience: FUNCTIONS_AUDIENCE, expiresInSeconds: -1 },
  ],
  [
    'API Management’s identity in another tenant',
    { application: 'api-management', audience: FUNCTIONS_AUDIENCE, issuer: 'https://login.example/v2.0' },
  ],
])('%s is 401, whatever the headers say', async (_name, request) => {
  const token = await observed.mint(request);
  await expectUnauthenticated({ ...STAMPED, authorization: `Bearer ${token}` });
});

test('tokens with alg none or changed claims are 401', async () => {
  const genuine = await observed.mint({ application: 'function-app', audience: FUNCTIONS_AUDIENCE });
  const changed = withClaims(genuine, { oid: 'd0000001-0000-4000-8000-000000000001' });
  for (const token of [changed, unsigned(changed), `${unsigned(changed)}${changed.split('.')[2] ?? ''}`])
    await expectUnauthenticated({ ...STAMPED, authorization: `Bearer ${token}` });
});

test('a token of API Management without the headers that it stamps is 401', async () => {
  const token = await observed.mint({ application: 'api-management', audience: FUNCTIONS_AUDIENCE });
  await expectUnauthenticated({ authorization: `Bearer ${token}` }, /did not identify the caller/);
  await expectUnauthenticated(
    { ...STAMPED, 'x-gateway-object-id': "'; drop", authorization: `Bearer ${token}` },
    /objectId missing or malformed/,
  );
});

test('a call that is not let in gets the same answer on every path and method', async () => {
  for (const path of ['/vertex/', '/vertex/v1/anything', '/vertex/v1/%2e%2e/projects'])
    for (const method of ['GET', 'PUT'] as const)
      await expectUnauthenticated({}, undefined, { path, method });
});

test('API Management’s own token with all headers is let in, so that the refusals above have only one reason', async () => {
  const token = await observed.mint({ application: 'api-management', audience: FUNCTIONS_AUDIENCE });
  const answer = await send({ ...STAMPED, authorization: `Bearer ${token}` });
  expect([answer.status, answer.requestId]).toEqual([200, FORGED_ID]);
  observed.whenRecorded(answer, { outcome: 'answered', subscriptionId: 'scoring-app' });
});

test('a function app that trusts another API Management refuses the edge, which says why and has it on record', async () => {
  await observed.chain.restartFunctionApp({ API_MANAGEMENT_OBJECT_ID: FORGED_ID });
  const answer = await observed.call({ application: 'scoring-app', path: PREDICT_PATH, body: BODY });
  const message = /For its operators: The token’s object id is not the one in API_MANAGEMENT_OBJECT_ID\.$/;
  expectErrorBody(answer, { status: 401, code: 'CALLER_NOT_AUTHENTICATED', message });
  observed.whenRecorded(answer, {
    outcome: 'denied',
    code: 'CALLER_NOT_AUTHENTICATED',
    recordedBy: 'edge',
    subscriptionId: 'scoring-app',
  });
});

test('an answer of the host in front of the function app becomes an error of the edge, on record', async () => {
  await observed.chain.inject('functions-host', { path: '/vertex', status: 503, body: 'starting up' });
  const answer = await observed.call({ application: 'scoring-app', path: PREDICT_PATH, body: BODY });
  expectErrorBody(answer, { status: 502, code: 'BACKEND_UNREACHABLE' });
  observed.whenRecorded(answer, { outcome: 'failed', code: 'BACKEND_UNREACHABLE', recordedBy: 'edge' });
});

test('all calls through the edge are on record once, and no other is, without a value of a body, a token or a key', async () => {
  await observed.expectAllOnRecord([5.123456, 'drop', 'setosa']);
});

interface Target {
  readonly path?: string;
  readonly method?: 'GET' | 'POST' | 'PUT';
}

function send(
  headers: Readonly<Record<string, string>>,
  { path = PREDICT_PATH, method = 'POST' }: Target = {},
) {
  const body = method === 'POST' ? { body: BODY } : {};
  return observed.callDirectly({
    method,
    path,
    headers: { ...headers, 'content-type': 'application/json' },
    ...body,
  });
}

async function expectUnauthenticated(
  headers: Readonly<Record<string, string>>,
  message = /^This address accepts calls from API Management only/,
  target?: Target,
): Promise<void> {
  const answer = await send(headers, target);
  const ownId = expectUnrecorded(answer, { status: 401, code: 'CALLER_NOT_AUTHENTICATED', message });
  // Nothing of an unverified call is believed.
  expect(ownId).not.toBe(FORGED_ID);
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
}
