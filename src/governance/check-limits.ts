import { KEY_ONLY_PROVIDER } from './principals.ts';
import { checkApplication } from './check-application.ts';
import { checkName, checkNames, refuseDuplicates } from './check-names.ts';
import type { Access, CatalogEntry, Limits } from './documents.ts';
import type { YamlDocument } from './yaml-document.ts';

/** Id of the product of calls without a key that API Management knows. The edge defines it itself. */
export const OPEN_PRODUCT = 'open';
/**
 * Checks the limits document against the other two. Refuses limits on names that do not exist, and two limits on one
 * name.
 * @throws GovernanceDocumentError for the first problem.
 */
export function checkLimits(
  limits: YamlDocument<Limits>,
  access: Access,
  entries: readonly CatalogEntry[],
): void {
  const { products, roles, entries: ofEntries } = limits.value;
  const roleNames = new Set(access.roles.map(({ name }) => name));
  const entryNames = new Set(entries.map(({ name }) => name));
  products.forEach((_, index) => {
    checkProduct(limits, access, index);
  });
  checkSubscriptions(limits, access);
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

/**
 * Refuses ids that the edge defines itself, and key-only callers with roles of another environment than the product's.
 */
function checkProduct(limits: YamlDocument<Limits>, access: Access, index: number): void {
  const product = limits.value.products[index];
  if (product?.id === OPEN_PRODUCT)
    limits.refuse(
      ['products', index, 'id'],
      `"${OPEN_PRODUCT}" is reserved for a product that API Management always has.`,
    );
  if (!product?.keyOnlyCallers) return;
  const path = ['products', index, 'keyOnlyCallers', 'roles'];
  const { roles } = product.keyOnlyCallers;
  checkNames(limits, roles, new Set(access.roles.map(({ name }) => name)), path, 'role');
  roles.forEach((name, position) => {
    const environment = access.roles.find((role) => role.name === name)?.environment;
    if (environment === product.environment) return;
    limits.refuse(
      [...path, position],
      `"${name}" is a role of ${String(environment)}, and the product is of ${product.environment}.`,
    );
  });
  if (access.identityProviders.some(({ id }) => id === KEY_ONLY_PROVIDER))
    limits.refuse(
      path.slice(0, -1),
      `an identity provider has the id "${KEY_ONLY_PROVIDER}", which is reserved for callers with a key alone.`,
    );
}

/** Refuses applications that no token can name, and an APIM subscription that is listed twice. */
function checkSubscriptions(limits: YamlDocument<Limits>, { identityProviders }: Access): void {
  const listed = limits.value.products.flatMap(({ subscriptions }, index) =>
    (subscriptions?.applications ?? []).map((one, position) => ({
      ...one,
      path: ['products', index, 'subscriptions', 'applications', position],
    })),
  );
  for (const { path, ...application } of listed)
    checkApplication(limits, identityProviders, application, path);
  refuseDuplicates(
    limits,
    listed.map(({ subscription }) => subscription),
    (index) => [...(listed[index]?.path ?? []), 'subscription'],
  );
}
