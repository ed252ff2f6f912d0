/** The same fields, each of which may be undefined, optional or not. */
export type Undefinable<Fields> = { [Name in keyof Fields]: Fields[Name] | undefined };

/**
 * Leaves out the fields that are undefined. The result has the type `Fields` without a check: the caller guarantees
 * that no required field is undefined.
 */
export function withoutUndefined<Fields extends object>(fields: Undefinable<Fields>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
