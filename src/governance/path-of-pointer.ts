/** Splits a JSON pointer into a path, in which indexes of arrays are numbers. */
export function pathOfPointer(pointer: string, value: unknown): PropertyKey[] {
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
