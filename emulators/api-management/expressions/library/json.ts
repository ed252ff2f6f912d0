import { raise } from '../evaluation-error.ts';
import { formatterOf } from '../format.ts';
import { readJson } from '../text/read-json.ts';
import { writeJson } from '../text/write-json.ts';
import { type CsType, getType, type TypeDeclaration } from '../types.ts';
import { box } from '../values/boxed.ts';
import { itemsOf, KeyValuePair, Sequence } from '../values/collections.ts';
import { valuesEqual } from '../values/equality.ts';
import { castToken, toObject, toToken } from '../values/json-conversion.ts';
import { pathOf, selectTokens } from '../values/json-path.ts';
import {
  detach,
  JsonArray,
  JsonObject,
  JsonProperty,
  type JsonToken,
  JsonValue,
  replaceToken,
} from '../values/json-token.ts';
import { TOKEN_TYPES } from '../values/json-token-type.ts';
import type { Out } from '../invoke.ts';
import type { Implementation } from '../signature.ts';

const LINQ = 'Newtonsoft.Json.Linq';
const CASTS =
  'bool int long short ushort uint ulong byte sbyte char float double decimal DateTime DateTimeOffset TimeSpan Guid'.split(
    ' ',
  );
const INDENTED = 1;

const token = (value: JsonToken | null): JsonToken => value ?? new JsonValue(null);
const sequence = (type: string, start: () => Iterable<unknown>): Sequence =>
  new Sequence(getType('IEnumerable', getType(type)), start);

function descendants(self: JsonToken): JsonToken[] {
  return self.children().flatMap((child) => [child, ...descendants(child)]);
}

function selectOne(self: JsonToken, path: string, required: boolean): JsonToken | null {
  const found = selectTokens(self, path);
  if (found.length > 1) raise('JsonException', 'Path returned multiple tokens.');
  if (required && found.length === 0) raise('JsonException', `Path '${path}' did not match any tokens.`);
  return found[0] ?? null;
}

