import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** An APIM subscription, mostly of a product. */
export interface Subscription {
  readonly id: string;
  readonly name: string;
  /** The id of its product. Left out, it is for all APIs or for one, and no product's policies hold for its calls. */
  readonly product?: string;
  /** The id of its API, where it has no product; it is for all APIs when left out. */
  readonly api?: string;
  readonly primaryKey: string;
  readonly secondaryKey?: string;
  /** The state of the subscription, `active` when left out; any other state refuses the keys. */
  readonly state?: string;
  /** The start of the subscription in ISO 8601: periods of the `quota` policy are counted from then. */
  readonly startDate?: string;
}

/** Finds the subscription that a key belongs to, whatever its state. */
export type FindSubscription = (key: string) => Subscription | undefined;

/**
 * Keys are found by a salted hash that nobody outside can compute, and then compared in constant time: how long a
 * wrong key takes says nothing about the right ones.
 */
export function indexSubscriptions(subscriptions: readonly Subscription[]): FindSubscription {
  const salt = randomBytes(32).toString('hex');
  const digest = (key: string): Buffer => hash('sha256', salt + key, 'buffer');
  const index = new Map<string, { digest: Buffer; subscription: Subscription }>();
  for (const subscription of subscriptions) {
    if (subscription.startDate !== undefined && Number.isNaN(Date.parse(subscription.startDate)))
      throw new Error(`The start of the subscription "${subscription.id}" is no date.`);
    for (const key of [subscription.primaryKey, subscription.secondaryKey ?? '']) {
      if (key === '') continue;
      const hashed = digest(key);
      const name = hashed.toString('latin1');
      if (index.has(name))
        throw new Error(`Two keys of the subscription "${subscription.id}" or another are the same.`);
      index.set(name, { digest: hashed, subscription });
    }
  }
  return (key) => {
    const hashed = digest(key);
    const found = index.get(hashed.toString('latin1'));
    return found && timingSafeEqual(found.digest, hashed) ? found.subscription : undefined;
  };
}
