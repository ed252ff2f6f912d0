import { judgeSubscription } from '../../../src/governance/principals.ts';
import { governanceOf } from './governance-of.ts';

const APPLICATION = 'a0000001-0000-4000-8000-000000000001';
const { documents } = governanceOf({
  entries: [],
  grants: [],
  products: [
    {
      id: 'bound',
      displayName: 'Bound',
      description: 'Tests.',
      environment: 'production',
      subscriptions: {
        applications: [
          { subscription: 'team', applicationId: APPLICATION },
          { subscription: 'other', identityProvider: 'okta', applicationId: '0oA1' },
        ],
      },
    },
    {
      id: 'closed',
      displayName: 'Closed',
      description: 'Tests.',
      environment: 'production',
      subscriptions: { applications: [] },
    },
    { id: 'open-handed', displayName: 'Open', description: 'Tests.', environment: 'production' },
  ],
});

function isAllowed(
  productId: string,
  subscriptionId: string,
  applicationId: string,
  identityProvider = 'entra',
) {
  return (
    judgeSubscription(documents, { productId, subscriptionId, applicationId, identityProvider }) === undefined
  );
}

test.each([
  ['bound', 'team', APPLICATION, 'entra', true],
  ['bound', 'team', APPLICATION.toUpperCase(), 'entra', true],
  ['bound', 'other', '0oA1', 'okta', true],
  ['bound', 'other', '0oa1', 'okta', false],
  ['bound', 'other', '0oA1', 'entra', false],
  ['bound', 'team', APPLICATION, 'okta', false],
  ['bound', 'team', 'a0000002-0000-4000-8000-000000000002', 'entra', false],
  ['bound', 'Team', APPLICATION, 'entra', false],
  ['bound', 'unlisted', APPLICATION, 'entra', false],
  ['bound', 'team', '', 'entra', false],
  ['bound', 'team', '', 'subscription-key', true],
  ['bound', 'unlisted', '', 'subscription-key', true],
  ['closed', 'team', APPLICATION, 'entra', false],
  ['closed', 'team', '', 'subscription-key', true],
  ['open-handed', 'unlisted', APPLICATION, 'entra', true],
])('%s: the subscription %s and %s of %s', (productId, subscriptionId, applicationId, provider, isLetIn) => {
  expect(isAllowed(productId, subscriptionId, applicationId, provider)).toBe(isLetIn);
});

test('the refusal names its rule and says what to do', () => {
  const user = {
    productId: 'bound',
    subscriptionId: 'unlisted',
    applicationId: APPLICATION,
    identityProvider: 'entra',
  };
  expect(judgeSubscription(documents, user)).toMatchObject({
    allowed: false,
    rule: 'subscriptions',
    code: 'SUBSCRIPTION_NOT_ALLOWED',
    reason: expect.stringContaining(
      'ask the platform team to list yours in governance/limits.yaml',
    ) as string,
  });
});
