import { refuseDuplicates } from './check-names.ts';
import type { Access, Catalog, CatalogEntry, OPERATIONS, ServiceTier } from './documents.ts';
import { joinNames } from './join-names.ts';
import { covers } from './rule-coverage.ts';
import type { YamlDocument } from './yaml-document.ts';

/** The operations of calls that can ask for a service tier. */
const OPERATIONS_WITH_TIERS: readonly (typeof OPERATIONS)[number][] = [
  'generateContent',
  'streamGenerateContent',
  'chatCompletions',
  'rawPredict',
  'streamRawPredict',
];

/** Lists the service tiers that an entry offers besides the standard one. */
export function tiersOf({ serviceTiers = {} }: Pick<CatalogEntry, 'serviceTiers'>): ServiceTier[] {
  return Object.keys(serviceTiers) as ServiceTier[];
}

/** Refuses service tiers of an entry whose calls cannot ask for one, or whose standard tier has no price of tokens. */
export function checkOfferedTiers(catalog: YamlDocument<Catalog>, entry: CatalogEntry, index: number): void {
  if (!entry.serviceTiers) return;
  const path = ['entries', index, 'serviceTiers'];
  if (tiersOf(entry).length === 0) catalog.refuse(path, 'no tier is listed. Leave serviceTiers out.');
  if (!entry.price || !('perMillionInputTokens' in entry.price))
    catalog.refuse(path, 'an entry with service tiers needs a price of tokens for its standard tier.');
  if (!entry.operations.some((operation) => OPERATIONS_WITH_TIERS.includes(operation)))
    catalog.refuse(
      path,
      `only calls of ${joinNames(OPERATIONS_WITH_TIERS, 'or')} can ask for a service tier.`,
    );
}

/** Refuses a service tier in a grant that covers no entry with it: its author meant something else. */
export function checkGrantedTiers(access: YamlDocument<Access>, entries: readonly CatalogEntry[]): void {
  access.value.grants.forEach((grant, index) => {
    const { serviceTiers = [] } = grant;
    const path = ['grants', index, 'serviceTiers'] as const;
    refuseDuplicates(access, serviceTiers, (at) => [...path, at]);
    serviceTiers.forEach((tier, at) => {
      if (entries.some((entry) => covers(grant, entry) && tiersOf(entry).includes(tier))) return;
      access.refuse([...path, at], `no entry of this grant offers the service tier ${tier}.`);
    });
  });
}
