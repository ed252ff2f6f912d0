import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { findBacktracking } from './find-backtracking.ts';
import type { FindValidator, IsValid } from './instance-schemas.ts';
import { pathOfPointer } from './path-of-pointer.ts';

/**
 * Thrown at start for a schema of the catalog that is invalid, or that has a keyword or format unknown to the
 * validator.
 */
export class InvalidSchemaError extends Error {
  /** Path of the problem in the catalog. */
  readonly path: readonly PropertyKey[];

  constructor(path: readonly PropertyKey[], problem: string) {
    super(problem);
    this.name = 'InvalidSchemaError';
    this.path = path;
  }
}

/** Thrown for a pattern whose matching can take more than linear time. */
class SlowPatternError extends Error {
  readonly pattern: string;

  constructor(pattern: string, problem: string) {
    super(`the pattern ${pattern} can take too long: ${problem}.`);
    this.pattern = pattern;
  }
}

/** Compiles the regular expressions of `pattern` and `patternProperties`. @throws SlowPatternError */
const linearPattern = Object.assign(
  (pattern: string, flags: string): RegExp => {
    const expression = new RegExp(pattern, flags);
    const problem = findBacktracking(pattern, flags);
    if (problem !== undefined) throw new SlowPatternError(pattern, problem);
    return expression;
  },
  { code: 'new RegExp' },
);

/**
 * Creates the compiler of the JSON Schemas (draft 2020-12) of a catalog. It refuses a schema that is invalid, has an
 * unknown keyword or format, or has a pattern whose matching can take more than linear time.
 */
export function createSchemaCompiler(): FindValidator {
  // Making a validator takes milliseconds, and a catalog without schemas needs none.
  let ajv: Ajv2020 | undefined;
  return (schema, index, part) => compile((ajv ??= createValidator()), schema, ['entries', index, part]);
}

/** Creates Ajv with the options of the gateway. @param code whether the source of validators is kept, and in what form. */
export function createValidator(code: { readonly source?: boolean; readonly esm?: boolean } = {}): Ajv2020 {
  return new Ajv2020({
    // Validation of an instance ends at its first error, which bounds the work on a hostile one.
    allErrors: false,
    strictTypes: false,
    strictTuples: false,
    logger: false,
    code: { regExp: linearPattern, ...code },
  });
}

function compile(ajv: Ajv2020, schema: AnySchemaObject, path: readonly PropertyKey[]): IsValid {
  if (ajv.validateSchema(schema) !== true) {
    const [error] = ajv.errors ?? [];
    throw new InvalidSchemaError(
      [...path, ...pathOfPointer(error?.instancePath ?? '', schema)],
      `not a valid JSON Schema: ${error?.message ?? 'wrong shape'}.`,
    );
  }
  if ('$async' in schema)
    throw new InvalidSchemaError([...path, '$async'], 'a schema can’t be asynchronous.');
  try {
    return ajv.compile(schema);
  } catch (error) {
    if (error instanceof SlowPatternError)
      throw new InvalidSchemaError([...path, ...findPattern(schema, error.pattern)], error.message);
    const problem = error instanceof Error ? error.message : 'can’t be compiled';
    throw new InvalidSchemaError(path, `not a usable JSON Schema: ${problem}.`);
  }
}

/** Path of the first occurrence of a pattern in a schema. */
function findPattern(schema: unknown, pattern: string): PropertyKey[] {
  if (typeof schema !== 'object' || schema === null) return [];
  for (const [key, value] of Object.entries(schema)) {
    const place = Array.isArray(schema) ? Number(key) : key;
    if (key === 'pattern' && value === pattern) return [place];
    if (key === 'patternProperties' && Object.hasOwn(Object(value) as object, pattern))
      return [place, pattern];
    const inside = findPattern(value, pattern);
    if (inside.length > 0) return [place, ...inside];
  }
  return [];
}
