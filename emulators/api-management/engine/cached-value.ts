import { withBudget } from '../expressions/budget.ts';
import { textOf } from '../expressions/compile.ts';
import { Jwt } from '../expressions/jwt.ts';
import { Boxed } from '../expressions/values/boxed.ts';
import { DateTimeOffset } from '../expressions/values/date-time-offset.ts';
import { DateTime } from '../expressions/values/date-time.ts';
import { Decimal } from '../expressions/values/decimal.ts';
import { Guid } from '../expressions/values/guid.ts';
import { JsonToken } from '../expressions/values/json-token.ts';
import { TimeSpan } from '../expressions/values/time-span.ts';

/** A value as a cache keeps it: nobody who puts it in or takes it out can change it there. */
export interface CachedValue {
  /** What it takes, about. */
  readonly bytes: number;
  readonly copy: () => unknown;
}

const BYTES_OF_A_PRIMITIVE = 16;
const IMMUTABLE = [Boxed, Decimal, DateTime, DateTimeOffset, TimeSpan, Guid, Jwt];

/** @returns undefined for a value that can't be kept: null, a collection, a message or a part of the context. */
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
