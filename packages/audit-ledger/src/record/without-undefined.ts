/** The same fields, each of which may be undefined, optional or not. */
export type Undefinable<Fields> = { [Name in keyof Fields]: Fields[Name] | undefined };

/**
 * Leaves out the fields that are undefined. The result has the type `Fields` without a check: the caller guarantees
 * that no required field is undefined.
 */
export function withoutUndefined<Fields extends object>(fields: Undefinable<Fields>): Fields {
  const kept: Partial<Fields> = {};
  // Lists of a record's sixty members and values would cost more than all else that is done with it.
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && Object.hasOwn(fields, name)) kept[name] = value;
  }
  return kept as Fields;
}
