import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { AttributeRule } from './policy.ts';
import { readHeaderName } from './set-header.ts';

const LITERAL = { literal: true } as const;

/** The attributes that name headers and variables for what a rate limit tells. */
export const CALL_LIMIT_FACT_RULES: Readonly<Record<string, AttributeRule>> = {
  'retry-after-header-name': LITERAL,
  'retry-after-variable-name': LITERAL,
  'remaining-calls-header-name': LITERAL,
  'remaining-calls-variable-name': LITERAL,
  'total-calls-header-name': LITERAL,
};

/** The headers and variables in which a rate limit tells its state. */
export interface CallLimitFacts {
  readonly report: (exchange: Exchange, remaining: number, total: number) => void;
  /** The failure of a call that is one too many. */
  readonly exceeded: (exchange: Exchange, retryAfterInSeconds: number) => PolicyFailure;
}

/** Sources: the pages of rate-limit and rate-limit-by-key. */
export function compileCallLimitFacts(element: PolicyElement, compiler: PolicyCompiler): CallLimitFacts {
  const retryAfterHeader = readHeaderName(element, 'retry-after-header-name', compiler) ?? 'Retry-After';
  const retryAfterVariable = compiler.literal(element, 'retry-after-variable-name');
  const remainingHeader = readHeaderName(element, 'remaining-calls-header-name', compiler);
  const remainingVariable = compiler.literal(element, 'remaining-calls-variable-name');
  const totalHeader = readHeaderName(element, 'total-calls-header-name', compiler);
  return {
    report: (exchange, remaining, total) => {
      if (remainingHeader !== undefined) exchange.addedHeaders.push([remainingHeader, String(remaining)]);
      if (totalHeader !== undefined) exchange.addedHeaders.push([totalHeader, String(total)]);
      if (remainingVariable !== undefined) exchange.variables.set(remainingVariable, remaining);
    },
    exceeded: (exchange, seconds) => {
      if (retryAfterVariable !== undefined) exchange.variables.set(retryAfterVariable, seconds);
      return new PolicyFailure({
        reason: 'RateLimitExceeded',
        message: 'Rate limit is exceeded',
        status: 429,
        answer: `Rate limit is exceeded. Try again in ${seconds} seconds.`,
        headers: { [retryAfterHeader]: String(seconds) },
      });
    },
  };
}
