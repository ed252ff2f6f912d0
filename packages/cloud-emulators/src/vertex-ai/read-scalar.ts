import protobuf from 'protobufjs/light.js';

/**
 * The type that a field expected instead of the value it got. `atParent` is true when Google places the error at the
 * message.
 */
export interface WrongScalar {
  readonly expected: string;
  readonly got: string;
  readonly atParent?: boolean;
}

/** Well-known types whose JSON is not an object with fields of its own. */
const FREE_FORM = new Set([
  '.google.protobuf.Value',
  '.google.protobuf.Struct',
  '.google.protobuf.ListValue',
]);
const AS_STRING = new Set([
  '.google.protobuf.Duration',
  '.google.protobuf.Timestamp',
  '.google.protobuf.FieldMask',
]);
const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** Says if the field's JSON has no fields of its own to check: any JSON, or a well-known type written as a string. */
export function isFreeForm(field: protobuf.FieldBase): boolean {
  const name = field.resolve().resolvedType?.fullName ?? '';
  return FREE_FORM.has(name) || AS_STRING.has(name);
}

/**
 * Checks the value of a scalar, an enum or a well-known type; undefined when it is right. Google's front end accepts
 * the names of enum values in any case.
 */
export function checkScalar(field: protobuf.FieldBase, value: unknown): WrongScalar | undefined {
  const { resolvedType, type, name } = field;
  if (resolvedType && FREE_FORM.has(resolvedType.fullName))
    return checkFreeForm(resolvedType.fullName, value);
  if (typeof value === 'object') {
    return { expected: name, got: 'Starting an object on a scalar field', atParent: true };
  }
  const wrong = (expected: string): WrongScalar => ({ expected, got: JSON.stringify(value) });
  if (resolvedType instanceof protobuf.Enum) {
    const known =
      typeof value === 'number' ||
      (typeof value === 'string' && Object.hasOwn(resolvedType.values, value.toUpperCase()));
    return known ? undefined : wrong(`type.googleapis.com/${resolvedType.fullName.slice(1)}`);
  }
  if (resolvedType) {
    const right = typeof value === 'string';
    return right ? undefined : wrong(`type.googleapis.com/${resolvedType.fullName.slice(1)}`);
  }
  return isScalar(type, value) ? undefined : wrong(`TYPE_${type.toUpperCase()}`);
}

function checkFreeForm(type: string, value: unknown): WrongScalar | undefined {
  const right =
    type === '.google.protobuf.Struct'
      ? typeof value === 'object' && !Array.isArray(value)
      : type === '.google.protobuf.ListValue'
        ? Array.isArray(value)
        : true;
  return right ? undefined : { expected: `type.googleapis.com/${type.slice(1)}`, got: JSON.stringify(value) };
}

function isScalar(type: string, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'bytes':
      return typeof value === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value);
    case 'float':
    case 'double':
      return isNumber(value);
    default:
      return isNumber(value) && isInteger(type, Number(value));
  }
}

/** Says if a value is a number, which may be written as a string. */
function isNumber(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '' && Number.isFinite(Number(value));
  return typeof value === 'number';
}

function isInteger(type: string, value: number): boolean {
  const [least, most] = INTEGERS[type] ?? [0n, 0n];
  return Number.isInteger(value) && BigInt(value) >= least && BigInt(value) <= most;
}
