import type { Descriptor } from './prune-descriptors.ts';

/**
 * Adds to the messages of one namespace the fields, with their types, that messages of the same names have in another and
 * they lack. A field whose name or number is taken is left out.
 */
export function addMissingFields(target: Descriptor, source: Descriptor): void {
  const { fields = {} } = target;
  const numbers = new Set(Object.values(fields).map(({ id }) => id));
  const missing = Object.entries(source.fields ?? {}).filter(
    ([name, { id }]) => !(name in fields) && !numbers.has(id),
  );
  if (target.fields && missing.length > 0) {
    target.fields = { ...fields, ...Object.fromEntries(missing) };
    target.oneofs = { ...source.oneofs, ...target.oneofs };
    target.nested = { ...source.nested, ...target.nested };
  }
  for (const [name, nested] of Object.entries(target.nested ?? {})) {
    const same = source.nested?.[name];
    if (same) addMissingFields(nested, same);
  }
}
