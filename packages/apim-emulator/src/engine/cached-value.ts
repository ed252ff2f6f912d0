import { withBudget } from '@vertex-ai-gateway/csharp-expressions/budget';
import { textOf } from '@vertex-ai-gateway/csharp-expressions/compile';
import { Jwt } from '@vertex-ai-gateway/csharp-expressions/jwt';
import { Boxed } from '@vertex-ai-gateway/csharp-expressions/values/boxed';
import { DateTimeOffset } from '@vertex-ai-gateway/csharp-expressions/values/date-time-offset';
import { DateTime } from '@vertex-ai-gateway/csharp-expressions/values/date-time';
import { Decimal } from '@vertex-ai-gateway/csharp-expressions/values/decimal';
import { Guid } from '@vertex-ai-gateway/csharp-expressions/values/guid';
import { JsonToken } from '@vertex-ai-gateway/csharp-expressions/values/json-token';
import { TimeSpan } from '@vertex-ai-gateway/csharp-expressions/values/time-span';

/** A value in a cache. Neither its writer nor its readers can change it there. */
export interface CachedValue {
  /** The approximate memory that the value takes. */
  readonly bytes: number;
  readonly copy: () => unknown;
}

const BYTES_OF_A_PRIMITIVE = 16;
const IMMUTABLE = [Boxed, Decimal, DateTime, DateTimeOffset, TimeSpan, Guid, Jwt];

/**
 * Copies a value for a cache.
 * @returns undefined for a value that can't be cached: null, a collection, a message or a part of the context.
 */
export function toCachedValue(value: unknown): CachedValue | undefined {
  if (typeof value === 'string') return { bytes: 2 * value.length, copy: () => value };
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint')
    return { bytes: BYTES_OF_A_PRIMITIVE, copy: () => value };
  if (value instanceof Uint8Array) {
    const kept = Uint8Array.from(value);
    return { bytes: kept.length, copy: () => Uint8Array.from(kept) };
  }
  if (value instanceof JsonToken) {
    const kept = withBudget(() => value.clone());
    return {
      bytes: 2 * textOf(kept).length,
      copy: () => withBudget(() => kept.clone()),
    };
  }
  if (IMMUTABLE.some((type) => value instanceof type))
    return { bytes: 2 * textOf(value).length, copy: () => value };
  return undefined;
}
