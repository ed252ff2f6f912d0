import protobuf from 'protobufjs/light.js';
import { badRequest, type FieldViolation, GoogleError } from './google-error.ts';
import { checkScalar, isFreeForm } from './read-scalar.ts';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

const MAXIMUM_DEPTH = 100;

/**
 * Reads JSON as a protobuf message, as strictly as Google's front end does and with its words. An unknown field, a
 * wrong type, an unknown enum value or two fields of one oneof are errors. Names may be lowerCamelCase or snake_case, a
 * single value may stand for a list of one, and null is an unset field.
 * Source: https://protobuf.dev/programming-guides/json/ and error bodies as users report them (see README.md)
 * @returns the same JSON with lowerCamelCase names and lists as lists
 * @throws GoogleError INVALID_ARGUMENT with every violation
 */
export function readMessage(type: protobuf.Type, json: unknown): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw badRequest([
      { description: 'Invalid JSON payload received. Unknown name "": Root element must be a message.' },
    ]);
  }
  const violations: FieldViolation[] = [];
  const message = readFields({ type, json: json as Json, path: '', depth: 0, violations });
  if (violations.length > 0) throw badRequest(violations);
  return message;
}

interface Place {
  readonly type: protobuf.Type;
  readonly json: Json;
  readonly path: string;
  readonly depth: number;
  readonly violations: FieldViolation[];
}

function readFields(place: Place): Json {
  const message: [string, unknown][] = [];
  const oneofs = new Map<string, string>();
  for (const [name, value] of Object.entries(place.json)) {
    const field = findField(place.type, name);
    if (!field) unknownName(place, name, 'Cannot find field.');
    else if (value !== null) {
      const oneof = field.partOf?.isProto3Optional === true ? undefined : field.partOf?.name;
      if (oneof !== undefined && oneofs.has(oneof)) {
        const text = `oneof field '${snake(oneof)}' is already set. Cannot set '${name}'`;
        invalidValue(place, place.path, 'oneof', text);
      }
      if (oneof !== undefined) oneofs.set(oneof, name);
      message.push([field.name, readField(place, field, name, value)]);
    }
  }
  return Object.fromEntries(message);
}

function readField(place: Place, field: protobuf.FieldBase, name: string, value: unknown): unknown {
  const path = join(place.path, snake(field.name));
  if (field instanceof protobuf.MapField) return readMap(place, field, path, value);
  if (!field.repeated) {
    if (!Array.isArray(value) || isFreeForm(field)) return readValue(place, field, path, value);
    unknownName(place, name, 'Proto field is not repeating, cannot start list.');
    return undefined;
  }
  if (!Array.isArray(value)) return [readValue(place, field, path, value)];
  return value.map((element, i) => readValue(place, field, `${path}[${i}]`, element));
}

function readMap(place: Place, field: protobuf.MapField, path: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    invalidValue(place, path, 'Map', JSON.stringify(value));
    return undefined;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, entry], i) => [
      key,
      readValue(place, field, `${path}[${i}].value`, entry),
    ]),
  );
}

function readValue(place: Place, field: protobuf.FieldBase, path: string, value: unknown): unknown {
  const { resolvedType } = field.resolve();
  if (!(resolvedType instanceof protobuf.Type) || isFreeForm(field)) {
    const wrong = checkScalar(field, value);
    if (wrong) invalidValue(place, wrong.atParent ? place.path : path, wrong.expected, wrong.got);
    return value;
  }
  if (place.depth >= MAXIMUM_DEPTH) {
    throw new GoogleError(
      'INVALID_ARGUMENT',
      `Invalid JSON payload received. Message too deep. Max recursion depth reached for key '${snake(field.name)}'`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const expected = `type.googleapis.com/${resolvedType.fullName.slice(1)}`;
    invalidValue(place, path, expected, JSON.stringify(value));
    return undefined;
  }
  return readFields({ ...place, type: resolvedType, json: value as Json, path, depth: place.depth + 1 });
}

/** Finds a field by its lowerCamelCase or snake_case name. */
export function findField(type: protobuf.Type, name: string): protobuf.Field | undefined {
  const own = (key: string): protobuf.Field | undefined =>
    Object.hasOwn(type.fields, key) ? type.fields[key] : undefined;
  return own(name) ?? own(name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase()));
}

function unknownName({ path, violations }: Place, name: string, problem: string): void {
  const where = path === '' ? '' : ` at '${path}'`;
  violations.push({
    ...(path === '' ? {} : { field: path }),
    description: `Invalid JSON payload received. Unknown name ${JSON.stringify(name)}${where}: ${problem}`,
  });
}

function invalidValue({ violations }: Place, path: string, expected: string, got: string): void {
  violations.push({ field: path, description: `Invalid value at '${path}' (${expected}), ${got}` });
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
