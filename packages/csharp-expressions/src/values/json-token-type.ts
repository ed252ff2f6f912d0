import { Boxed } from './boxed.ts';
import { DateTime } from './date-time.ts';
import { DateTimeOffset } from './date-time-offset.ts';
import { Decimal } from './decimal.ts';
import { Guid } from './guid.ts';
import { TimeSpan } from './time-span.ts';

/** Newtonsoft's JTokenType. */
export const TOKEN_TYPES = {
  None: 0,
  Object: 1,
  Array: 2,
  Constructor: 3,
  Property: 4,
  Comment: 5,
  Integer: 6,
  Float: 7,
  String: 8,
  Boolean: 9,
  Null: 10,
  Undefined: 11,
  Date: 12,
  Raw: 13,
  Bytes: 14,
  Guid: 15,
  Uri: 16,
  TimeSpan: 17,
} as const;

/** Returns the JTokenType of a boxed C# value. */
export function tokenTypeOf(value: unknown): number {
  if (value === null) return TOKEN_TYPES.Null;
  if (typeof value === 'string') return TOKEN_TYPES.String;
  if (typeof value === 'boolean') return TOKEN_TYPES.Boolean;
  if (value instanceof DateTime || value instanceof DateTimeOffset) return TOKEN_TYPES.Date;
  if (value instanceof Guid) return TOKEN_TYPES.Guid;
  if (value instanceof TimeSpan) return TOKEN_TYPES.TimeSpan;
  if (value instanceof Uint8Array) return TOKEN_TYPES.Bytes;
  if (value instanceof Decimal) return TOKEN_TYPES.Float;
  if (value instanceof Boxed) {
    if (value.type.name === 'char') return TOKEN_TYPES.String;
    return ['double', 'float'].includes(value.type.name) ? TOKEN_TYPES.Float : TOKEN_TYPES.Integer;
  }
  return TOKEN_TYPES.Integer;
}
