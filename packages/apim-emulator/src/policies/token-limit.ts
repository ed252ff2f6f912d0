import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import { ModelCall } from '../engine/model-call.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import { TOKEN_QUOTA_PERIODS, tokenQuotaPeriod } from '../engine/token-quota-period.ts';
import type { PolicyDefinition } from './policy.ts';
import { readCount } from './rate-limit-by-key.ts';
import { readHeaderName } from './set-header.ts';

const LITERAL = { literal: true } as const;
const MINUTE_IN_MS = 60_000;

/** One of the two limits of a policy. */
interface Limit {
  /** Checks that a key has so many tokens left, and tells the caller how many remain. @throws {PolicyFailure} when it has not. */
  readonly check: (exchange: Exchange, key: string, tokens: number) => void;
  readonly add: (exchange: Exchange, key: string, tokens: number) => void;
}

/**
 * Limits the tokens of each key, per minute and per fixed period. Counters are each policy's own.
 * Source: https://learn.microsoft.com/azure/api-management/llm-token-limit-policy
 */
export function defineTokenLimit(name: string): PolicyDefinition {
  return {
    name,
    sections: ['inbound'],
    attributes: {
      'counter-key': { required: true },
      'tokens-per-minute': {},
      'token-quota': {},
      'token-quota-period': { oneOf: TOKEN_QUOTA_PERIODS },
      'estimate-prompt-tokens': { required: true, literal: true, oneOf: ['true', 'false'] },
      'retry-after-header-name': LITERAL,
      'retry-after-variable-name': LITERAL,
      'remaining-quota-tokens-header-name': LITERAL,
      'remaining-quota-tokens-variable-name': LITERAL,
      'remaining-tokens-header-name': LITERAL,
      'remaining-tokens-variable-name': LITERAL,
      'tokens-consumed-header-name': LITERAL,
      'tokens-consumed-variable-name': LITERAL,
    },
    compile: (element, compiler) => {
      const limits = compileLimits(element, compiler);
      const key = compiler.requiredValue(element, 'counter-key');
      const estimates = compiler.literal(element, 'estimate-prompt-tokens') === 'true';
      const consumed = compileTell(element, compiler, 'tokens-consumed');

      return (exchange) => {
        const call = ModelCall.of(exchange);
        const counter = `${name} ${key.text(exchange)}`;
        const expected = estimates || call.streams ? call.promptTokens : 0;
        for (const limit of limits) limit.check(exchange, counter, expected);
        let tokens = expected;
        consumed.variable(exchange, tokens);
        call.onUsage(({ total }) => {
          tokens = total;
          consumed.variable(exchange, tokens);
          for (const limit of limits) limit.add(exchange, counter, total);
        });
        exchange.afterBackend.push(() => consumed.header(exchange, tokens));
        return undefined;
      };
    },
  };
}

function compileLimits(element: PolicyElement, compiler: PolicyCompiler): Limit[] {
  const has = (attribute: string): boolean => element.attributes.has(attribute);
  if (has('token-quota') !== has('token-quota-period'))
    throw new PolicyDocumentError(
      element.position,
      element.name,
      'needs token-quota and token-quota-period, or neither.',
    );
  if (!has('tokens-per-minute') && !has('token-quota'))
    throw new PolicyDocumentError(
      element.position,
      element.name,
      'needs tokens-per-minute, or token-quota with token-quota-period, or both.',
    );
  return [
    ...(has('tokens-per-minute') ? [compileRate(element, compiler)] : []),
    ...(has('token-quota') ? [compileQuota(element, compiler)] : []),
  ];
}

function compileRate(element: PolicyElement, compiler: PolicyCompiler): Limit {
  const maximum = compiler.requiredCount(element, 'tokens-per-minute', 1, Infinity);
  const remaining = compileTell(element, compiler, 'remaining-tokens');
  const refuse = compileRefusal(element, compiler);
  const { tokenCounters, now } = compiler.services;
  return {
    check: (exchange, key, tokens) => {
      const limit = readCount(maximum, exchange);
      const time = now();
      const counter = tokenCounters.rate(key);
      const used = counter.count(MINUTE_IN_MS, time, limit);
      remaining.both(exchange, limit - used - tokens);
      if (used < limit && used + tokens <= limit) return;
      // A prompt that is longer than the limit fits at no time.
      const mayBeUsed = tokens > limit ? -1 : Math.min(limit - tokens, limit - 1);
      const seconds =
        mayBeUsed < 0
          ? undefined
          : toSeconds(counter.whenAtMost(mayBeUsed, MINUTE_IN_MS, time, limit) - time);
      refuse(
        exchange,
        429,
        'TokenLimitExceeded',
        'Token limit is exceeded.',
        seconds,
        (rest) => `${rest} seconds`,
      );
    },
    add: (exchange, key, tokens) => {
      const counter = tokenCounters.rate(key);
      const limit = readCount(maximum, exchange);
      counter.add(tokens, now());
      remaining.both(exchange, limit - counter.count(MINUTE_IN_MS, now(), limit));
    },
  };
}

