import type { CallTarget, Principal } from './call-target.ts';
import { decide, type Decision } from './decide.ts';
import type { Access, Catalog, CatalogEntry, Limits } from './documents.ts';
import { indexRules } from './rule-index.ts';

/** The three documents, valid one by one and together. */
export interface GovernanceDocuments {
  readonly catalog: Catalog;
  readonly access: Access;
  readonly limits: Limits;
}

/** Decides calls from the governance documents: pure, deny by default. */
export interface Governance {
  /** Content hash of the documents, hex. */
  readonly policyVersion: string;
  readonly documents: GovernanceDocuments;
  decide<Target extends CallTarget>(principal: Principal, target: Target): Decision<Target>;
  /** The entry that a target names, whether or not anybody may call it. */
  findEntry(resource: CallTarget['resource']): CatalogEntry | undefined;
}

export function createGovernance(documents: GovernanceDocuments, policyVersion: string): Governance {
  const index = indexRules(documents.catalog, documents.access);
  return {
    policyVersion,
    documents,
    decide: (principal, target) => decide(index, principal, target),
    findEntry: (resource) => index.findEntry(resource)?.entry,
  };
}