function indexed(self: JsonToken, key: unknown): JsonToken | null {
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

function assigned(self: JsonToken, key: unknown, value: JsonToken | null): void {
  if (self instanceof JsonObject && typeof key === 'string') self.set(key, token(value));
  else if (self instanceof JsonArray && typeof key === 'number')
    replaceToken(
      self.items[key] ?? raise('ArgumentOutOfRangeException', 'Index was out of range.'),
      token(value),
    );
  else raise('InvalidOperationException', `Cannot set child value on Newtonsoft.Json.Linq.${self.type}.`);
}

function valueAs(self: JsonToken | null, type: CsType | undefined): unknown {
  if (!type) return null;
  if (type.name.startsWith('J'))
    return self === null || self instanceof JsonValue
      ? tokenAs(self, type)
      : self.type === type.name || type.name === 'JToken'
        ? self
        : raise('InvalidCastException', `Cannot cast ${self.type} to ${type.name}.`);
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

// token.Value<int>("missing") is 0, not an exception.
function defaults(type: CsType): unknown {
  return type.name === 'bool' ? false : type.name === 'long' || type.name === 'ulong' ? 0n : 0;
}

function addContent(array: JsonArray, content: unknown): void {
  if (isMany(content)) for (const item of itemsOf(content)) array.add(toToken(item));
  else array.add(toToken(content));
}

function isMany(content: unknown): boolean {
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

const parser = (kind: 'JToken' | 'JObject' | 'JArray') => (text: string) => readJson(text, kind);

const tokenMembers: Readonly<Record<string, Implementation>> = {
  'static JToken Parse(string json)': parser('JToken'),
  'static JToken FromObject(object value)': toToken,
  'static bool DeepEquals(JToken? left, JToken? right)': (left: JsonToken | null, right: JsonToken | null) =>
    left === right || (left !== null && right !== null && left.deepEquals(right)),
  'JTokenType Type': (self: JsonToken) => self.tokenType,
  'bool HasValues': (self: JsonToken) => self.children().length > 0,
  'string Path': pathOf,
  'JToken Parent': (self: JsonToken) => self.parent,
  'JToken Root': (self: JsonToken) => {
    let root = self;
    while (root.parent) root = root.parent;
    return root;
  },
  'JToken First': (self: JsonToken) => self.children()[0] ?? null,
  'JToken Last': (self: JsonToken) => self.children().at(-1) ?? null,
  'JToken this[object key]': indexed,
  'set JToken this[object key]': assigned,
  'JToken SelectToken(string path)': (self: JsonToken, path: string) => selectOne(self, path, false),
  'JToken SelectToken(string path, bool errorWhenNoMatch)': selectOne,
  'IEnumerable<JToken> SelectTokens(string path)': (self: JsonToken, path: string) =>
    sequence('JToken', () => selectTokens(self, path)),
  'IEnumerable<JToken> Children()': (self: JsonToken) => sequence('JToken', () => self.children()),
  'IEnumerable<T> Children<T>()': (self: JsonToken, [type]: readonly CsType[]) =>
    sequence(type?.name ?? 'JToken', () =>
      self.children().filter((child) => child.type === type?.name || type?.name === 'JToken'),
    ),
  'IEnumerable<JToken> AncestorsAndSelf()': (self: JsonToken) => sequence('JToken', () => ancestors(self)),
  'T Value<T>(object key)': (self: JsonToken, key: unknown, [type]: readonly CsType[]) =>
    valueAs(indexed(self, key), type),
  'IEnumerable<T> Values<T>()': (self: JsonToken, [type]: readonly CsType[]) =>
    new Sequence(getType('IEnumerable', type ?? getType('object')), () =>
      self.children().map((child) => valueAs(child instanceof JsonProperty ? child.value : child, type)),
    ),
  'T ToObject<T>()': (self: JsonToken, [type]: readonly CsType[]) => (type ? toObject(self, type) : null),
  'JToken DeepClone()': (self: JsonToken) => self.clone(),
  'void Remove()': detach,
  'void Replace(JToken value)': replaceToken,
  'string ToString(Formatting formatting)': (self: JsonToken, formatting: number) =>
    writeJson(self, formatting === INDENTED),
  'implicit JToken(string? value)': (value: string | null) =>
    new JsonValue(value, value === null ? TOKEN_TYPES.Null : TOKEN_TYPES.String),
  'explicit string(JToken? value)': (value: JsonToken | null) => castToken(value, getType('string')),
  ...Object.fromEntries(CASTS.flatMap((name) => Object.entries(casts(name)))),
};

function casts(name: string): Record<string, Implementation> {
  const type = (): CsType => getType(name);
  const nullable = (): CsType => getType('Nullable', type());
  return {
    [`implicit JToken(${name} value)`]: (value: unknown) => toToken(box(value, type())),
    [`implicit JToken(${name}? value)`]: (value: unknown) => toToken(box(value, type())),
    [`explicit ${name}(JToken? value)`]: (value: JsonToken | null) => castToken(value, type()),
    [`explicit ${name}?(JToken? value)`]: (value: JsonToken | null) => castToken(value, nullable()),
  };
}

const objectMembers: Readonly<Record<string, Implementation>> = {
  'new()': () => new JsonObject(),
  'new(params object[] content)': (content: unknown[]) => {
    const object = new JsonObject();
    const add = (item: unknown): void => {
      if (item instanceof JsonProperty) object.addProperty(item);
      else if (item instanceof JsonObject)
        item.children().forEach((property) => object.addProperty(property));
      else if (isMany(item)) for (const inner of itemsOf(item)) add(inner);
      else raise('ArgumentException', 'Can not add this to Newtonsoft.Json.Linq.JObject.');
    };
    content.forEach(add);
    return object;
  },
  'static JObject Parse(string json)': parser('JObject'),
  'static JObject FromObject(object value)': (value: unknown) => {
    const made = toToken(value);
    return made instanceof JsonObject
      ? made
      : raise('ArgumentException', `Object serialized to ${made.type}. JObject instance expected.`);
  },
  'int Count': (self: JsonObject) => self.properties.size,
  'JToken this[string name]': (self: JsonObject, name: string) => self.get(name),
  'set JToken this[string name]': (self: JsonObject, name: string, value: JsonToken | null) =>
    self.set(name, token(value)),
  'void Add(string name, JToken? value)': (self: JsonObject, name: string, value: JsonToken | null) =>
    self.addProperty(new JsonProperty(name, token(value))),
  'void Add(object content)': (self: JsonObject, content: unknown) =>
    content instanceof JsonProperty
      ? self.addProperty(content)
      : raise('ArgumentException', 'Can not add this to Newtonsoft.Json.Linq.JObject.'),
  'bool Remove(string name)': (self: JsonObject, name: string) => self.properties.delete(name),
  'void RemoveAll()': (self: JsonObject) => self.properties.clear(),
  'bool ContainsKey(string name)': (self: JsonObject, name: string) => self.properties.has(name),
  'bool TryGetValue(string name, out JToken value)': (self: JsonObject, name: string, out: Out) => {
    out.value = self.get(name);
    return self.properties.has(name);
  },
  'JToken GetValue(string name)': (self: JsonObject, name: string) => self.get(name),
  'JToken GetValue(string name, StringComparison comparison)': (
    self: JsonObject,
    name: string,
    comparison: number,
  ) =>
    self.get(name) ??
    (comparison % 2 === 1
      ? self.children().find((property) => property.name.toLowerCase() === name.toLowerCase())?.value
      : null) ??
    null,
  'IEnumerable<JProperty> Properties()': (self: JsonObject) => sequence('JProperty', () => self.children()),
  'JProperty Property(string name)': (self: JsonObject, name: string) => self.properties.get(name) ?? null,
  'IEnumerable<JToken> PropertyValues()': (self: JsonObject) =>
    sequence('JToken', () => self.children().map(({ value }) => value)),
  'IEnumerable<JToken> Descendants()': (self: JsonToken) => sequence('JToken', () => descendants(self)),
  'void Merge(object content)': (self: JsonObject, content: unknown) => {
    if (content instanceof JsonObject) merge(self, content);
  },
};

const arrayMembers: Readonly<Record<string, Implementation>> = {
  'new()': () => new JsonArray(),
  'new(params object[] content)': (content: unknown[]) => {
    const array = new JsonArray();
    for (const item of content) addContent(array, item);
    return array;
  },
  'new(object content)': (content: unknown) => {
    const array = new JsonArray();
    addContent(array, content);
    return array;
  },
  'static JArray Parse(string json)': parser('JArray'),
  'static JArray FromObject(object value)': (value: unknown) => {
    const made = toToken(value);
    return made instanceof JsonArray
      ? made
      : raise('ArgumentException', `Object serialized to ${made.type}. JArray instance expected.`);
  },
  'int Count': (self: JsonArray) => self.items.length,
  'JToken this[int index]': indexed,
  'set JToken this[int index]': assigned,
  'void Add(JToken? value)': (self: JsonArray, value: JsonToken | null) => self.add(token(value)),
  'void Add(object? content)': addContent,
  'void Insert(int index, JToken value)': (self: JsonArray, index: number, value: JsonToken) =>
    self.insert(index, value),
  'bool Remove(JToken value)': (self: JsonArray, value: JsonToken) => {
    const found = self.items.includes(value);
    if (found) detach(value);
    return found;
  },
  'void RemoveAt(int index)': (self: JsonArray, index: number) => void self.items.splice(index, 1),
  'void Clear()': (self: JsonArray) => void (self.items = []),
  'bool Contains(JToken value)': (self: JsonArray, value: JsonToken) =>
    self.items.some((item) => valuesEqual(item, value)),
  'int IndexOf(JToken value)': (self: JsonArray, value: JsonToken) => self.items.indexOf(value),
  'IEnumerable<JToken> Descendants()': (self: JsonToken) => sequence('JToken', () => descendants(self)),
};

/** Newtonsoft.Json. */
export const JSON_TYPES: readonly TypeDeclaration[] = [
  { name: 'Formatting', namespace: 'Newtonsoft.Json', kind: 'enum', values: { None: 0, Indented: INDENTED } },
  { name: 'JTokenType', namespace: LINQ, kind: 'enum', values: TOKEN_TYPES },
  {
    name: 'JToken',
    namespace: LINQ,
    kind: 'class',
    interfaces: ['IEnumerable<JToken>'],
    members: tokenMembers,
  },
  { name: 'JContainer', namespace: LINQ, kind: 'class', base: 'JToken' },
  {
    name: 'JObject',
    namespace: LINQ,
    kind: 'class',
    base: 'JContainer',
    interfaces: ['IEnumerable<KeyValuePair<string, JToken>>'],
    element: 'KeyValuePair<string, JToken>',
    enumerate: function* (self: JsonObject) {
      const type = getType('KeyValuePair', getType('string'), getType('JToken'));
      for (const { name, value } of self.children()) yield new KeyValuePair(type, name, value);
    },
    members: objectMembers,
  },
  {
    name: 'JArray',
    namespace: LINQ,
    kind: 'class',
    base: 'JContainer',
    interfaces: ['IEnumerable<JToken>'],
    members: arrayMembers,
  },
  {
    name: 'JProperty',
    namespace: LINQ,
    kind: 'class',
    base: 'JContainer',
    members: {
      'new(string name, object? content)': (name: string, content: unknown) =>
        new JsonProperty(
          name,
          isMany(content) ? JsonArray.of([...itemsOf(content)].map(toToken)) : toToken(content),
        ),
      'new(string name, params object?[] content)': (name: string, content: unknown[]) =>
        new JsonProperty(name, JsonArray.of(content.map(toToken))),
      'string Name': (self: JsonProperty) => self.name,
      'JToken Value': (self: JsonProperty) => self.value,
      'set JToken Value': (self: JsonProperty, value: JsonToken | null) => self.setValue(token(value)),
    },
  },
  {
    name: 'JValue',
    namespace: LINQ,
    kind: 'class',
    base: 'JToken',
    members: {
      'new(object? value)': (value: unknown) => new JsonValue(value),
      'object Value': (self: JsonValue) => self.value,
      'set object Value': (self: JsonValue, value: unknown) => {
        self.value = value;
        self.tokenType = new JsonValue(value).tokenType;
      },
      'static JValue CreateNull()': () => new JsonValue(null),
      'static JValue CreateString(string? value)': (value: string | null) => new JsonValue(value),
      'string ToString(string? format)': (self: JsonValue, format: string | null) =>
        formatterOf(getType('object'))(self.value, format ?? ''),
    },
  },
  {
    name: 'Extensions',
    namespace: LINQ,
    kind: 'static',
    members: {
      'static T Value<T>(this IEnumerable<JToken> self)': (self: JsonToken, [type]: readonly CsType[]) =>
        valueAs(self, type),
      'static IEnumerable<JToken> Children(this IEnumerable<JToken> self)': (self: unknown) =>
        sequence('JToken', () => [...itemsOf(self)].flatMap((item) => (item as JsonToken).children())),
      'static IEnumerable<JToken> Values(this IEnumerable<JToken> self)': (self: unknown) =>
        sequence('JToken', () =>
          self instanceof JsonObject
            ? self.children().map(({ value }) => value)
            : [...itemsOf(self)].flatMap((item) => (item as JsonToken).children()),
        ),
    },
  },
  {
    name: 'JsonConvert',
    namespace: 'Newtonsoft.Json',
    kind: 'static',
    members: {
      'static string SerializeObject(object? value)': (value: unknown) => writeJson(toToken(value), false),
      'static string SerializeObject(object? value, Formatting formatting)': (
        value: unknown,
        formatting: number,
      ) => writeJson(toToken(value), formatting === INDENTED),
      'static object DeserializeObject(string json)': (json: string) =>
        toObject(readJson(json, 'JToken'), getType('object')),
      'static T DeserializeObject<T>(string json)': (json: string, [type]: readonly CsType[]) =>
        type ? toObject(readJson(json, 'JToken'), type) : null,
    },
  },
];

function ancestors(self: JsonToken): JsonToken[] {
  return self.parent ? [self, ...ancestors(self.parent)] : [self];
}

function merge(into: JsonObject, from: JsonObject): void {
  for (const { name, value } of from.children()) {
    const existing = into.get(name);
    if (existing instanceof JsonObject && value instanceof JsonObject) merge(existing, value);
    else if (existing instanceof JsonArray && value instanceof JsonArray)
      value.children().forEach((item) => existing.add(item));
    else if (value.tokenType !== TOKEN_TYPES.Null) into.set(name, value.clone());
  }
}
