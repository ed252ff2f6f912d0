import { AnonymousObject } from '../anonymous-type.ts';
import { raise } from '../evaluation-error.ts';
import { formatValue } from '../format.ts';
import { fitOrRaise, isInteger, isNumeric, numericConversion } from '../numeric.ts';
import { parseNumber } from '../text/parse-number.ts';
import { readDate, toDateTime } from '../text/parse-date.ts';
import { type CsType, getType, isArray, isNullable, withoutNullable } from '../types.ts';
import { Boxed, box, typeOfValue } from './boxed.ts';
import { Dictionary, itemsOf, KeyValuePair, List } from './collections.ts';
import { DateTime } from './date-time.ts';
import { DateTimeOffset } from './date-time-offset.ts';
import { Decimal } from './decimal.ts';
import { Guid } from './guid.ts';
import { JsonArray, JsonObject, JsonProperty, JsonToken, JsonValue } from './json-token.ts';
import { TOKEN_TYPES } from './json-token-type.ts';
import { TimeSpan } from './time-span.ts';
import { typedArray, unbox } from './boxed.ts';

/** Makes a token of a boxed C# value: lists become arrays, dictionaries and anonymous objects become objects. */
export function toToken(value: unknown): JsonToken {
  if (value instanceof JsonToken) return value;
  if (value instanceof AnonymousObject) return objectOf(value.properties());
  if (value instanceof Dictionary) {
    const [keyType = getType('object'), valueType = getType('object')] = value.type.args;
    return objectOf(
      [...value].map((entry) => [formatValue(box(entry.key, keyType)), box(entry.value, valueType)]),
    );
  }
  if (value instanceof KeyValuePair) {
    const [keyType = getType('object'), valueType = getType('object')] = value.type.args;
    return objectOf([
      ['Key', box(value.key, keyType)],
      ['Value', box(value.value, valueType)],
    ]);
  }
  if (value instanceof Uint8Array) return new JsonValue(value);
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) {
    const type = typeOfValue(value);
    const element = type.args.at(-1) ?? getType('object');
    return JsonArray.of([...itemsOf(value)].map((item) => toToken(box(item, element))));
  }
  if (value instanceof Boxed && value.type.definition.kind === 'enum') return new JsonValue(value.value);
  return isScalar(value)
    ? new JsonValue(value)
    : raise('JsonSerializationException', `A ${typeOfValue(value).name} cannot be made JSON here.`);
}

/** Newtonsoft's cast of a token to a type: `(int)token`, `token.Value<T>()`. Null tokens give null. */
export function castToken(token: JsonToken | null, type: CsType): unknown {
  const nullable = isNullable(type) || !['struct', 'enum'].includes(type.definition.kind);
  const target = withoutNullable(type);
  const source = token instanceof JsonProperty ? token.value : token;
  if (source === null)
    return nullable ? null : raise('ArgumentNullException', "Value cannot be null. (Parameter 'value')");
  if (!(source instanceof JsonValue)) return cannotConvert(token ?? source, target);
  const { value } = source;
  if (value === null && nullable) return null;
  if (source.tokenType === TOKEN_TYPES.Null) return cannotConvert(source, target);
  return castScalar(source, value, target);
}

/** Newtonsoft's `ToObject<T>`: tokens become lists, dictionaries, arrays or plain values. */
export function toObject(token: JsonToken | null, type: CsType): unknown {
  if (token === null) return null;
  const { name } = type.definition;
  if (name === 'object') return token instanceof JsonValue ? token.value : token;
  if (['JToken', 'JObject', 'JArray', 'JValue'].includes(name)) {
    return name === 'JToken' || token.type === name ? token : cannotConvert(token, type);
  }
  if (token instanceof JsonValue && token.value === null) return null;
  const [first = type, second = type] = type.args;
  if (isArray(type) && !(token instanceof JsonValue)) {
    const items = token.children().map((item) => toObject(item, first));
    return first.name === 'byte' ? Uint8Array.from(items as number[]) : typedArray(items, first);
  }
  if (
    ['List', 'IList', 'IEnumerable', 'ICollection', 'IReadOnlyList'].includes(name) &&
    token instanceof JsonArray
  ) {
    return List.of(
      first,
      token.items.map((item) => toObject(item, first)),
    );
  }
  if (
    ['Dictionary', 'IDictionary', 'IReadOnlyDictionary'].includes(name) &&
    first.name === 'string' &&
    token instanceof JsonObject
  ) {
    const result = new Dictionary(getType('Dictionary', first, second));
    for (const property of token.children()) result.set(property.name, toObject(property.value, second));
    return result;
  }
  return token instanceof JsonValue ? castToken(token, type) : cannotDeserialize(token, type);
}

