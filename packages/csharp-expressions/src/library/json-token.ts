import { raise } from '../evaluation-error.ts';
import { readJson } from '../text/read-json.ts';
import { writeJson } from '../text/write-json.ts';
import { type CsType, getType, type Members } from '../types.ts';
import { box } from '../values/boxed.ts';
import { Sequence } from '../values/collections.ts';
import { castToken, toObject, toToken } from '../values/json-conversion.ts';
import { pathOf, selectTokens } from '../values/json-path.ts';
import { TOKEN_TYPES } from '../values/json-token-type.ts';
import { JsonProperty, type JsonToken, JsonValue, detach, replaceToken } from '../values/json-token.ts';
import { INDENTED, assigned, indexed, sequence, valueAs } from './json-access.ts';

const CASTS =
  'bool int long short ushort uint ulong byte sbyte char float double decimal DateTime DateTimeOffset TimeSpan Guid'.split(
    ' ',
  );

/** Returns all tokens below one, in order. */
export function descendants(self: JsonToken): JsonToken[] {
  return self.children().flatMap((child) => [child, ...descendants(child)]);
}

function selectOne(self: JsonToken, path: string, required: boolean): JsonToken | null {
  const found = selectTokens(self, path);
  if (found.length > 1) raise('JsonException', 'Path returned multiple tokens.');
  if (required && found.length === 0) raise('JsonException', `Path '${path}' did not match any tokens.`);
  return found[0] ?? null;
}

/** `Parse` of one kind of token. */
export const parser = (kind: 'JToken' | 'JObject' | 'JArray') => (text: string) => readJson(text, kind);

/** JToken. */
export const tokenMembers: Members = {
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
  'JToken First': (self: JsonToken) => childrenOf(self)[0] ?? null,
  'JToken Last': (self: JsonToken) => childrenOf(self).at(-1) ?? null,
  'JToken Next': (self: JsonToken) => siblingOf(self, 1),
  'JToken Previous': (self: JsonToken) => siblingOf(self, -1),
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

function casts(name: string): Members {
  const type = (): CsType => getType(name);
  const nullable = (): CsType => getType('Nullable', type());
  return {
    [`implicit JToken(${name} value)`]: (value: unknown) => toToken(box(value, type())),
    [`implicit JToken(${name}? value)`]: (value: unknown) => toToken(box(value, type())),
    [`explicit ${name}(JToken? value)`]: (value: JsonToken | null) => castToken(value, type()),
    [`explicit ${name}?(JToken? value)`]: (value: JsonToken | null) => castToken(value, nullable()),
  };
}

function childrenOf(self: JsonToken): JsonToken[] {
  return self instanceof JsonValue
    ? raise('InvalidOperationException', 'Cannot access child value on Newtonsoft.Json.Linq.JValue.')
    : self.children();
}

/** A token that stands next to one in the same container. */
function siblingOf(self: JsonToken, offset: number): JsonToken | null {
  const all = self.parent?.children() ?? [];
  return all[all.indexOf(self) + offset] ?? null;
}

function ancestors(self: JsonToken): JsonToken[] {
  return self.parent ? [self, ...ancestors(self.parent)] : [self];
}
