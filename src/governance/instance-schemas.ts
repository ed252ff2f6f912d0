import { Ajv2020, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { formatPath } from '../errors/format-path.ts';
import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody, MAXIMUM_VIOLATIONS } from '../errors/invalid-body.ts';
import type { JsonValue } from '../json/json-value.ts';
import { emptyObject } from '../json/read-json.ts';
import { loopTurns } from '../json/turns.ts';
import type { Catalog, CatalogEntry } from './documents.ts';
import { findBacktracking } from './find-backtracking.ts';

/** What a custom endpoint is sent. */
export interface Instances {
  /** A list. */
  readonly instances: JsonValue;
  readonly parameters?: JsonValue;
}

/**
 * Throws INVALID_REQUEST with at most ten violations, each a path and a rule, never a value. Looks at one instance after
 * the other, between which others have their turn.
 * @param sent undefined where a body has no instances that can be read; no schema is met by that.
 */
export type CheckInstances = (sent: Instances | undefined) => Promise<void>;

/** Operations whose bodies have instances in JSON. What has none can't be held to a schema of instances. */
export const OPERATIONS_WITH_INSTANCES: readonly string[] = [
  ...['predict', 'explain', 'rawPredict', 'streamRawPredict', 'predictLongRunning'],
];

const NO_INSTANCES: FieldViolation = {
  field: 'body',
  description: 'must be JSON with instances, by its content type too: this endpoint has a schema of them',
};

/** More values than these no instance may have that a schema judges: it is judged in one go. */
const MAXIMUM_INSTANCE_VALUES = 200_000;
/** What is judged in one turn of the event loop, unless one instance is more. */
const PIECE_BYTES = 32_768;

/** A schema of the catalog that is none, or that says what this validator does not know. */
export class InvalidSchemaError extends Error {
  /** Where in the catalog. */
  readonly path: readonly PropertyKey[];

  constructor(path: readonly PropertyKey[], problem: string) {
    super(problem);
    this.name = 'InvalidSchemaError';
    this.path = path;
  }
}

/** A pattern of a schema for which texts can take too long. */
class SlowPatternError extends Error {
  readonly pattern: string;

  constructor(pattern: string, problem: string) {
    super(`the pattern ${pattern} can take too long: ${problem}.`);
    this.pattern = pattern;
  }
}

/** What every schema's `pattern` and `patternProperties` become, wherever they stand. @throws SlowPatternError */
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
 * Compiles the JSON Schemas (draft 2020-12) of every custom endpoint, once.
 * @throws InvalidSchemaError for the first that can't be used; an unknown keyword or format can't, nor a pattern for which
 *   a text can take more than a time in proportion to its length.
 */
export function compileInstanceSchemas({ entries }: Catalog): ReadonlyMap<CatalogEntry, CheckInstances> {
  // It takes milliseconds to make, and a catalog without schemas needs none.
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
        // Parameters that are left out are none.
        ...(areParameters ? violationOf(areParameters, sent.parameters ?? emptyObject, ['parameters']) : []),
      ];
      if (violations.length > 0) throw invalidBody(violations);
    });
  });
  return checks;
}

function createValidator(): Ajv2020 {
  return new Ajv2020({
    // The first error of an instance is enough, and bounds the work on a hostile one.
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
      `no valid JSON Schema: ${error?.message ?? 'wrong shape'}.`,
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
    throw new InvalidSchemaError(path, `no usable JSON Schema: ${problem}.`);
  }
}

/** Where a pattern stands first in a schema. */
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
    const description = `must have at most ${MAXIMUM_INSTANCE_VALUES} names and values in it`;
    return [{ field: formatPath(path), description }];
  }
  const value = judged.toJson();
  if (isValid(value)) return [];
  const errors = findNearest(isValid.errors ?? []);
  const place = [...path, ...partsOf(errors[0]?.instancePath ?? '', value)];
  const descriptions = new Set(errors.map(({ message }) => message ?? 'is not valid'));
  return [{ field: formatPath(place), description: [...descriptions].join(' or ') }];
}

/** Of alternatives, the one that was meant: whose error lies deepest, or that at least has the right type. */
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

/** A JSON pointer's parts; of an array, as numbers. */
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
