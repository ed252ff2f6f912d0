import { checkApplication } from './check-application.ts';
import { checkName, checkNames, refuseDuplicates } from './check-names.ts';
import type { Access, CatalogEntry, Limits } from './documents.ts';
import type { YamlDocument } from './yaml-document.ts';

/** The product of the edge's own that calls without a known key belong to. */
export const OPEN_PRODUCT = 'open';
/** What the edge stamps as the identity provider of key-only callers. */
export const KEY_ONLY_PROVIDER = 'subscription-key';

/** Refuses limits of what doesn't exist, and two limits of one thing. */
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

/** Refuses names that the edge gives itself, and key-only callers with roles of another environment. */
function checkProduct(limits: YamlDocument<Limits>, access: Access, index: number): void {
  const product = limits.value.products[index];
  if (product?.id === OPEN_PRODUCT)
    limits.refuse(['products', index, 'id'], `"${OPEN_PRODUCT}" is a product that the edge has anyway.`);
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
      `an identity provider has the id "${KEY_ONLY_PROVIDER}" of key-only callers.`,
    );
}

/** Refuses applications that no token can be of, and two of one APIM subscription, which is of one product. */
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
