import { SECTIONS } from './policy.ts';
import type { AttributeRule, PolicyDefinition } from './policy.ts';

/** There is no external cache here: `prefer-external` means the built-in one, as in a service without another. */
export const CACHING_TYPE: AttributeRule = { literal: true, oneOf: ['prefer-external', 'internal'] };

/**
 * A miss leaves the variable as it is, unless there is a default value. "This policy is not supported inside a policy
 * fragment", and "can only be used once in a policy section".
 * Source: https://learn.microsoft.com/azure/api-management/cache-lookup-value-policy
 */
export const cacheLookupValue: PolicyDefinition = {
  name: 'cache-lookup-value',
  sections: SECTIONS,
  once: true,
  notInFragments: true,
  attributes: {
    key: { required: true },
    'default-value': {},
    'variable-name': { required: true, literal: true },
    'caching-type': CACHING_TYPE,
  },
  compile: (element, compiler) => {
    const key = compiler.requiredValue(element, 'key');
    const fallback = compiler.value(element, 'default-value');
    const variable = compiler.literal(element, 'variable-name') ?? '';
    const { cache } = compiler.services;
    return (exchange) => {
      const found = cache.find(key.text(exchange));
      if (found) exchange.variables.set(variable, found.value);
      else if (fallback) exchange.variables.set(variable, fallback.evaluate(exchange));
      return undefined;
    };
  },
};
