import type { Principal } from './call-target.ts';
import type { GovernanceDocuments } from './governance.ts';

/** A caller with all its roles, and the product of the key that it sent. */
type KeyHolder = Principal & { readonly productId: string };

/**
 * The caller as its key lets it act: of its roles those count that are of the product's environment; the others are idle.
 * What grants, and how much, goes by roles that count. Denies and residency hold for idle roles too: another key does not
 * take a caller out of them. With a product that the documents don't know, no role counts.
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
