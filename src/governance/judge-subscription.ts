import { agentKeyOf } from './agents.ts';
import { KEY_ONLY_PROVIDER } from './check-limits.ts';
import type { Denial } from './decide.ts';
import type { GovernanceDocuments } from './governance.ts';

/** A caller, and the APIM subscription whose key it sent. */
interface SubscriptionUser {
  readonly identityProvider: string;
  readonly applicationId: string;
  readonly subscriptionId: string;
  readonly productId: string;
}

/** The same words as the edge's own refusal (`name-error`). */
const REASON =
  'Your APIM subscription belongs to another application than the one that the token is of, or to none yet. Use the key ' +
  'of your application’s own APIM subscription, or ask the platform team to list yours in governance/limits.yaml.';

/**
 * Refuses a token of another application than the APIM subscription belongs to, where its product says that they belong
 * to applications. Who has no token calls as the APIM subscription itself.
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
