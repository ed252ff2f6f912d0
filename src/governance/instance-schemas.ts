import { Ajv2020, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { formatPath } from '../errors/format-path.ts';
import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody, MAXIMUM_VIOLATIONS } from '../errors/invalid-body.ts';
import type { JsonValue } from '../json/json-value.ts';
import { emptyObject } from '../json/read-json.ts';
import { loopTurns } from '../json/turns.ts';
import type { Catalog, CatalogEntry } from './documents.ts';
import { findBacktracking } from './find-backtracking.ts';

/** The instances and parameters of a prediction by a custom endpoint. */
export interface Instances {
  /** A JSON array. */
  readonly instances: JsonValue;
  readonly parameters?: JsonValue;
}

/**
 * Validates the instances and parameters of one call. Long work is divided into pieces; the event loop runs between
 * them.
 * @param sent undefined if the body has no instances that can be read, which violates every schema.
 * @throws GatewayError INVALID_REQUEST with at most ten violations, each a path and a rule, never a value.
 */
type CheckInstances = (sent: Instances | undefined) => Promise<void>;

/** Operations whose bodies have instances in JSON, which a schema can validate. */
export const OPERATIONS_WITH_INSTANCES: readonly string[] = [
  'predict',
  'explain',
  'rawPredict',
  'streamRawPredict',
  'predictLongRunning',
];

const NO_INSTANCES: FieldViolation = {
  field: 'body',
  description:
    'must be JSON with instances, and have a JSON content type, because this endpoint has a schema of instances',
};

/** An instance is validated in one piece, so its names and values are bounded. */
const MAXIMUM_INSTANCE_VALUES = 200_000;
/** Bytes of instances that are validated in one turn of the event loop. A longer instance takes a turn by itself. */
const PIECE_BYTES = 32_768;

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
 * Compiles the JSON Schemas (draft 2020-12) of every custom endpoint.
 * @returns the check of all entries. One without a schema, like no entry at all, takes everything.
 * @throws InvalidSchemaError for the first schema that is invalid, has an unknown keyword or format, or has a pattern
 *   whose matching can take more than linear time.
 */
export function createInstanceChecks(
  catalog: Catalog,
): (entry: CatalogEntry | undefined, sent: Instances | undefined) => Promise<void> {
  const checks = compileSchemas(catalog);
  return async (entry, sent) => {
    if (entry) await checks.get(entry)?.(sent);
  };
}

function compileSchemas({ entries }: Catalog): ReadonlyMap<CatalogEntry, CheckInstances> {
  // Making a validator takes milliseconds, and a catalog without schemas needs none.
  let ajv: Ajv2020 | undefined;
  const compileAt = (schema: AnySchemaObject, path: readonly PropertyKey[]): ValidateFunction =>
    compile((ajv ??= createValidator()), schema, path);
  const checks = new Map<CatalogEntry, CheckInstances>();
  entries.forEach((entry, index) => {
    if (!('endpoint' in entry)) return;
    const { instances, parameters } = entry;
    const isInstance = instances && compileAt(instances, ['entries', index, 'instances']);
    const areParameters = parameters && compileAt(parameters, ['entries', index, 'parameters']);
    if (!isInstance && !areParameters) return;
    checks.set(entry, async (sent) => {
      if (!sent) throw invalidBody([NO_INSTANCES]);
      const violations = [
        ...(isInstance ? await checkEach(isInstance, sent.instances) : []),
        // Parameters that are left out are validated as an empty object.
        ...(areParameters ? violationOf(areParameters, sent.parameters ?? emptyObject, ['parameters']) : []),
      ];
      if (violations.length > 0) throw invalidBody(violations);
    });
  });
  return checks;
}

function createValidator(): Ajv2020 {
  return new Ajv2020({
    // Validation of an instance ends at its first error, which bounds the work on a hostile one.
    allErrors: false,
    strictTypes: false,
    strictTuples: false,
    logger: false,
    code: { regExp: linearPattern },
  });
}

function compile(ajv: Ajv2020, schema: AnySchemaObject, path: readonly PropertyKey[]): ValidateFunction {
  if (ajv.validateSchema(schema) !== true) {
    const [error] = ajv.errors ?? [];
    throw new InvalidSchemaError(
      [...path, ...partsOf(error?.instancePath ?? '', schema)],
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

async function checkEach(isInstance: ValidateFunction, instances: JsonValue): Promise<FieldViolation[]> {
  const violations: FieldViolation[] = [];
  let pieceStart = instances.start;
  let index = 0;
  for (const instance of instances.items()) {
    if (instance.end - pieceStart > PIECE_BYTES) {
      if (index > 0) await loopTurns.next();
      pieceStart = instance.start;
    }
    violations.push(...violationOf(isInstance, instance, ['instances', index]));
    if (violations.length >= MAXIMUM_VIOLATIONS) break;
    index += 1;
  }
  return violations;
}

function violationOf(
  isValid: ValidateFunction,
  judged: JsonValue,
  path: readonly PropertyKey[],
): FieldViolation[] {
  if (judged.entryCount > MAXIMUM_INSTANCE_VALUES) {
    const description = `must have at most ${MAXIMUM_INSTANCE_VALUES} names and values`;
    return [{ field: formatPath(path), description }];
  }
  const value = judged.toJson();
  if (isValid(value)) return [];
  const errors = findNearest(isValid.errors ?? []);
  const place = [...path, ...partsOf(errors[0]?.instancePath ?? '', value)];
  const descriptions = new Set(errors.map(({ message }) => message ?? 'is not valid'));
  return [{ field: formatPath(place), description: [...descriptions].join(' or ') }];
}

/**
 * Chooses the errors of the alternative that the value is closest to: the deepest in the value, and among those
 * preferably one whose type fits.
 */
function findNearest(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const single = errors.filter(({ keyword }) => !['oneOf', 'anyOf', 'if'].includes(keyword));
  const candidates = single.length > 0 ? single : errors;
  const depth = Math.max(...candidates.map(depthOf));
  const deepest = candidates.filter((error) => depthOf(error) === depth);
  const typed = deepest.filter(({ keyword }) => keyword !== 'type');
  const nearest = typed.length > 0 ? typed : deepest;
  return nearest.filter(({ instancePath }) => instancePath === nearest[0]?.instancePath);
}

function depthOf({ instancePath }: ErrorObject): number {
  return instancePath.split('/').length;
}

/** Splits a JSON pointer into a path, in which indexes of arrays are numbers. */
function partsOf(pointer: string, value: unknown): PropertyKey[] {
  let at = value;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const place = Array.isArray(at) ? Number(key) : key;
      at = (at as Record<PropertyKey, unknown>)[place];
      return place;
    });
}
