import { PolicyFailure } from '../engine/policy-failure.ts';
import { runSteps } from '../engine/policy-step.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';

/**
 * At most so many requests within the policies that it holds. A key counts for all policies that use it.
 * Source: https://learn.microsoft.com/azure/api-management/limit-concurrency-policy
 */
export const limitConcurrency: PolicyDefinition = {
  name: 'limit-concurrency',
  sections: SECTIONS,
  attributes: { key: { required: true }, 'max-count': { required: true, literal: true } },
  holds: 'policies',
  compile: (element, compiler) => {
    const key = compiler.requiredValue(element, 'key');
    const maximum = compiler.wholeNumber(element, 'max-count', 1, Infinity) ?? 1;
    const steps = compiler.compileOneOrMore(element);
    const { concurrency } = compiler.services;
    return (exchange) => {
      const scope = key.text(exchange);
      if (!concurrency.enter(scope, maximum)) {
        throw new PolicyFailure({
          reason: 'ConcurrencyLimitExceeded',
          message: 'Concurrency limit is exceeded.',
          status: 429,
        });
      }
      let pending: Promise<void> | undefined;
      try {
        pending = runSteps(steps, exchange);
      } finally {
        if (!pending) concurrency.leave(scope);
      }
      return pending?.finally(() => concurrency.leave(scope));
    };
  },
};
