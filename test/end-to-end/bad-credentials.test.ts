import { expectEdgeRefusal } from './expect-refusal.ts';
import { ObservedChain } from './observed-chain.ts';
import { predict } from './sample-calls.ts';
import { unsigned, withClaims, withoutSignature } from './unsigned-token.ts';

/** Stands for what must not come back: it is sent in tokens and keys. */
const SECRET = 'zanzibar';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

test('no token is 401', async () => {
  const answer = await predict(observed, { headers: { authorization: '' } });
  await expectEdgeRefusal(
    observed,
    answer,
    { status: 401, code: 'TOKEN_MISSING' },
    { subscriptionId: 'scoring-app', productId: 'production', objectId: '' },
  );
  expect(answer.headers['www-authenticate']).toBe('Bearer');
});

const OTHER = 'https://login.microsoftonline.com/99999999-9999-4999-8999-999999999999/v2.0';

test.each([
  ['expired', { expiresInSeconds: -10 }, /^The token has expired/],
  [
    'for another audience',
    { audience: `api://${SECRET}` },
    /another audience.*f0000001-0000-4000-8000-000000000001\/\.default/,
  ],
  ['of another tenant', { issuer: OTHER }, /not a valid token of an identity provider/],
])('a token that is %s is 401', async (_name, request, message) => {
  const token = await observed.mint({ application: 'scoring-app', ...request });
  const answer = await predict(observed, { headers: { authorization: `Bearer ${token}` } });
  await expectEdgeRefusal(observed, answer, { status: 401, code: 'TOKEN_INVALID', message });
  expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
});

test.each([
  ['alg none', (token: string) => unsigned(token)],
  ['no signature', (token: string) => withoutSignature(token)],
  ['claims changed after signing', (token: string) => withClaims(token, { roles: ['Assistants.Use'] })],
  ['no JWT at all', () => SECRET],
])('a token with %s is 401', async (_name, spoil) => {
  const token = spoil(await observed.chain.token('scoring-app'));
  const answer = await predict(observed, { headers: { authorization: `Bearer ${token}` } });
  await expectEdgeRefusal(observed, answer, { status: 401, code: 'TOKEN_INVALID' });
});

test('no subscription key is 401', async () => {
  const answer = await predict(observed, { headers: { 'ocp-apim-subscription-key': '' } });
  const refusal = { status: 401, code: 'SUBSCRIPTION_KEY_MISSING', message: 'Ocp-Apim-Subscription-Key' };
  await expectEdgeRefusal(observed, answer, refusal);
  expect(answer.headers['www-authenticate']).toMatch(/^AzureApiManagementKey /);
});

test('a wrong subscription key is 401', async () => {
  const answer = await predict(observed, { headers: { 'ocp-apim-subscription-key': SECRET } });
  await expectEdgeRefusal(observed, answer, { status: 401, code: 'SUBSCRIPTION_KEY_INVALID' });
});

test('all calls are on record once, without a value of a body, a token or a key', async () => {
  await observed.expectAllOnRecord([SECRET]);
});
