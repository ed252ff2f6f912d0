import type { CallTarget, Principal } from './call-target.ts';
import type { Decision } from './decide.ts';
import type { CatalogEntry } from './documents.ts';
import type { Governance } from './governance.ts';

/** The decision about one operation of one catalog entry in one of its locations, for one caller. */
export interface CatalogDecision {
  readonly entry: CatalogEntry;
  readonly location: string;
  readonly operation: string;
  readonly decision: Decision<CallTarget>;
}

/**
 * Decides every call that the catalog offers for one caller. The decisions are in the catalog's order.
 * @param at the time of the calls, by which entries retire. Without it none has.
 */
export function decideCatalog(governance: Governance, principal: Principal, at?: Date): CatalogDecision[] {
  return governance.documents.catalog.entries.flatMap((entry) =>
    entry.locations.flatMap((location) =>
      entry.operations.map((operation) => ({
        entry,
        location,
        operation,
        decision: governance.decide(principal, targetOf(entry, operation, location), at),
      })),
    ),
  );
}

/** Returns the target of a call that gives an entry's own name and its own project. */
export function targetOf(entry: CatalogEntry, operation: string, location: string): CallTarget {
  const resource: CallTarget['resource'] =
    'endpoint' in entry
      ? { kind: 'endpoint', endpoint: entry.endpoint }
      : { kind: 'model', publisher: entry.publisher, model: entry.model };
  return { project: entry.project, location, operation, resource };
}
