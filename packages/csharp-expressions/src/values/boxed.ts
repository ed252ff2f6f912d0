import { arrayOf, type CsType, getType } from '../types.ts';

/** A value that knows its C# type: by name, or as a type where it is generic. */
export interface TypedValue {
  readonly type: string | CsType;
}

/** A C# value type inside an `object`, where JavaScript's own type doesn't tell it: double, char, an enum, … */
export class Boxed implements TypedValue {
  readonly type: CsType;
  readonly value: unknown;

  constructor(type: CsType, value: unknown) {
    this.type = type;
    this.value = value;
  }

  equals(other: unknown): boolean {
    return other instanceof Boxed && other.type === this.type && Object.is(other.value, this.value);
  }

  keyOf(): string {
    return `${this.type.name} ${String(this.value)}`;
  }
}

// Unboxed, these are JavaScript primitives that a bare `typeof` could not tell apart.
const BOXED = new Set(['sbyte', 'byte', 'short', 'ushort', 'uint', 'ulong', 'float', 'double', 'char']);
/** The element types of arrays; an array that is not in it is of strings, which are by far the most. */
const elementTypes = new WeakMap<object, CsType>();
const delegateTypes = new WeakMap<object, CsType>();

/** Returns the value as an `object`: int, long, bool and string stay as they are. */
export function box(value: unknown, type: CsType): unknown {
  if (value === null || value === undefined) return null;
  if (BOXED.has(type.name) || type.definition.kind === 'enum') return new Boxed(type, value);
  const [inner] = type.args;
  if (inner && type.definition.name === 'Nullable') return box(value, inner);
  if (typeof value === 'function') delegateTypes.set(value, type);
  return value;
}

/** Returns a value out of its box. */
export function unbox(value: unknown): unknown {
  return value instanceof Boxed ? value.value : value;
}

/** Remembers what an array is an array of. */
export function typedArray<Item>(items: Item[], element: CsType): Item[] {
  if (element.name !== 'string') elementTypes.set(items, element);
  return items;
}

/** Returns the C# type of a non-null `object`. */
export function typeOfValue(value: unknown): CsType {
  switch (typeof value) {
    case 'string':
      return getType('string');
    case 'boolean':
      return getType('bool');
    case 'number':
      return getType('int');
    case 'bigint':
      return getType('long');
    case 'function':
      return delegateTypes.get(value) ?? getType('object');
    default:
  }
  if (value instanceof Uint8Array) return arrayOf(getType('byte'));
  if (Array.isArray(value)) return arrayOf(elementTypes.get(value) ?? getType('string'));
  if (typeof value === 'object' && value !== null) {
    // The parts of `context` that have no type of their own are plain objects.
    if (!('type' in value)) return getType('object');
    const { type } = value as TypedValue;
    return typeof type === 'string' ? getType(type) : type;
  }
  throw new Error(`A variable holds a value that is no C# value: ${String(value)}`);
}
