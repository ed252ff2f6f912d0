import { raise } from '../evaluation-error.ts';
import { type CsType, getType } from '../types.ts';
import { Sequence } from '../values/collections.ts';
import { castToken, isBigInteger } from '../values/json-conversion.ts';
import { JsonArray, JsonObject, type JsonToken, JsonValue, replaceToken } from '../values/json-token.ts';

/** `Formatting.Indented`. */
export const INDENTED = 1;

/** A token for what may be null. */
export const token = (value: JsonToken | null): JsonToken => value ?? new JsonValue(null);

/** An enumerable of a type of the table, worked out when it is enumerated. */
export const sequence = (type: string, start: () => Iterable<unknown>): Sequence =>
  new Sequence(getType('IEnumerable', getType(type)), start);

/** `token[key]`; a name that an object lacks gives null. */
export function indexed(self: JsonToken, key: unknown): JsonToken | null {
  if (self instanceof JsonObject) {
    if (typeof key === 'string') return self.get(key);
    raise(
      'ArgumentException',
      `Accessed JObject values with invalid key value: ${String(key)}. Object property name expected.`,
    );
  }
  if (self instanceof JsonArray) {
    if (typeof key !== 'number')
      raise(
        'ArgumentException',
        `Accessed JArray values with invalid key value: "${String(key)}". Int32 array index expected.`,
      );
    return (
      self.items[key] ??
      raise(
        'ArgumentOutOfRangeException',
        'Index was out of range. Must be non-negative and less than the size of the collection.',
      )
    );
  }
  raise('InvalidOperationException', `Cannot access child value on Newtonsoft.Json.Linq.${self.type}.`);
}

/** `token[key] = value`. */
export function assigned(self: JsonToken, key: unknown, value: JsonToken | null): void {
  if (self instanceof JsonObject && typeof key === 'string') self.set(key, token(value));
  else if (self instanceof JsonArray && typeof key === 'number')
    replaceToken(
      self.items[key] ?? raise('ArgumentOutOfRangeException', 'Index was out of range.'),
      token(value),
    );
  else raise('InvalidOperationException', `Cannot set child value on Newtonsoft.Json.Linq.${self.type}.`);
}

/** Newtonsoft's `Value<T>`: null, or the default of a value type, for a missing token. */
export function valueAs(self: JsonToken | null, type: CsType | undefined): unknown {
  if (!type) return null;
  if (type.name.startsWith('J'))
    return self === null || self instanceof JsonValue
      ? tokenAs(self, type)
      : self.type === type.name || type.name === 'JToken'
        ? self
        : raise('InvalidCastException', `Cannot cast ${self.type} to ${type.name}.`);
  if (self instanceof JsonValue && isBigInteger(self.value) && type.name !== 'object')
    raise('InvalidCastException', 'Object must implement IConvertible.');
  return self === null
    ? toNull(type)
    : self instanceof JsonValue
      ? castToken(self, type)
      : raise(
          'InvalidCastException',
          `Cannot cast Newtonsoft.Json.Linq.${self.type} to Newtonsoft.Json.Linq.JToken.`,
        );
}

function tokenAs(self: JsonToken | null, type: CsType): unknown {
  if (self === null || type.name === 'JToken' || type.name === 'JValue') return self;
  raise('InvalidCastException', `Cannot cast ${self.type} to ${type.name}.`);
}

function toNull(type: CsType): unknown {
  return type.definition.kind === 'struct' && type.definition.name !== 'Nullable' ? defaults(type) : null;
}

// C#'s `token.Value<int>("missing")` is 0, not an exception.
function defaults(type: CsType): unknown {
  return type.name === 'bool' ? false : type.name === 'long' || type.name === 'ulong' ? 0n : 0;
}

/** Returns whether content given to a container stands for several items. */
export function isMany(content: unknown): boolean {
  return (
    Array.isArray(content) ||
    content instanceof Sequence ||
    (typeof content === 'object' &&
      content !== null &&
      Symbol.iterator in content &&
      !('tokenType' in content) &&
      !(content instanceof Uint8Array))
  );
}
