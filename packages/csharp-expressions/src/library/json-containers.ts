import type { Members } from '../types.ts';
import { raise } from '../evaluation-error.ts';
import type { Out } from '../invoke.ts';
import { itemsOf } from '../values/collections.ts';
import { valuesEqual } from '../values/equality.ts';
import { toToken } from '../values/json-conversion.ts';
import { TOKEN_TYPES } from '../values/json-token-type.ts';
import { JsonArray, JsonObject, JsonProperty, type JsonToken, detach } from '../values/json-token.ts';
import { assigned, indexed, isMany, sequence, token } from './json-access.ts';
import { descendants, parser } from './json-token.ts';

function addContent(array: JsonArray, content: unknown): void {
  if (isMany(content)) for (const item of itemsOf(content)) array.add(toToken(item));
  else array.add(toToken(content));
}

/** JObject. */
export const objectMembers: Members = {
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

/** JArray. */
export const arrayMembers: Members = {
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

function merge(into: JsonObject, from: JsonObject): void {
  for (const { name, value } of from.children()) {
    const existing = into.get(name);
    if (existing instanceof JsonObject && value instanceof JsonObject) merge(existing, value);
    else if (existing instanceof JsonArray && value instanceof JsonArray)
      value.children().forEach((item) => existing.add(item));
    else if (value.tokenType !== TOKEN_TYPES.Null) into.set(name, value.clone());
  }
}
