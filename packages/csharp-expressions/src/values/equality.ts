interface Equatable {
  readonly equals: (other: unknown) => boolean;
  readonly keyOf: () => string;
}

function isEquatable(value: unknown): value is Equatable {
  return typeof value === 'object' && value !== null && 'equals' in value && 'keyOf' in value;
}

/** C#'s `Equals` of two values of the same type, boxed or not. */
export function valuesEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left === 'number' && typeof right === 'number') return Number.isNaN(left) && Number.isNaN(right);
  return isEquatable(left) && left.equals(right);
}

/** Returns a key for a JavaScript Map under which equal C# values meet. */
export function keyOf(value: unknown): unknown {
  if (isEquatable(value)) return `\u0000${value.keyOf()}`;
  return value;
}
