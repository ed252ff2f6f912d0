import type { Principal } from '../governance/call-target.ts';
import { decideCatalog, targetOf, type CatalogDecision } from '../governance/decide-catalog.ts';
import type { CatalogEntry, ServiceTier } from '../governance/documents.ts';
import type { Governance } from '../governance/governance.ts';

/** A catalog entry as one caller may use it. */
export interface UsableModel {
  readonly name: string;
  readonly alias?: string;
  readonly publisher?: string;
  readonly model?: string;
  readonly endpoint?: string;
  readonly project: string;
  /** The allowed operations by location; locations that allow the same operations stand together. */
  readonly allowed: readonly {
    readonly locations: readonly string[];
    readonly operations: readonly string[];
  }[];
  readonly classification: CatalogEntry['classification'];
  /** The catalog's price in US dollars, for estimates. */
  readonly price?: NonNullable<CatalogEntry['price']>;
  /** The service tiers that the caller may ask for besides the standard one, with their prices in US dollars. */
  readonly serviceTiers?: NonNullable<CatalogEntry['serviceTiers']>;
  /** The announced end of the model: its last day in UTC, and the vendor's page that says so. */
  readonly retires?: Pick<NonNullable<CatalogEntry['retires']>, 'on' | 'source'>;
}

/**
 * Lists the catalog entries that a caller may use, in the catalog's order, with exactly the calls that would be allowed.
 * @param at the time of the calls; entries that have retired by then are left out. Without it none has.
 */
export function listModels(governance: Governance, principal: Principal, at?: Date): UsableModel[] {
  const allowed = decideCatalog(governance, principal, at).filter(({ decision }) => decision.allowed);
  return [...Map.groupBy(allowed, ({ entry }) => entry)].map(([entry, decisions]) => ({
    name: entry.name,
    ...(entry.alias !== undefined && { alias: entry.alias }),
    ...('endpoint' in entry
      ? { endpoint: entry.endpoint }
      : { publisher: entry.publisher, model: entry.model }),
    project: entry.project,
    allowed: groupLocations(decisions),
    classification: entry.classification,
    ...(entry.price && { price: entry.price }),
    ...tiersFor(governance, principal, decisions, at),
    ...(entry.retires && { retires: { on: entry.retires.on, source: entry.retires.source } }),
  }));
}

/**
 * Finds the sentences on the end of an entry that the caller could use until it retired.
 * @returns undefined for an entry that has not retired, and for one that the caller could not use.
 */
export function findEnd(
  governance: Governance,
  principal: Principal,
  name: string,
  at: Date,
): string | undefined {
  const retired = decideCatalog(governance, principal, at).find(
    ({ entry, decision }) => entry.name === name && !decision.allowed && decision.code === 'MODEL_RETIRED',
  );
  return retired?.decision.reason;
}

/** Picks the service tiers of an entry that one of the allowed calls may ask for. */
function tiersFor(
  governance: Governance,
  principal: Principal,
  decisions: readonly CatalogDecision[],
  at: Date | undefined,
): Pick<UsableModel, 'serviceTiers'> {
  const serviceTiers = decisions[0]?.entry.serviceTiers;
  if (!serviceTiers) return {};
  const isAllowed = (tier: string) =>
    decisions.some(({ entry, operation, location }) => {
      const target = { ...targetOf(entry, operation, location), serviceTier: tier as ServiceTier };
      return governance.decide(principal, target, at).allowed;
    });
  const given = Object.entries(serviceTiers).filter(([tier]) => isAllowed(tier));
  return given.length > 0 ? { serviceTiers: Object.fromEntries(given) } : {};
}

function groupLocations(decisions: readonly CatalogDecision[]): UsableModel['allowed'] {
  const locations = [...Map.groupBy(decisions, ({ location }) => location)].map(([location, group]) => ({
    location,
    operations: group.map(({ operation }) => operation),
  }));
  return [...Map.groupBy(locations, ({ operations }) => operations.join(' ')).values()].map((group) => ({
    locations: group.map(({ location }) => location),
    operations: group[0]?.operations ?? [],
  }));
}