function castScalar(source: JsonValue, value: unknown, target: CsType): unknown {
  const { name } = target;
  const bare = unbox(value);
  if (name === 'object') return value;
  if (name === 'string') return typeof value === 'string' ? value : asText(value);
  if (isBigInteger(value)) return castBigInteger(source, value.value, target);
  if (name === 'bool') {
    if (typeof bare === 'boolean') return bare;
    if (typeof bare === 'string') return readBool(bare);
    return typeof bare === 'number' || typeof bare === 'bigint'
      ? Number(bare) !== 0
      : cannotConvert(source, target);
  }
  if (isNumeric(name)) return castNumber(source, value, bare, target);
  const text = typeof value === 'string' ? value : null;
  if (name === 'DateTime' || name === 'DateTimeOffset') return castDate(value, text, name, source, target);
  if (name === 'Guid' && value instanceof Guid) return value;
  if (name === 'TimeSpan' && value instanceof TimeSpan) return value;
  if (text !== null && name === 'Guid')
    return Guid.parse(text) ?? raise('FormatException', 'Unrecognized Guid format.');
  if (text !== null && name === 'TimeSpan')
    return (
      TimeSpan.parse(text) ??
      raise('FormatException', `String '${text}' was not recognized as a valid TimeSpan.`)
    );
  return cannotConvert(source, target);
}

function castNumber(source: JsonValue, value: unknown, bare: unknown, target: CsType): unknown {
  const { name } = target;
  if (typeof bare === 'string')
    return name === 'char' && bare.length === 1 ? bare.charCodeAt(0) : parseNumber(bare, name);
  if (typeof bare === 'boolean') return numericConversion('int', name)(Number(bare));
  if (typeof bare !== 'number' && typeof bare !== 'bigint' && !(bare instanceof Decimal))
    return cannotConvert(source, target);
  const from = typeOfValue(value).name;
  // Convert.ToInt32 and the like: halves go to the even neighbour.
  if (isInteger(name) && (from === 'double' || from === 'float')) {
    return numericConversion('decimal', name, true)(Decimal.fromDouble(bare as number).round(0));
  }
  return numericConversion(from, name, true)(bare);
}

/** Returns whether a boxed value is an integer beyond 64 bits. */
export function isBigInteger(value: unknown): value is Boxed & { readonly value: bigint } {
  return value instanceof Boxed && value.type.name === 'BigInteger';
}

function castBigInteger(source: JsonValue, value: bigint, target: CsType): unknown {
  const { name } = target;
  if (name === 'bool') return fitOrRaise(value, 'int') !== 0;
  if (isInteger(name)) return fitOrRaise(value, name);
  if (name === 'double' || name === 'float') return numericConversion('long', name)(value);
  if (name === 'decimal')
    return (
      Decimal.parse(value.toString()) ??
      raise('OverflowException', 'Value was either too large or too small for a Decimal.')
    );
  return cannotConvert(source, target);
}

function castDate(
  value: unknown,
  text: string | null,
  name: string,
  source: JsonValue,
  target: CsType,
): unknown {
  if (name === 'DateTime' && value instanceof DateTime) return value;
  if (value instanceof DateTime) return new DateTimeOffset(value);
  if (value instanceof DateTimeOffset) return name === 'DateTime' ? value.clock : value;
  const written = text === null ? null : readDate(text);
  if (text === null) return cannotConvert(source, target);
  if (!written) raise('FormatException', `String '${text}' was not recognized as a valid DateTime.`);
  return name === 'DateTime' ? toDateTime(written) : new DateTimeOffset(toDateTime(written));
}

function asText(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : formatValue(value);
}

function readBool(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  raise('FormatException', `String '${text}' was not recognized as a valid Boolean.`);
}

function objectOf(properties: Iterable<readonly [string, unknown]>): JsonObject {
  const object = new JsonObject();
  for (const [name, value] of properties) object.set(name, toToken(value));
  return object;
}

function isScalar(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return (
    [Boxed, Decimal, DateTime, DateTimeOffset, TimeSpan, Guid].some((scalar) => value instanceof scalar) ||
    ('type' in value && value.type === 'Uri')
  );
}

function cannotConvert(token: JsonToken, type: CsType): never {
  const kind = Object.entries(TOKEN_TYPES).find(([, number]) => number === token.tokenType)?.[0] ?? '';
  raise('ArgumentException', `Can not convert ${kind} to ${type.definition.clrName ?? type.name}.`);
}

function cannotDeserialize(token: JsonToken, type: CsType): never {
  raise(
    'JsonSerializationException',
    `Cannot deserialize the current JSON (${token.type}) into type '${type.name}'.`,
  );
}
