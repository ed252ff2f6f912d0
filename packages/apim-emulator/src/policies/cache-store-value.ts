import { toCachedValue } from '../engine/cached-value.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import { CACHING_TYPE } from './cache-lookup-value.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';
import { readCount } from './rate-limit-by-key.ts';

/**
 * "This policy can only be used once in a policy section."
 * Source: https://learn.microsoft.com/azure/api-management/cache-store-value-policy
 */
export const cacheStoreValue: PolicyDefinition = {
  name: 'cache-store-value',
  sections: SECTIONS,
  once: true,
  attributes: {
    key: { required: true },
    value: { required: true },
    duration: { required: true },
    'caching-type': CACHING_TYPE,
  },
  compile: (element, compiler) => {
    const key = compiler.requiredValue(element, 'key');
    const value = compiler.requiredValue(element, 'value');
    const duration = compiler.requiredCount(element, 'duration', 1, Infinity);
    const { cache } = compiler.services;
    return (exchange) => {
      const kept = toCachedValue(value.evaluate(exchange));
      if (!kept)
        throw new PolicyFailure({
          reason: 'InternalError',
          message: 'A value of this type, or null, cannot be cached.',
          status: 500,
        });
      cache.store(key.text(exchange), kept, readCount(duration, exchange));
      return undefined;
    };
  },
};
