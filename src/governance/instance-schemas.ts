import { formatPath } from '../errors/format-path.ts';
import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody, MAXIMUM_VIOLATIONS } from '../errors/invalid-body.ts';
import type { JsonValue } from '../json/json-value.ts';
import { emptyObject } from '../json/read-json.ts';
import { loopTurns } from '../json/turns.ts';
import type { Catalog, CatalogEntry } from './documents.ts';
import { pathOfPointer } from './path-of-pointer.ts';

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

/** A problem of a value, as validators of JSON Schema describe it. */
interface SchemaProblem {
  readonly keyword: string;
  /** RFC 6901 */
  readonly instancePath: string;
  readonly message?: string;
}

/** Validates a value by a JSON Schema. `errors` are those of the last value. */
export interface IsValid {
  (value: unknown): boolean;
  errors?: readonly SchemaProblem[] | null;
}

/** The parts of a prediction for which an entry of the catalog can have a schema. */
export type SchemaPart = 'instances' | 'parameters';

/**
 * Returns the validator of a part's schema.
 * @param index of the entry in the catalog.
 * @throws InvalidSchemaError for a schema that can't be used.
 */
export type FindValidator = (schema: object, index: number, part: SchemaPart) => IsValid;

/**
 * Creates the check of the instances and parameters of every custom endpoint.
 * @returns the check of all entries. One without a schema, like no entry at all, takes everything.
 * @throws InvalidSchemaError for the first schema that can't be used.
 */
export function createInstanceChecks(
  { entries }: Catalog,
  findValidator: FindValidator,
): (entry: CatalogEntry | undefined, sent: Instances | undefined) => Promise<void> {
  const checks = new Map<CatalogEntry, CheckInstances>();
  entries.forEach((entry, index) => {
    if (!('endpoint' in entry)) return;
    const { instances, parameters } = entry;
    const isInstance = instances && findValidator(instances, index, 'instances');
    const areParameters = parameters && findValidator(parameters, index, 'parameters');
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
  return async (entry, sent) => {
    if (entry) await checks.get(entry)?.(sent);
  };
}

async function checkEach(isInstance: IsValid, instances: JsonValue): Promise<FieldViolation[]> {
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

function violationOf(isValid: IsValid, judged: JsonValue, path: readonly PropertyKey[]): FieldViolation[] {
  if (judged.entryCount > MAXIMUM_INSTANCE_VALUES) {
    const description = `must have at most ${MAXIMUM_INSTANCE_VALUES} names and values`;
    return [{ field: formatPath(path), description }];
  }
  const value = judged.toJson();
  if (isValid(value)) return [];
  const errors = findNearest(isValid.errors ?? []);
  const place = [...path, ...pathOfPointer(errors[0]?.instancePath ?? '', value)];
  const descriptions = new Set(errors.map(({ message }) => message ?? 'is not valid'));
  return [{ field: formatPath(place), description: [...descriptions].join(' or ') }];
}

/**
 * Chooses the errors of the alternative that the value is closest to: the deepest in the value, and among those
 * preferably one whose type fits.
 */
function findNearest(errors: readonly SchemaProblem[]): readonly SchemaProblem[] {
  const single = errors.filter(({ keyword }) => !['oneOf', 'anyOf', 'if'].includes(keyword));
  const candidates = single.length > 0 ? single : errors;
  const depth = Math.max(...candidates.map(depthOf));
  const deepest = candidates.filter((error) => depthOf(error) === depth);
  const typed = deepest.filter(({ keyword }) => keyword !== 'type');
  const nearest = typed.length > 0 ? typed : deepest;
  return nearest.filter(({ instancePath }) => instancePath === nearest[0]?.instancePath);
}

function depthOf({ instancePath }: SchemaProblem): number {
  return instancePath.split('/').length;
}
