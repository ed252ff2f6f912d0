import type { CallTarget, Principal } from './call-target.ts';
import type { Decision } from './decide.ts';
import type { CatalogEntry } from './documents.ts';
import type { Governance } from './governance.ts';

/** What one caller gets for one operation of one catalog entry in one of its locations. */
export interface CatalogDecision {
  readonly entry: CatalogEntry;
  readonly location: string;
  readonly operation: string;
  readonly decision: Decision<CallTarget>;
}

/** Every call that the catalog offers, decided for one caller; in the catalog's order. */
export function decideCatalog(governance: Governance, principal: Principal): CatalogDecision[] {
  return governance.documents.catalog.entries.flatMap((entry) =>
    entry.locations.flatMap((location) =>
      entry.operations.map((operation) => ({
        entry,
        location,
        operation,
        decision: governance.decide(principal, targetOf(entry, operation, location)),
      })),
    ),
  );
}

/** The call of an entry by its own name in its own project. */
export function targetOf(entry: CatalogEntry, operation: string, location: string): CallTarget {
  const resource: CallTarget['resource'] =
    'endpoint' in entry
      ? { kind: 'endpoint', endpoint: entry.endpoint }
      : { kind: 'model', publisher: entry.publisher, model: entry.model };
  return { project: entry.project, location, operation, resource };
}
