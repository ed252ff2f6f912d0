import { checkName, refuseDuplicates } from './check-names.ts';
import type { Access, CatalogEntry, Limits } from './documents.ts';
import type { YamlDocument } from './yaml-document.ts';

/** Refuses limits of what doesn't exist, and two limits of one thing. */
export function checkLimits(
  limits: YamlDocument<Limits>,
  access: Access,
  entries: readonly CatalogEntry[],
): void {
  const { products, roles, entries: ofEntries } = limits.value;
  const roleNames = new Set(access.roles.map(({ name }) => name));
  const entryNames = new Set(entries.map(({ name }) => name));
  roles.forEach(({ role }, index) => {
    checkName(limits, role, roleNames, ['roles', index, 'role'], 'role');
  });
  ofEntries.forEach(({ entry }, index) => {
    checkName(limits, entry, entryNames, ['entries', index, 'entry'], 'catalog entry');
  });
  refuseDuplicates(
    limits,
    products.map(({ id }) => id),
    (index) => ['products', index, 'id'],
  );
  refuseDuplicates(
    limits,
    roles.map(({ role }) => role),
    (index) => ['roles', index, 'role'],
  );
  refuseDuplicates(
    limits,
    ofEntries.map(({ entry }) => entry),
    (index) => ['entries', index, 'entry'],
  );
}
