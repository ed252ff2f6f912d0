import { NUMBER_TYPES } from '@vertex-ai-gateway/csharp-expressions/numeric';
/** The C# type whose values show their own type only when the expression runs. */
const OBJECT_TYPE = 'object';
/** The C# types that may hold a number in a form that is read when the policy runs. */
const NUMERIC_HOLDERS = new Set([OBJECT_TYPE, 'string', 'JToken', 'JValue', ...NUMBER_TYPES]);
const BOOLEANS = new Set([OBJECT_TYPE, 'bool']);

/** Returns whether an expression of a C# type can give a Boolean: nothing but a `bool` converts to one in C#. */
export function mayBeBoolean(resultType: string): boolean {
  return BOOLEANS.has(withoutNull(resultType));
}

/** Returns whether an expression of a C# type can give a number. */
export function mayBeNumber(resultType: string): boolean {
  return NUMERIC_HOLDERS.has(withoutNull(resultType));
}

function withoutNull(type: string): string {
  return type.endsWith('?') ? type.slice(0, -1) : type;
}
