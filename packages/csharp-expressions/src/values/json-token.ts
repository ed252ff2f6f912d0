import { spend } from '../budget.ts';
import { raise } from '../evaluation-error.ts';
import { writeJson } from '../text/write-json.ts';
import { formatValue } from '../format.ts';
import { keyOf, valuesEqual } from './equality.ts';
import { TOKEN_TYPES, tokenTypeOf } from './json-token-type.ts';

/** A container that a token may stand in. */
export type JsonContainer = JsonObject | JsonArray | JsonProperty;

/** Newtonsoft's JToken: what all four kinds of token share. */
export abstract class JsonToken {
  abstract readonly type: string;
  /** Newtonsoft's JTokenType by number. */
  abstract readonly tokenType: number;
  parent: JsonContainer | null = null;

  constructor() {
    // Copies and parsed text count by their tokens.
    spend();
  }

  abstract children(): JsonToken[];
  abstract clone(): JsonToken;
  abstract deepEquals(other: JsonToken): boolean;

  /** The token's JSON, indented; a bare value's own text. */
  formatted(): string {
    return writeJson(this, true);
  }

  [Symbol.iterator](): Iterator<JsonToken> {
    return this.children()[Symbol.iterator]();
  }
}

/** JValue: a string, number, bool, date and so on as a boxed C# value, or null. */
export class JsonValue extends JsonToken {
  readonly type = 'JValue';
  value: unknown;
  tokenType: number;

  constructor(value: unknown, tokenType = tokenTypeOf(value)) {
    super();
    this.value = value;
    this.tokenType = tokenType;
  }

  children(): JsonToken[] {
    return [];
  }

  clone(): JsonValue {
    return new JsonValue(this.value, this.tokenType);
  }

  override formatted(): string {
    return formatValue(this.value);
  }

  deepEquals(other: JsonToken): boolean {
    return other instanceof JsonValue && this.equals(other);
  }

  equals(other: unknown): boolean {
    return (
      other instanceof JsonValue && other.tokenType === this.tokenType && valuesEqual(this.value, other.value)
    );
  }

  keyOf(): string {
    return `JValue ${this.tokenType} ${String(keyOf(this.value))}`;
  }
}

/** JProperty: a name and the token under it, part of a JObject. */
export class JsonProperty extends JsonToken {
  readonly type = 'JProperty';
  readonly tokenType = TOKEN_TYPES.Property;
  readonly name: string;
  value: JsonToken;

  constructor(name: string, value: JsonToken) {
    super();
    this.name = name;
    this.value = adopted(value, this);
  }

  setValue(value: JsonToken): void {
    this.value = adopted(value, this);
  }

  children(): JsonToken[] {
    return [this.value];
  }

  clone(): JsonProperty {
    return new JsonProperty(this.name, this.value.clone());
  }

  deepEquals(other: JsonToken): boolean {
    return other instanceof JsonProperty && other.name === this.name && this.value.deepEquals(other.value);
  }
}

/** JObject: properties in the order they were added. */
export class JsonObject extends JsonToken {
  readonly type = 'JObject';
  readonly tokenType = TOKEN_TYPES.Object;
  readonly properties = new Map<string, JsonProperty>();

  get(name: string): JsonToken | null {
    return this.properties.get(name)?.value ?? null;
  }

  set(name: string, value: JsonToken): void {
    const existing = this.properties.get(name);
    if (existing) existing.setValue(value);
    else this.addProperty(new JsonProperty(name, value));
  }

  addProperty(property: JsonProperty): void {
    if (this.properties.has(property.name)) {
      raise(
        'ArgumentException',
        `Can not add property ${property.name} to Newtonsoft.Json.Linq.JObject. Property with the same name already exists on object.`,
      );
    }
    this.properties.set(property.name, adopted(property, this));
  }

  children(): JsonProperty[] {
    return [...this.properties.values()];
  }

  clone(): JsonObject {
    const copy = new JsonObject();
    for (const property of this.properties.values()) copy.addProperty(property.clone());
    return copy;
  }

  deepEquals(other: JsonToken): boolean {
    if (!(other instanceof JsonObject) || other.properties.size !== this.properties.size) return false;
    return this.children().every(({ name, value }) => {
      const counterpart = other.get(name);
      return counterpart !== null && value.deepEquals(counterpart);
    });
  }
}

/** JArray. */
export class JsonArray extends JsonToken {
  readonly type = 'JArray';
  readonly tokenType = TOKEN_TYPES.Array;
  items: JsonToken[] = [];

  static of(tokens: Iterable<JsonToken>): JsonArray {
    const array = new JsonArray();
    for (const token of tokens) array.add(token);
    return array;
  }

  add(token: JsonToken): void {
    this.items.push(adopted(token, this));
  }

  insert(index: number, token: JsonToken): void {
    this.items.splice(index, 0, adopted(token, this));
  }

  children(): JsonToken[] {
    return [...this.items];
  }

  clone(): JsonArray {
    return JsonArray.of(this.items.map((item) => item.clone()));
  }

  deepEquals(other: JsonToken): boolean {
    if (!(other instanceof JsonArray) || other.items.length !== this.items.length) return false;
    return this.items.every((item, index) => item.deepEquals(other.items[index] ?? item));
  }
}

/** Takes a token out of what it stands in. */
export function detach(token: JsonToken): void {
  const { parent } = token;
  if (parent === null) raise('InvalidOperationException', 'The parent is missing.');
  if (parent instanceof JsonArray) parent.items = parent.items.filter((item) => item !== token);
  else if (parent instanceof JsonObject && token instanceof JsonProperty)
    parent.properties.delete(token.name);
  else if (parent instanceof JsonProperty)
    raise('JsonException', 'Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.');
  token.parent = null;
}

/** Puts another token in a token's place. */
export function replaceToken(token: JsonToken, other: JsonToken): void {
  const { parent } = token;
  if (parent instanceof JsonProperty) parent.setValue(other);
  else if (parent instanceof JsonArray)
    parent.items = parent.items.map((item) => (item === token ? adopted(other, parent) : item));
  else raise('InvalidOperationException', 'The parent is missing.');
}

// A token that stands somewhere already is copied, as Newtonsoft does.
function adopted<Token extends JsonToken>(token: Token, parent: JsonContainer): Token {
  const own = token.parent ? (token.clone() as Token) : token;
  own.parent = parent;
  return own;
}
