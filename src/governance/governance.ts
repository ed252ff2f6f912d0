import { listAlternatives } from './list-alternatives.ts';
import type { CallTarget, Principal } from './call-target.ts';
import { decide, type Decision } from './decide.ts';
import type { Access, Catalog, CatalogEntry, ContentPart, Limits } from './documents.ts';
import { compileInstanceSchemas, type Instances } from './instance-schemas.ts';
import { judgePlace, type PlaceUse, type PlaceVerdict } from './judge-place.ts';
import { judgeTool, type ToolUse, type ToolVerdict } from './judge-tool.ts';
import { contentToKeep } from './content-to-keep.ts';
import { listOwners, type Owner } from './owners.ts';
import { indexReach } from './reach-index.ts';
import { indexRules } from './rule-index.ts';

/** The three documents, valid one by one and together. */
export interface GovernanceDocuments {
  readonly catalog: Catalog;
  readonly access: Access;
  readonly limits: Limits;
}

/** One of the ways in which a call can be allowed. */
interface Alternative {
  readonly entry: CatalogEntry;
  readonly operation: string;
}

/** Decides calls from the governance documents: pure, deny by default. */
export interface Governance {
  /** Content hash of the documents, hex. */
  readonly policyVersion: string;
  readonly documents: GovernanceDocuments;
  decide<Target extends CallTarget>(principal: Principal, target: Target): Decision<Target>;
  /**
   * Checks what an endpoint is sent against its JSON Schemas.
   * @param sent undefined where there are no instances that can be read.
   * @throws GatewayError INVALID_REQUEST, never with a value.
   */
  checkInstances(resource: CallTarget['resource'], sent: Instances | undefined): Promise<void>;
  /** Whether the caller's calls may make Google read or write a place. */
  judgePlace(principal: Principal, use: PlaceUse, uri: string): PlaceVerdict;
  /** Whether the caller's calls may give a model a tool. */
  judgeTool(principal: Principal, use: ToolUse): ToolVerdict;
  /** Whose things a caller reaches, as `reaches` reads it. */
  ownersOf(principal: Principal): readonly Owner[];
  /** Whether two names of a project, each its id or its number in the catalog, are of the same. */
  isProject(project: string, named: string): boolean;
  /** The entries that a call can be meant for, with the operations that would do. */
  listAlternatives(target: CallTarget): readonly Alternative[];
  /** The entry that a target names, whether or not anybody may call it. */
  findEntry(resource: CallTarget['resource']): CatalogEntry | undefined;
  /** What is kept of the content of a call, encrypted; mostly nothing. */
  contentToKeep(resource: CallTarget['resource']): readonly ContentPart[];
}

/** @throws InvalidSchemaError for a JSON Schema in the catalog that can't be used. */
export function createGovernance(documents: GovernanceDocuments, policyVersion: string): Governance {
  const index = indexRules(documents.catalog, documents.access, documents.limits);
  const reach = indexReach(documents.access, index);
  const checks = compileInstanceSchemas(documents.catalog);
  const kept = new Map(
    documents.catalog.entries.map((entry) => [entry, contentToKeep(documents.access, entry)]),
  );
  const findEntry = (resource: CallTarget['resource']) => index.findEntry(resource)?.entry;
  return {
    policyVersion,
    documents,
    decide: (principal, target) => decide(index, principal, target),
    checkInstances: async (resource, sent) => {
      const entry = findEntry(resource);
      if (entry) await checks.get(entry)?.(sent);
    },
    judgePlace: (principal, use, uri) => judgePlace(reach, principal, use, uri),
    judgeTool: (principal, use) => judgeTool(reach, principal, use),
    ownersOf: (principal) => listOwners(documents.access, principal),
    isProject: (project, named) => {
      const idOf = (name: string) => index.idOfProject.get(name) ?? name;
      return idOf(project) === idOf(named);
    },
    listAlternatives: (target) =>
      listAlternatives(index, target).map(({ rules, operation }) => ({ entry: rules.entry, operation })),
    findEntry,
    contentToKeep: (resource) => {
      const entry = findEntry(resource);
      return (entry && kept.get(entry)) ?? [];
    },
  };
}
