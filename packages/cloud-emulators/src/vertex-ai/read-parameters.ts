import { badRequest } from './google-error.ts';
import type { Json } from './read-message.ts';

/** The type that a field of an instance or of the parameters must have; a list holds the allowed texts. */
export type FieldRule =
  'text' | 'boolean' | 'object' | readonly string[] | { readonly least: number; readonly most: number };

/**
 * Reads an object of a `predict` call, whose fields depend on the model.
 * @param path the object's place, such as `instances[0]`
 * @throws GoogleError INVALID_ARGUMENT that names the first unknown or wrong field, never its value
 */
export function readParameters(
  value: unknown,
  path: string,
  rules: Readonly<Record<string, FieldRule>>,
): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(path, 'expected an object');
  }
  for (const [name, field] of Object.entries(value)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw wrong(path, `unknown field ${JSON.stringify(name)}`);
    const expected = expectation(rule, field);
    if (expected !== undefined) throw wrong(`${path}.${name}`, `expected ${expected}`);
  }
  return value as Json;
}

function expectation(rule: FieldRule, value: unknown): string | undefined {
  if (rule === 'text') return typeof value === 'string' ? undefined : 'a text';
  if (rule === 'boolean') return typeof value === 'boolean' ? undefined : 'true or false';
  if (rule === 'object') return typeof value === 'object' && value !== null ? undefined : 'an object';
  if ('least' in rule) {
    const inside = Number.isInteger(value) && Number(value) >= rule.least && Number(value) <= rule.most;
    return inside ? undefined : `an integer from ${rule.least} to ${rule.most}`;
  }
  return rule.includes(value as string) ? undefined : `one of ${rule.join(', ')}`;
}

function wrong(field: string, problem: string): Error {
  return badRequest([{ field, description: `Invalid value at '${field}': ${problem}.` }]);
}
