import {
  federationApi,
  functionsApi,
  gatewayApi,
} from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { expectEdgeRefusal, expectErrorBody, expectUnrecorded } from './expect-refusal.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { generate, PREDICT_BODY, predict } from './sample-calls.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const V1_ISSUER = `https://sts.windows.net/${TENANT}/`;
const SCORING_APP = {
  identityProvider: 'entra',
  tenantId: TENANT,
  objectId: 'b0000002-0000-4000-8000-000000000002',
  applicationId: 'a0000002-0000-4000-8000-000000000002',
  roles: 'Scoring.Predict',
  isDelegated: 'false',
};

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
  // Before API Management asks for its own token, which it keeps: the function app is told by its client id, and v2.0.
  await changeVersion(functionsApi.clientId, null);
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

function changeVersion(clientId: string, requestedAccessTokenVersion: 1 | 2 | null): Promise<unknown> {
  return observed.chain.control('entra', 'PATCH', `registrations/${clientId}`, {
    requestedAccessTokenVersion,
  });
}

/** A token that is bearer of these claims beside, or in place of, what the tenant gives. */
async function bearer(application: string, claims: object): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await observed.mint({ application, claims })}` };
}

test('with v1.0 tokens for the function app, its settings for v2.0 let API Management in', async () => {
  const answer = await predict(observed);
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered', ...SCORING_APP });
});

test.each([1, null, 2] as const)(
  'a caller with a token of the version that %j asks for is the same caller',
  async (version) => {
    await changeVersion(gatewayApi.clientId, version);
    for (const audience of [gatewayApi.clientId, `api://${gatewayApi.clientId}`]) {
      const token = await observed.mint({ application: 'scoring-app', audience });
      const answer = await predict(observed, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(200);
      observed.whenRecorded(answer, { outcome: 'answered', ...SCORING_APP });
    }
  },
);

test.each([
  [
    'the URI of v1.0 tokens in a v2.0 one',
    { aud: `api://${gatewayApi.clientId}` },
    /v2\.0 tokens have the audience/,
  ],
  ['the issuer of v1.0 tokens in a v2.0 one', { iss: V1_ISSUER }, /version of the token does not belong/],
  ['the version of v1.0 tokens in a v2.0 one', { ver: '1.0' }, /version of the token does not belong/],
])('a caller’s token with %s is 401', async (_, claims, message) => {
  const answer = await predict(observed, { headers: await bearer('scoring-app', claims) });
  await expectEdgeRefusal(observed, answer, { status: 401, code: 'TOKEN_INVALID', message });
});

test.each([
  [
    'the URI of v1.0 tokens in a v2.0 one',
    2,
    { aud: 'api://vertex-gateway-functions' },
    /For its operators: The audience of a v2\.0 token/,
  ],
  [
    'the URI that is not set in a v1.0 one',
    1,
    { aud: 'api://vertex-gateway-functions' },
    /For its operators: The audience of a v1\.0 token/,
  ],
  [
    'the issuer of v1.0 tokens in a v2.0 one',
    2,
    { iss: V1_ISSUER },
    /For its operators: The token’s issuer is that of v1\.0/,
  ],
] as const)('API Management’s token with %s is 401', async (_, version, claims, message) => {
  await changeVersion(functionsApi.clientId, version);
  const token = await observed.mint({
    application: 'api-management',
    audience: functionsApi.clientId,
    claims,
  });
  const answer = await observed.callDirectly({
    method: 'POST',
    path: PREDICT_PATH,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: PREDICT_BODY,
  });
  expectUnrecorded(answer, { status: 401, code: 'CALLER_NOT_AUTHENTICATED', message });
});

test('a guest for whom an application acts is on record by their account in this tenant', async () => {
  const headers = await bearer('agent-app', {
    idp: 'https://sts.windows.net/99999999-9999-4999-8999-999999999999/',
    email: 'guest@elsewhere.example',
    oid: 'e0000002-0000-4000-8000-000000000002',
    idtyp: 'user',
  });
  const answer = await observed.call({
    application: 'agent-app',
    path: modelPath('generateContent'),
    body: '{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}',
    headers,
  });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    tenantId: TENANT,
    objectId: 'e0000002-0000-4000-8000-000000000002',
    personId: 'e0000002-0000-4000-8000-000000000002',
    agentId: 'assistants-agent',
  });
});

test('of an application with 131 app roles those are on record that the documents know', async () => {
  const others = Array.from({ length: 131 }, (_, index) => `Another.Application.Role.Number.${index}`);
  const headers = await bearer('scoring-app', {
    roles: [...others, 'Scoring.Predict'],
    wids: others.slice(0, 20),
  });
  const answer = await predict(observed, { headers });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered', ...SCORING_APP });
});

test('groups that are too many for a token cost no more than the roles that they stand for', async () => {
  const headers = await bearer('scoring-app', {
    _claim_names: { groups: 'src1' },
    _claim_sources: { src1: { endpoint: 'https://graph.windows.net/…/getMemberObjects' } },
  });
  expect((await predict(observed, { headers })).status).toBe(200);
});

test('a provider of Google’s that expects v2.0 tokens refuses v1.0 ones, in a sentence that names both', async () => {
  await changeVersion(federationApi.clientId, null);
  await observed.chain.restartFunctionApp();
  const answer = await generate(observed);
  expectErrorBody(answer, {
    status: 502,
    code: 'TOKEN_EXCHANGE_REJECTED',
    message: `issuer ${V1_ISSUER}, audience api://${federationApi.clientId}, version 1.0`,
  });
  observed.whenRecorded(answer, { outcome: 'failed', code: 'TOKEN_EXCHANGE_REJECTED' });
});

test('all calls are on record once, without names, addresses or tokens', async () => {
  await observed.expectAllOnRecord(['guest@elsewhere.example', 'Another.Application']);
});
