import { GoogleError } from '../google-error.ts';

/**
 * Gives the value of a field by its path in a filter, such as `state` or `labels.team`; undefined where it has none.
 */
export type FieldOf<T> = (resource: T, path: readonly string[]) => string | undefined;

/** The fields that a list can be filtered by, with their types; names are in lowerCamelCase. */
export type FilterFields = Readonly<Record<string, 'text' | 'instant'>>;

type Predicate<T> = (resource: T) => boolean;

/** A word, a text in quotes, a comparator or a parenthesis. */
const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(<=|>=|!=|[=<>:()])|([^\s"'<>=!:()]+))/y;
const COMPARATORS = new Set(['=', '!=', '<', '<=', '>', '>=', ':']);
const MAXIMUM_DEPTH = 20;
const MAXIMUM_LENGTH = 10_000;

/**
 * Compiles the filter of a list: comparisons with `=`, `!=`, `<`, `<=`, `>`, `>=` and `:` (has), joined by AND, OR, NOT
 * and parentheses; OR binds more closely than AND.
 * Source: https://google.aip.dev/160
 * @param fieldOf gets paths whose first part is one of `fields`, however the filter spells it
 * @throws GoogleError INVALID_ARGUMENT that names the problem, without the filter's values
 */
export function compileFilter<T>(filter: string, fields: FilterFields, fieldOf: FieldOf<T>): Predicate<T> {
  const tokens = tokenize(filter);
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const take = (): string | undefined => tokens[at++];

  const sequence = (depth: number): Predicate<T> => {
    const all = [choice(depth)];
    while (peek() !== undefined && peek() !== ')') {
      if (peek() === 'AND') take();
      all.push(choice(depth));
    }
    return (resource) => all.every((each) => each(resource));
  };
  const choice = (depth: number): Predicate<T> => {
    const any = [term(depth)];
    while (peek() === 'OR') {
      take();
      any.push(term(depth));
    }
    return (resource) => any.some((each) => each(resource));
  };
  const term = (depth: number): Predicate<T> => {
    if (depth > MAXIMUM_DEPTH) throw invalid('it is too deep');
    if (peek() === 'NOT') {
      take();
      const negated = term(depth + 1);
      return (resource) => !negated(resource);
    }
    if (peek() !== '(') return comparison();
    take();
    const inner = sequence(depth + 1);
    if (take() !== ')') throw invalid('a parenthesis is not closed');
    return inner;
  };
  const comparison = (): Predicate<T> => {
    const [first = '', ...rest] = (take() ?? '').split('.').map(unquote);
    const field = camel(first);
    const comparator = take() ?? '';
    const value = take();
    if (!Object.hasOwn(fields, field)) throw invalid('it names a field that this list cannot be filtered by');
    if (!COMPARATORS.has(comparator)) throw invalid('a field is not followed by a comparison');
    if (value === undefined || COMPARATORS.has(value) || value === '(' || value === ')') {
      throw invalid('a comparison has no value');
    }
    const wanted = unquote(value);
    if (fields[field] === 'text') {
      return (resource) => compareText(fieldOf(resource, [field, ...rest]), comparator, wanted);
    }
    const instant = Date.parse(wanted);
    if (Number.isNaN(instant)) throw invalid('an instant is not in RFC 3339 format');
    return (resource) => compare(Date.parse(fieldOf(resource, [field]) ?? ''), comparator, instant);
  };

  if (tokens.length === 0) return () => true;
  const predicate = sequence(0);
  if (at < tokens.length) throw invalid('a parenthesis is closed that is not open');
  return predicate;
}

/** Compares texts. Stars stand for any text in `=`, `!=` and `:`; `field:*` matches any value. */
function compareText(value: string | undefined, comparator: string, wanted: string): boolean {
  if (comparator === '!=') return !compareText(value, '=', wanted);
  if (value === undefined) return false;
  return comparator === '=' || comparator === ':'
    ? matches(value, wanted.split('*'))
    : compare(value, comparator, wanted);
}

/** Says if a text consists of these parts in this order, with anything between them. */
function matches(text: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let rest = text.slice(first.length, text.length - last.length);
  for (const part of others) {
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}

function compare<T extends string | number>(value: T, comparator: string, wanted: T): boolean {
  switch (comparator) {
    case '=':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    default:
      throw invalid('an instant is not compared by ":"');
  }
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function tokenize(filter: string): string[] {
  if (filter.length > MAXIMUM_LENGTH) throw invalid('it is too long');
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const text = filter.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (!found) throw invalid('it has a character that no filter has, or a text is not closed');
    const [, quoted, sign, word] = found;
    tokens.push(quoted ?? sign ?? word ?? '');
  }
  return joinQuotedKeys(tokens);
}

/** Joins a quoted key of labels, `labels."a-key"`, which is two tokens. */
function joinQuotedKeys(tokens: readonly string[]): string[] {
  const joined: string[] = [];
  for (const token of tokens) {
    const last = joined.at(-1) ?? '';
    if (last.endsWith('.') && !/^["']/.test(last)) joined[joined.length - 1] = `${last}${unquote(token)}`;
    else joined.push(token);
  }
  return joined;
}

function unquote(token: string): string {
  return /^["']/.test(token) ? token.slice(1, -1).replace(/\\(.)/gs, '$1') : token;
}

function invalid(problem: string): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', `Invalid list filter: ${problem}.`);
}
