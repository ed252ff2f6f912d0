/** Fields of which each may be undefined, be it optional or not. */
export type Undefinable<Fields> = { [Name in keyof Fields]: Fields[Name] | undefined };

/** The fields that are there: who declares which are optional answers for the rest. */
export function withoutUndefined<Fields extends object>(fields: Undefinable<Fields>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
