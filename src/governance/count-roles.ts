import type { Principal } from './call-target.ts';
import type { GovernanceDocuments } from './governance.ts';

/** A caller with all its roles, and the id of the product of the key that it sent. */
type KeyHolder = Principal & { readonly productId: string };

/**
 * Splits a caller's roles by the environment of the product of its key. Roles of that environment count for grants and
 * limits; the others become idle. Denies and residency rules hold for idle roles too, so that another key does not lift
 * them. No role counts with a product that the documents do not list.
 */
export function countRoles<Holder extends KeyHolder>(
  { access, limits }: Pick<GovernanceDocuments, 'access' | 'limits'>,
  holder: Holder,
): Holder & { readonly idleRoles: readonly string[] } {
  const environment = limits.products.find(({ id }) => id === holder.productId)?.environment;
  const counting = new Set(
    access.roles.flatMap((role) => (role.environment === environment ? [role.name] : [])),
  );
  return {
    ...holder,
    roles: holder.roles.filter((role) => counting.has(role)),
    idleRoles: holder.roles.filter((role) => !counting.has(role)),
  };
}