function compileQuota(element: PolicyElement, compiler: PolicyCompiler): Limit {
  const maximum = compiler.requiredCount(element, 'token-quota', 1, Infinity);
  const period = compiler.requiredValue(element, 'token-quota-period');
  const remaining = compileTell(element, compiler, 'remaining-quota-tokens');
  const refuse = compileRefusal(element, compiler);
  const { tokenCounters, now } = compiler.services;
  const counterOf = (exchange: Exchange, key: string): [string, ReturnType<typeof tokenQuotaPeriod>] => {
    const name = period.text(exchange);
    const known = TOKEN_QUOTA_PERIODS.find((one) => one === name);
    if (known) return [`${known} ${key}`, tokenQuotaPeriod(known, now())];
    throw new PolicyFailure({
      reason: 'InternalError',
      message: 'The period of the token quota is not one of those allowed.',
      status: 500,
    });
  };
  return {
    check: (exchange, key, tokens) => {
      const limit = readCount(maximum, exchange);
      const [counter, current] = counterOf(exchange, key);
      const used = tokenCounters.quotaCalls(counter, current);
      remaining.both(exchange, limit - used - tokens);
      if (used < limit && used + tokens <= limit) return;
      const seconds = tokens > limit ? undefined : toSeconds(current.endsAt - now());
      refuse(exchange, 403, 'TokenQuotaExceeded', 'Token quota is exceeded.', seconds, describeDuration);
    },
    add: (exchange, key, tokens) => {
      const [counter, current] = counterOf(exchange, key);
      tokenCounters.addQuotaCalls(counter, current, tokens);
      remaining.both(exchange, readCount(maximum, exchange) - tokenCounters.quotaCalls(counter, current));
    },
  };
}

/** Ends with the failure; the time to wait is left out where waiting doesn't help. */
type Refuse = (
  exchange: Exchange,
  status: number,
  reason: string,
  message: string,
  seconds: number | undefined,
  describe: (seconds: number) => string,
) => never;

function compileRefusal(element: PolicyElement, compiler: PolicyCompiler): Refuse {
  const header = readHeaderName(element, 'retry-after-header-name', compiler) ?? 'Retry-After';
  const variable = compiler.literal(element, 'retry-after-variable-name');
  return (exchange, status, reason, message, seconds, describe) => {
    if (seconds === undefined) throw new PolicyFailure({ reason, message, status });
    if (variable !== undefined) exchange.variables.set(variable, seconds);
    throw new PolicyFailure({
      reason,
      message,
      status,
      answer: `${message} Try again in ${describe(seconds)}.`,
      headers: { [header]: String(seconds) },
    });
  };
}

/** Tells a number of tokens, in the header and the variable that the policy names for it. */
function compileTell(
  element: PolicyElement,
  compiler: PolicyCompiler,
  prefix: string,
): Record<'header' | 'variable' | 'both', (exchange: Exchange, tokens: number) => undefined> {
  const header = readHeaderName(element, `${prefix}-header-name`, compiler);
  const variable = compiler.literal(element, `${prefix}-variable-name`);
  const tellHeader = (exchange: Exchange, tokens: number): undefined => {
    if (header !== undefined) exchange.addedHeaders.push([header, String(Math.max(0, tokens))]);
  };
  const tellVariable = (exchange: Exchange, tokens: number): undefined => {
    if (variable !== undefined) exchange.variables.set(variable, Math.max(0, tokens));
  };
  return {
    header: tellHeader,
    variable: tellVariable,
    both: (exchange, tokens) => {
      tellHeader(exchange, tokens);
      tellVariable(exchange, tokens);
    },
  };
}

function toSeconds(durationInMs: number): number {
  return Math.max(1, Math.ceil(durationInMs / 1000));
}

/** Returns text such as `1 day, 2 hours and 3 seconds`, without units of which there are none. */
function describeDuration(seconds: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['day', Math.floor(seconds / 86_400)],
    ['hour', Math.floor((seconds % 86_400) / 3600)],
    ['minute', Math.floor((seconds % 3600) / 60)],
    ['second', seconds % 60],
  ];
  const parts = units
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
