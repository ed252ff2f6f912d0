import type { Principal } from './call-target.ts';
import type { CatalogEntry, Limits } from './documents.ts';
import type { GovernanceDocuments } from './governance.ts';

/** The limits of one product, role or catalog entry. */
export interface AppliedLimit extends LimitValues {
  readonly scope: 'product' | 'role' | 'entry';
  readonly name: string;
}

/** Numbers of calls, tokens and open streams; one that is left out is not limited. */
export type LimitValues = Readonly<Omit<Limits['roles'][number], 'role'>>;

/** Lists the limits that a caller's calls of an entry count against. All of them hold together. */
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

/**
 * Names the product, role or entry of a limit, for the end of a sentence such as `10 calls a minute on the product a`.
 */
export function describeOwner({ scope, name }: AppliedLimit): string {
  return { product: `on the product ${name}`, role: `with the role ${name}`, entry: `of ${name}` }[scope];
}

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
