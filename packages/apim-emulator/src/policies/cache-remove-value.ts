import { CACHING_TYPE } from './cache-lookup-value.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';

/** https://learn.microsoft.com/azure/api-management/cache-remove-value-policy */
export const cacheRemoveValue: PolicyDefinition = {
  name: 'cache-remove-value',
  sections: SECTIONS,
  attributes: { key: { required: true }, 'caching-type': CACHING_TYPE },
  compile: (element, compiler) => {
    const key = compiler.requiredValue(element, 'key');
    const { cache } = compiler.services;
    return (exchange) => {
      cache.remove(key.text(exchange));
      return undefined;
    };
  },
};
