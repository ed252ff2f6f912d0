import { formatterOf } from '../format.ts';
import { readJson } from '../text/read-json.ts';
import { writeJson } from '../text/write-json.ts';
import { type CsType, type TypeDeclaration, getType } from '../types.ts';
import { KeyValuePair, itemsOf } from '../values/collections.ts';
import { toObject, toToken } from '../values/json-conversion.ts';
import { TOKEN_TYPES } from '../values/json-token-type.ts';
import { JsonArray, JsonObject, JsonProperty, type JsonToken, JsonValue } from '../values/json-token.ts';
import { INDENTED, isMany, sequence, token, valueAs } from './json-access.ts';
import { arrayMembers, objectMembers } from './json-containers.ts';
import { tokenMembers } from './json-token.ts';

const LINQ = 'Newtonsoft.Json.Linq';

/** Newtonsoft.Json. */
export const JSON_TYPES: readonly TypeDeclaration[] = [
  // Newtonsoft reads integers beyond 64 bits as this type. Microsoft's list leaves it out, so it has no members.
  { name: 'BigInteger', namespace: 'System.Numerics', kind: 'struct', unlisted: true },
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
