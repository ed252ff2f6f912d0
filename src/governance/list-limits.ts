import type { Principal } from './call-target.ts';
import type { CatalogEntry, Limits } from './documents.ts';
import type { GovernanceDocuments } from './governance.ts';

/** Bounds of one product, role or catalog entry; what is left out is not bounded there. */
export interface AppliedLimit extends LimitValues {
  readonly scope: 'product' | 'role' | 'entry';
  readonly name: string;
}

export type LimitValues = Readonly<Omit<Limits['roles'][number], 'role'>>;

/** The limits that a caller's calls of an entry count against; the tightest one is felt first. */
export function listLimits(
  { limits }: GovernanceDocuments,
  { roles }: Principal,
  entry: CatalogEntry | undefined,
  productId: string,
): AppliedLimit[] {
  return [
    ...limits.products
      .filter(({ id }) => id === productId)
      .map((product) => ({ scope: 'product' as const, name: product.id, ...valuesOf(product) })),
    ...limits.roles
      .filter(({ role }) => roles.includes(role))
      .map((limit) => ({ scope: 'role' as const, name: limit.role, ...valuesOf(limit) })),
    ...limits.entries
      .filter((limit) => limit.entry === entry?.name)
      .map((limit) => ({ scope: 'entry' as const, name: limit.entry, ...valuesOf(limit) })),
  ];
}

/** Whose bound it is, as it goes on in a sentence. */
export function describeOwner({ scope, name }: AppliedLimit): string {
  return { product: `on the product ${name}`, role: `with the role ${name}`, entry: `of ${name}` }[scope];
}

/** Of a product, role or entry of the limits document, the bounds alone. */
function valuesOf(limit: LimitValues): LimitValues {
  const { callsPerMinute, callsPerDay, tokensPerMinute, tokensPerDay, concurrentStreams } = limit;
  return {
    ...(callsPerMinute !== undefined && { callsPerMinute }),
    ...(callsPerDay !== undefined && { callsPerDay }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
    ...(tokensPerDay !== undefined && { tokensPerDay }),
    ...(concurrentStreams !== undefined && { concurrentStreams }),
  };
}
