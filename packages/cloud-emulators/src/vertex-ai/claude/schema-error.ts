import type { z } from 'zod';
import type { ClaudeError } from './error.ts';
import { invalidRequest } from './error.ts';

/** The fields whose objects are distinguished by their `type`, which the service puts into the path of an error. */
const TAGGED = new Set(['content', 'source', 'cache_control', 'thinking', 'tool_choice', 'tools']);

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a valid string',
  number: 'a valid number',
  int: 'a valid integer',
  boolean: 'a valid boolean',
  array: 'a valid list',
  object: 'a valid dictionary',
  record: 'a valid dictionary',
};

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Words the first mistake in a body as the service does; it names no further ones.
 * Source: messages as users report them, such as https://github.com/anthropics/claude-code/issues/4378
 * (`messages.65.content.1.tool_use.text: Extra inputs are not permitted`)
 */
export function schemaError(body: unknown, issues: readonly Issue[]): ClaudeError {
  const [first] = issues;
  if (!first) return invalidRequest('Invalid request.');
  const { path, problem } = explain(body, [], first);
  return invalidRequest(`${path}: ${problem}`);
}

function explain(body: unknown, parent: Path, issue: Issue): { path: string; problem: string } {
  const path = [...parent, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return at(body, [...path, issue.keys[0] ?? ''], 'Extra inputs are not permitted');
    case 'invalid_type':
      return at(body, path, isMissing(body, path) ? 'Field required' : `Input should be ${expected(issue)}`);
    case 'invalid_value':
      return at(
        body,
        path,
        isMissing(body, path) ? 'Field required' : `Input should be ${list(issue.values)}`,
      );
    case 'invalid_format':
      return at(body, path, `String should match pattern '${(issue.pattern ?? '').replace(/^\/|\/$/g, '')}'`);
    case 'too_small':
    case 'too_big':
      return at(body, path, outOfBounds(issue));
    case 'invalid_union':
      return explainUnion(body, path, issue);
    default:
      return at(body, path, 'Input is not valid');
  }
}

/**
 * Explains a mismatch with a union. It is a union of types with a tag, or one of a string and a list; the mistakes in
 * the list are the ones to name.
 */
function explainUnion(body: unknown, path: Path, issue: z.core.$ZodIssueInvalidUnion) {
  if (issue.discriminator !== undefined) {
    const options: readonly unknown[] =
      'options' in issue && Array.isArray(issue.options) ? issue.options : [];
    const tags = options.filter((option) => typeof option === 'string');
    if (isMissing(body, path)) return at(body, path, 'Field required');
    const tag = String(valueAt(body, path));
    const known = tags.map((name) => `'${name}'`).join(', ');
    return at(
      body,
      path.slice(0, -1),
      `Input tag '${tag}' found using 'type' does not match any of the expected tags: ${known}`,
    );
  }
  if (isMissing(body, path)) return at(body, path, 'Field required');
  const deeper = issue.errors.flat().find((error) => error.path.length > 0);
  return deeper ? explain(body, path, deeper) : at(body, path, 'Input should be a valid string');
}

function outOfBounds(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [bound, than, least] =
    issue.code === 'too_small' ? [issue.minimum, 'greater', 'least'] : [issue.maximum, 'less', 'most'];
  if (issue.origin === 'string') return `String should have at ${least} ${bound} characters`;
  return `Input should be ${than} than or equal to ${bound}`;
}

function expected({ expected: type }: z.core.$ZodIssueInvalidType): string {
  return EXPECTED[type] ?? `a valid ${type}`;
}

/** Writes a list of values as `'a', 'b' or 'c'`. */
function list(values: readonly unknown[]): string {
  const quoted = values.map((value) => `'${String(value)}'`);
  return quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}` : quoted.join('');
}

/** Writes the path as the service does: `tools.0.custom.name`. */
function at(body: unknown, path: Path, problem: string): { path: string; problem: string } {
  const parts: string[] = [];
  path.forEach((key, i) => {
    parts.push(String(key));
    const holder = typeof key === 'number' ? path[i - 1] : key;
    const tag = tagOf(valueAt(body, path.slice(0, i + 1)), holder);
    // An error of the tag itself is placed at the object.
    if (tag !== undefined && i < path.length - 1) parts.push(tag);
  });
  return { path: parts.join('.') || 'request body', problem };
}

function tagOf(value: unknown, holder: PropertyKey | undefined): string | undefined {
  if (!TAGGED.has(String(holder)) || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return undefined;
  }
  const type: unknown = 'type' in value ? value.type : undefined;
  return typeof type === 'string' ? type : holder === 'tools' ? 'custom' : undefined;
}

function isMissing(body: unknown, path: Path): boolean {
  return valueAt(body, path) === undefined;
}

function valueAt(body: unknown, path: Path): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return value;
}
