import { NUMERIC_TYPES, representationOf } from './numeric.ts';
import { type CsType, isNullable, isValueType } from './types.ts';
import { DateTime } from './values/date-time.ts';
import { DateTimeOffset } from './values/date-time-offset.ts';
import { Decimal } from './values/decimal.ts';
import { Guid } from './values/guid.ts';
import { TimeSpan } from './values/time-span.ts';

/** C#'s `default(T)`. */
export function defaultOf(type: CsType): unknown {
  if (isNullable(type) || !isValueType(type)) return null;
  const { name } = type;
  if (type.definition.kind === 'enum') return 0;
  if (name in NUMERIC_TYPES) {
    const representation = representationOf(name);
    return representation === 'bigint' ? 0n : representation === 'decimal' ? new Decimal(0n) : 0;
  }
  switch (name) {
    case 'bool':
      return false;
    case 'Guid':
      return Guid.empty;
    case 'DateTime':
      return new DateTime(0n);
    case 'DateTimeOffset':
      return new DateTimeOffset(new DateTime(0n));
    case 'TimeSpan':
      return new TimeSpan(0n);
    default:
      return null;
  }
}
