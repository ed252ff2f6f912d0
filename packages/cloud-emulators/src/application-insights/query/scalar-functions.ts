import { binOf, readDateTime, startOfDay, writeDateTime } from './date-time.ts';
import { isNumeric, type ScalarType, type Value } from './table.ts';

/** A function of one or more values, for the types that it takes. */
export interface ScalarFunction {
  /** Gives the type of the result; undefined when the function does not take these types. */
  readonly typeOf: (types: readonly ScalarType[]) => ScalarType | undefined;
  readonly apply: (values: readonly Value[]) => Value;
}

/** The functions that are supported. Source: https://learn.microsoft.com/kusto/query/scalar-functions */
const FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  tostring: ofOne(() => 'string', toText),
  toint: ofOne(convertible('int'), toWholeNumber),
  tolong: ofOne(convertible('long'), toWholeNumber),
  todouble: ofOne(convertible('real'), toNumber),
  toreal: ofOne(convertible('real'), toNumber),
  // https://learn.microsoft.com/kusto/query/parse-json-function
  parse_json: ofOne(
    (type) => (type === 'string' || type === 'dynamic' ? 'dynamic' : undefined),
    (value) => (typeof value === 'string' ? parseJson(value) : value),
  ),
  todatetime: ofOne(
    (type) => (type === 'string' || type === 'dynamic' ? 'datetime' : undefined),
    (value) => (typeof value === 'string' ? (readDateTime(value) ?? null) : null),
  ),
  isempty: ofOne(stringTo('bool'), (value) => value === ''),
  isnotempty: ofOne(stringTo('bool'), (value) => value !== ''),
  isnotnull: ofOne(
    () => 'bool',
    (value) => value !== null,
  ),
  not: ofOne(
    (type) => (type === 'bool' ? 'bool' : undefined),
    (value) => (value === null ? null : !(value as boolean)),
  ),
  startofday: ofOne(
    (type) => (type === 'datetime' ? 'datetime' : undefined),
    (value) => (value === null ? null : startOfDay(value as bigint)),
  ),
  bin: {
    typeOf: ([type, size, ...rest]) => {
      if (type === undefined || size === undefined || rest.length > 0) return undefined;
      if (type === 'datetime') return size === 'timespan' ? 'datetime' : undefined;
      return isWhole(type) && isWhole(size) ? 'long' : undefined;
    },
    apply: ([value, size]) => {
      // A size of 0 gives null, as in the service.
      if (value === null || size === null || Number(size) === 0) return null;
      return typeof value === 'bigint'
        ? binOf(value, size as bigint)
        : Math.floor((value as number) / (size as number)) * (size as number);
    },
  },
  strcmp: {
    typeOf: (types) => (types.length === 2 && types.every((type) => type === 'string') ? 'int' : undefined),
    apply: ([one, other]) => Buffer.compare(Buffer.from(one as string), Buffer.from(other as string)),
  },
  strcat: {
    typeOf: (types) => (types.length > 0 && types.length <= 64 ? 'string' : undefined),
    apply: (values) => values.map(toText).join(''),
  },
  iff: {
    typeOf: ([condition, yes, no, ...rest]) =>
      condition === 'bool' && yes === no && rest.length === 0 ? yes : undefined,
    apply: ([condition, yes, no]) => (condition === true ? yes : no),
  },
};

export function findFunction(name: string): ScalarFunction | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

function ofOne(
  typeOf: (type: ScalarType) => ScalarType | undefined,
  apply: (value: Value) => Value,
): ScalarFunction {
  return {
    typeOf: ([type, ...rest]) => (type !== undefined && rest.length === 0 ? typeOf(type) : undefined),
    apply: ([value]) => apply(value),
  };
}

function stringTo(result: ScalarType) {
  return (type: ScalarType): ScalarType | undefined => (type === 'string' ? result : undefined);
}

function convertible(result: ScalarType) {
  return (type: ScalarType): ScalarType | undefined =>
    type === 'string' || type === 'dynamic' || isNumeric(type) ? result : undefined;
}

function isWhole(type: ScalarType): boolean {
  return type === 'int' || type === 'long';
}

function toText(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'bigint':
      return writeDateTime(value);
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return value === null || value === undefined ? '' : JSON.stringify(value);
  }
}

/** Gives the value of a text of JSON, and a text that is none as it is. An empty text is null. */
function parseJson(text: string): Value {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

function toNumber(value: Value): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function toWholeNumber(value: Value): number | null {
  const number = toNumber(value);
  return number === null ? null : Math.trunc(number);
}
