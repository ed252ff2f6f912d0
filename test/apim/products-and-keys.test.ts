import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { judgeSubscription } from '../../src/governance/principals.ts';
import { TENANT } from '@vertex-ai-gateway/test-support/token-issuer';
import { PREDICT, PRODUCTION_KEY, SANDBOX_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const { documents } = loadGovernance('governance');

/** Every APIM subscription that the documents list, and one that they don't. */
const LISTED = documents.limits.products.flatMap(({ id: product, subscriptions }) =>
  (subscriptions?.applications ?? []).map((one) => ({ product, ...one })),
);
const UNLISTED = documents.limits.products.map(({ id: product }) => ({
  product,
  subscription: `new-${product}`,
}));
const SUBSCRIPTIONS = [...LISTED, ...UNLISTED];

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge({
    belong: true,
    subscriptions: SUBSCRIPTIONS.map(({ product, subscription }) => ({
      id: subscription,
      name: subscription,
      product,
      primaryKey: keyOf(subscription),
    })),
  });
});

beforeEach(() => {
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

function keyOf(subscription: string): string {
  return `key-of-${subscription}`;
}

/** Issues a token of an application, or of one that acts for a person. */
function tokenOf(applicationId: string, identityProvider = 'entra', claims: object = {}): Promise<string> {
  return identityProvider === 'okta'
    ? edge.okta.sign({
        tid: undefined,
        oid: undefined,
        azp: undefined,
        roles: undefined,
        cid: applicationId,
        sub: applicationId,
        groups: ['vertex-assistants'],
        ...claims,
      })
    : edge.issuer.sign({ azp: applicationId, ...claims });
}

/** Sends a key and a token. Resolves with the outcome. */
async function send(key: string, token: string | undefined, further: OutgoingHttpHeaders = {}) {
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
  const authorization = token === undefined ? undefined : `Bearer ${token}`;
  const answer = await edge.predict({
    headers: { 'ocp-apim-subscription-key': key, authorization, ...further },
  });
  const records = edge.traces.map(({ metadata }) => metadata);
  const code = answer.status === 200 ? '' : /"reason":"(\w+)"/.exec(answer.text)?.[1];
  return { answer, code, records, isReceived: edge.functionApp.received.length > 0 };
}

test('a token is let in with the APIM subscription of its own application alone, as the function app would', async () => {
  const outcomes: string[] = [];
  for (const { subscription, product } of SUBSCRIPTIONS)
    for (const { applicationId, identityProvider = 'entra' } of LISTED) {
      const user = { subscriptionId: subscription, productId: product, applicationId, identityProvider };
      const isOwn = judgeSubscription(documents, user) === undefined;
      const { code, records, isReceived } = await send(
        keyOf(subscription),
        await tokenOf(applicationId, identityProvider),
      );
      const name = `${applicationId} with ${subscription}`;
      expect([name, code, isReceived]).toEqual([name, isOwn ? '' : 'SUBSCRIPTION_NOT_ALLOWED', isOwn]);
      expect(records).toMatchObject(
        isOwn
          ? []
          : [
              {
                outcome: 'denied',
                decision: 'deny',
                code: 'SUBSCRIPTION_NOT_ALLOWED',
                status: '403',
                rule: 'subscriptions',
                applicationId,
                subscriptionId: subscription,
                productId: product,
              },
            ],
      );
      if (isOwn) outcomes.push(subscription);
    }
  expect(outcomes).toEqual(LISTED.map(({ subscription }) => subscription));
});

test('the refusal has the words of the function app’s', async () => {
  const { answer, records } = await send(
    keyOf('scoring-app'),
    await tokenOf('a0000001-0000-4000-8000-000000000001'),
  );
  const denial = judgeSubscription(documents, {
    identityProvider: 'entra',
    applicationId: 'another',
    subscriptionId: 'scoring-app',
    productId: 'production',
  });
  expect(answer.json()).toMatchObject({
    error: { code: 403, status: 'PERMISSION_DENIED', message: denial?.reason },
  });
  expect(records).toMatchObject([{ reason: denial?.reason }]);
});

test.each([
  ['an id in upper case', 'A0000002-0000-4000-8000-000000000002', {}],
  [
    'a v1.0 token',
    'a0000002-0000-4000-8000-000000000002',
    { ver: '1.0', iss: `https://sts.windows.net/${TENANT}/` },
  ],
  ['a person', 'a0000002-0000-4000-8000-000000000002', { scp: 'access_as_user', idtyp: undefined }],
])('%s is taken for the application that it is', async (_, applicationId, claims) => {
  const isV1 = 'ver' in claims;
  const token = await tokenOf(
    applicationId,
    'entra',
    isV1 ? { ...claims, azp: undefined, appid: applicationId } : claims,
  );
  const { code } = await send(keyOf('scoring-app'), token);
  expect(code).toBe('');
});

test('an application of one issuer is not that of another, whatever it is called', async () => {
  const token = await tokenOf('a0000002-0000-4000-8000-000000000002', 'okta');
  expect((await send(keyOf('scoring-app'), token)).code).toBe('SUBSCRIPTION_NOT_ALLOWED');
  const another = await tokenOf('0oa1vertexassist0x5d7');
  expect((await send(keyOf('okta-app'), another)).code).toBe('SUBSCRIPTION_NOT_ALLOWED');
});

test('who has a key alone needs no listing', async () => {
  for (const subscription of ['sandbox-app', 'new-sandbox']) {
    const { code, isReceived } = await send(keyOf(subscription), undefined);
    expect([subscription, code, isReceived]).toEqual([subscription, '', true]);
  }
});

test('a refused token uses up nothing of the APIM subscription', async () => {
  const token = await tokenOf('a0000001-0000-4000-8000-000000000001');
  const { answer } = await send(keyOf('scoring-app'), token);
  expect(answer.headers).not.toHaveProperty('x-ratelimit-limit-requests');
});

const PLACES = ['ocp-apim-subscription-key', 'x-goog-api-key', 'api-key', 'x-api-key', '?'] as const;
const PAIRS = PLACES.flatMap((one, index) => PLACES.slice(index + 1).map((other) => [one, other] as const));

describe('keys in several places', () => {
  let own: Edge;

  beforeAll(async () => {
    own = await startEdge();
  });

  beforeEach(() => {
    own.functionApp.received.length = 0;
    own.traces.length = 0;
  });

  afterAll(() => own.close());

  async function sendKeys(keys: readonly (readonly [place: string, key: string])[]) {
    const headers = keys.filter(([place]) => place !== '?');
    const query = keys.filter(([place]) => place === '?').map(([, key]) => `subscription-key=${key}`);
    const answer = await own.predict({
      path: query.length === 0 ? PREDICT : `${PREDICT}?${query.join('&')}`,
      headers: {
        'ocp-apim-subscription-key': undefined,
        authorization: undefined,
        ...Object.fromEntries(headers),
      },
    });
    return { answer, records: own.traces.splice(0).map(({ metadata }) => metadata) };
  }

  test.each(PAIRS)('which differ in %s and %s are refused, whichever is right', async (one, other) => {
    for (const [first, second] of [
      [SANDBOX_KEY, PRODUCTION_KEY],
      [PRODUCTION_KEY, SANDBOX_KEY],
      [SANDBOX_KEY, 'nonsense'],
      ['nonsense', SANDBOX_KEY],
    ] as const) {
      const { answer, records } = await sendKeys([
        [one, first],
        [other, second],
      ]);
      expect([first, answer.status, answer.text]).toEqual([
        first,
        401,
        expect.stringContaining('The call has several different subscription keys.') as string,
      ]);
      expect(records).toMatchObject([
        { outcome: 'denied', code: 'SUBSCRIPTION_KEY_INVALID', rule: 'edge/authorization' },
      ]);
    }
    expect(own.functionApp.received).toEqual([]);
  });

  test.each(PAIRS)('which are the same in %s and %s are one', async (one, other) => {
    const { answer, records } = await sendKeys([
      [one, SANDBOX_KEY],
      [other, SANDBOX_KEY],
    ]);
    expect([answer.status, records]).toEqual([200, []]);
    expect(own.functionApp.received).toMatchObject([{ headers: { 'x-gateway-subscription-id': 'sandbox' } }]);
  });

  test('which differ within the query are refused', async () => {
    const { answer } = await sendKeys([
      ['?', SANDBOX_KEY],
      ['?', PRODUCTION_KEY],
    ]);
    expect(answer.text).toContain('several different subscription keys');
  });

  test('which differ within one header are refused', async () => {
    for (const name of ['ocp-apim-subscription-key', 'api-key']) {
      const answer = await own.predict({
        headers: {
          authorization: undefined,
          'ocp-apim-subscription-key': undefined,
          [name]: [SANDBOX_KEY, PRODUCTION_KEY],
        },
      });
      expect([name, answer.status]).toEqual([name, 401]);
    }
    expect(own.functionApp.received).toEqual([]);
  });

  test('of another APIM subscription are no token, either', async () => {
    for (const name of ['ocp-apim-subscription-key', 'x-api-key']) {
      const answer = await own.predict({
        headers: {
          'ocp-apim-subscription-key': undefined,
          [name]: SANDBOX_KEY,
          authorization: `Bearer ${PRODUCTION_KEY}`,
        },
      });
      expect([name, answer.status, answer.text]).toEqual([
        name,
        401,
        expect.stringContaining('TOKEN_INVALID'),
      ]);
    }
  });
});

test.each([
  ['is suspended', { product: 'sandbox', state: 'suspended' }],
  ['is cancelled', { product: 'sandbox', state: 'cancelled' }],
  ['is not approved yet', { product: 'production', state: 'submitted' }],
  ['was rejected', { product: 'production', state: 'rejected' }],
  ['has expired', { product: 'production', state: 'expired' }],
  ['is of the open product', { product: 'open' }],
  ['is of one API', { api: 'vertex' }],
  ['is of another API', { api: 'openai' }],
  ['is of all APIs', {}],
])('the key of an APIM subscription that %s opens nothing', async (_, subscription) => {
  const own = await startEdge({
    subscriptions: [{ id: 'one', name: 'One', primaryKey: 'one-key', ...subscription }],
  });
  try {
    for (const name of ['ocp-apim-subscription-key', 'x-goog-api-key']) {
      own.traces.length = 0;
      const headers = { 'ocp-apim-subscription-key': undefined, [name]: 'one-key' };
      const { status, text } = await own.predict({ headers });
      expect([status, text]).toEqual([401, expect.stringContaining('SUBSCRIPTION_KEY_INVALID')]);
      expect(own.traces.map(({ metadata }) => metadata)).toMatchObject([{ outcome: 'denied', objectId: '' }]);
    }
    expect(own.functionApp.received).toEqual([]);
  } finally {
    await own.close();
  }
});

test('the key of a product that is not published opens nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'apim-'));
  cpSync('apim', directory, { recursive: true });
  const file = join(directory, 'products/sandbox/productInformation.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"state": "published"', '"state": "notPublished"'));
  const own = await startEdge({ directory });
  rmSync(directory, { recursive: true });
  try {
    const headers = { 'ocp-apim-subscription-key': SANDBOX_KEY, authorization: undefined };
    const { status, text } = await own.predict({ headers });
    expect([status, text]).toEqual([401, expect.stringContaining('SUBSCRIPTION_KEY_INVALID')]);
    expect(own.functionApp.received).toEqual([]);
    expect((await own.predict()).status).toBe(200);
  } finally {
    await own.close();
  }
});
