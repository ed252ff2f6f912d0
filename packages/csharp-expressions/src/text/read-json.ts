import { raise } from '../evaluation-error.ts';
import { Boxed } from '../values/boxed.ts';
import { getType } from '../types.ts';
import { JsonArray, JsonObject, JsonProperty, type JsonToken, JsonValue } from '../values/json-token.ts';
import { TOKEN_TYPES } from '../values/json-token-type.ts';
import { readDate, toDateTime } from './parse-date.ts';

const MAXIMUM_DEPTH = 64;
/** The most characters of an integer, its sign included. */
const MAXIMUM_DIGITS = 380;
const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Reads JSON as Newtonsoft's `Parse` does: also comments, single quotes and unquoted names; strings that are ISO dates
 * become dates; the last of equal names wins; at most 64 levels; every digit of an integer is kept. The kind is what the caller's type needs.
 * @throws JsonReaderException
 */
export function readJson(text: string, kind: 'JToken' | 'JObject' | 'JArray'): JsonToken {
  const reader = new JsonReader(text);
  const token = reader.token(0);
  if (kind === 'JObject' && !(token instanceof JsonObject)) notA('JObject', token);
  if (kind === 'JArray' && !(token instanceof JsonArray)) notA('JArray', token);
  reader.end();
  return token;
}

function notA(wanted: string, token: JsonToken): never {
  const found = Object.entries(TOKEN_TYPES).find(([, number]) => number === token.tokenType)?.[0] ?? '';
  const name =
    token instanceof JsonObject ? 'StartObject' : token instanceof JsonArray ? 'StartArray' : found;
  raise(
    'JsonReaderException',
    `Error reading ${wanted} from JsonReader. Current JsonReader item is not ${wanted === 'JArray' ? 'an array' : 'an object'}: ${name}. Path '', line 1, position 1.`,
  );
}

class JsonReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  token(depth: number): JsonToken {
    this.#skip();
    const start = this.#peek();
    if (start === '{') return this.#object(depth + 1);
    if (start === '[') return this.#array(depth + 1);
    if (start === '"' || start === "'") return stringToken(this.#string(start));
    return this.#bare();
  }

  end(): void {
    this.#skip();
    if (this.#position < this.#text.length)
      this.#fail('Additional text encountered after finished reading JSON content: ' + this.#peek());
  }

  #object(depth: number): JsonObject {
    this.#enter(depth);
    const object = new JsonObject();
    for (;;) {
      this.#skip();
      if (this.#take('}')) return object;
      const name = this.#name();
      this.#skip();
      if (!this.#take(':'))
        this.#fail(`Invalid character after parsing property name. Expected ':' but got: ${this.#peek()}`);
      const value = this.token(depth);
      const existing = object.properties.get(name);
      if (existing) existing.setValue(value);
      else object.addProperty(new JsonProperty(name, value));
      this.#separator('}');
    }
  }

  #array(depth: number): JsonArray {
    this.#enter(depth);
    const array = new JsonArray();
    for (;;) {
      this.#skip();
      if (this.#take(']')) return array;
      array.add(this.token(depth));
      this.#separator(']');
    }
  }

  #enter(depth: number): void {
    this.#position += 1;
    if (depth > MAXIMUM_DEPTH) this.#fail(`The reader's MaxDepth of ${MAXIMUM_DEPTH} has been exceeded.`);
  }

  #separator(close: string): void {
    this.#skip();
    if (this.#take(',') || this.#peek() === close) return;
    if (this.#peek() === '') this.#fail('Unexpected end of content.');
    this.#fail(`After parsing a value an unexpected character was encountered: ${this.#peek()}.`);
  }

  #name(): string {
    const start = this.#peek();
    if (start === '"' || start === "'") return this.#string(start);
    const match = this.#match(/[A-Za-z0-9_$]+/y);
    return (
      match ??
      this.#fail(
        start === '' ? 'Unexpected end of content.' : `Invalid property identifier character: ${start}.`,
      )
    );
  }

  #string(delimiter: string): string {
    this.#position += 1;
    let result = '';
    for (;;) {
      const plain = this.#match(delimiter === '"' ? /[^"\\]+/y : /[^'\\]+/y);
      if (plain !== undefined) result += plain;
      const next = this.#text[this.#position++];
      if (next === undefined) this.#fail(`Unterminated string. Expected delimiter: ${delimiter}.`);
      if (next === delimiter) return result;
      result += this.#escape();
    }
  }

  #escape(): string {
    const letter = this.#text[this.#position++] ?? '';
    if (letter === 'u') {
      const code = this.#match(/[0-9a-fA-F]{4}/y);
      return code === undefined
        ? this.#fail('Invalid Unicode escape sequence.')
        : String.fromCharCode(parseInt(code, 16));
    }
    const index = 'bfnrt'.indexOf(letter);
    if (index >= 0 && letter !== '') return '\b\f\n\r\t'.charAt(index);
    return `"'\\/`.includes(letter) && letter !== ''
      ? letter
      : this.#fail(`Bad JSON escape sequence: \\${letter}.`);
  }

  #bare(): JsonToken {
    const word = this.#match(/[-+A-Za-z0-9_.]+/y);
    switch (word) {
      case undefined:
        return this.#peek() === ''
          ? this.#fail('Error reading JToken from JsonReader.')
          : this.#fail(`Unexpected character encountered while parsing value: ${this.#peek()}.`);
      case 'true':
      case 'false':
        return new JsonValue(word === 'true');
      case 'null':
        return new JsonValue(null);
      case 'undefined':
        return new JsonValue(null, TOKEN_TYPES.Undefined);
      case 'NaN':
      case 'Infinity':
      case '-Infinity':
        return double(Number(word));
      default:
        return this.#number(word);
    }
  }

  #number(word: string): JsonToken {
    if (/^0(x[0-9a-f]+|[0-7]+)$/i.test(word)) return integer(BigInt(word.replace(/^0(?!x)/i, '0o')));
    if (/^-?\d+$/.test(word)) {
      if (word.length > MAXIMUM_DIGITS) this.#fail(`JSON integer ${word} is too large to parse.`);
      return integer(BigInt(word));
    }
    if (/^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(word)) return double(Number(word));
    return this.#fail(`Unexpected character encountered while parsing value: ${word.charAt(0)}.`);
  }

  #skip(): void {
    while (this.#match(/[\s\u00a0]+|\/\*[^]*?\*\/|\/\/[^\n\r]*/y) !== undefined);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }

  #peek(): string {
    return this.#text.charAt(this.#position);
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#position += 1;
    return true;
  }

  #fail(message: string): never {
    const before = this.#text.slice(0, this.#position).split('\n');
    raise(
      'JsonReaderException',
      `${message} Path '', line ${before.length}, position ${before.at(-1)?.length ?? 0}.`,
    );
  }
}

function stringToken(text: string): JsonValue {
  const date = ISO_DATE.test(text) ? readDate(text) : null;
  return new JsonValue(date ? toDateTime(date, true) : text);
}

/** A long, or a BigInteger where it is none. */
function integer(value: bigint): JsonValue {
  return new JsonValue(BigInt.asIntN(64, value) === value ? value : new Boxed(getType('BigInteger'), value));
}

function double(value: number): JsonValue {
  return new JsonValue(new Boxed(getType('double'), value));
}
