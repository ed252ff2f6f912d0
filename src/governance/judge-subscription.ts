import { agentKeyOf } from './agents.ts';
import { KEY_ONLY_PROVIDER } from './check-limits.ts';
import type { Denial } from './decide.ts';
import type { GovernanceDocuments } from './governance.ts';

/** A caller, with the APIM subscription whose key it sent. */
interface SubscriptionUser {
  readonly identityProvider: string;
  readonly applicationId: string;
  readonly subscriptionId: string;
  readonly productId: string;
}

/** The edge refuses with the same text, in its policy fragment `name-error`. */
const REASON =
  'Your APIM subscription belongs to another application than the one that the token is of, or to none yet. Use the key ' +
  'of your application’s own APIM subscription, or ask the platform team to list yours in governance/limits.yaml.';

/**
 * Denies a call whose token is of another application than the one that its APIM subscription belongs to.
 * @returns undefined for a call that may go on: of a product whose subscriptions belong to no applications, or without
 *   a token.
 */
export function judgeSubscription(
  { access, limits }: Pick<GovernanceDocuments, 'access' | 'limits'>,
  user: SubscriptionUser,
): Denial | undefined {
  if (user.identityProvider === KEY_ONLY_PROVIDER) return undefined;
  const applications = limits.products.find(({ id }) => id === user.productId)?.subscriptions?.applications;
  if (!applications) return undefined;
  const owner = applications.find(({ subscription }) => subscription === user.subscriptionId);
  if (owner && agentKeyOf(access, owner) === agentKeyOf(access, user)) return undefined;
  return { allowed: false, rule: 'subscriptions', code: 'SUBSCRIPTION_NOT_ALLOWED', reason: REASON };
}
