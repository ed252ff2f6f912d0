import type { CallTarget, Principal } from './call-target.ts';
import { createDecide, type Decision, type Judgements } from './decide.ts';
import type { Access, Catalog, CatalogEntry, Limits } from './documents.ts';
import { findRules, listAlternatives } from './find-entries.ts';
import { createInstanceChecks, type FindValidator, type Instances } from './instance-schemas.ts';
import { judgePlace, type PlaceUse, type PlaceVerdict } from './judge-place.ts';
import { judgeTool, listDestinations, maySendTo, type ToolUse, type ToolVerdict } from './judge-tool.ts';
import { listOwners, type Owner } from './owners.ts';
import type { Protection } from './protection-document.ts';
import { indexProtection } from './protection-index.ts';
import type { ProtectionPlan } from './protection-plan.ts';
import { indexReach } from './reach-index.ts';
import { indexRules } from './rule-index.ts';

/** The documents, which have been checked one by one and against each other. */
export interface GovernanceDocuments {
  readonly catalog: Catalog;
  readonly access: Access;
  readonly limits: Limits;
  /** The rules on the content of calls; absent for a deployment that inspects none. */
  readonly protection?: Protection;
}

/** An operation on a catalog entry. A call is allowed if one of its alternatives is. */
interface Alternative {
  readonly entry: CatalogEntry;
  readonly operation: string;
}

/** The decisions that follow from the governance documents. All are pure and deny by default. */
export interface Governance {
  /** SHA-256 of the documents' texts, in hexadecimal. */
  readonly policyVersion: string;
  readonly documents: GovernanceDocuments;
  /**
   * Decides one call. An allowed call comes back as an `AuthorizedCall`.
   * @param at the time of the call, by which entries retire. Without it none has, as in questions about the documents alone.
   */
  decide<Target extends CallTarget>(principal: Principal, target: Target, at?: Date): Decision<Target>;
  /**
   * Validates the instances and parameters of a call against the JSON Schemas of its endpoint.
   * @param entry the entry that serves the call; one without schemas, like none, takes everything.
   * @param sent undefined if the body has no instances that can be read.
   * @throws GatewayError INVALID_REQUEST, never with a value.
   */
  checkInstances(entry: CatalogEntry | undefined, sent: Instances | undefined): Promise<void>;
  /** Plans the actions on the content of a caller's calls of an operation of an entry; undefined where no rule applies. */
  planProtection(principal: Principal, entry: CatalogEntry, operation: string): ProtectionPlan | undefined;
  /** Judges if the caller's calls may make Google read or write a place. */
  judgePlace(principal: Principal, use: PlaceUse, uri: string): PlaceVerdict;
  /** Judges if the caller's calls may give a model a tool. */
  judgeTool(principal: Principal, use: ToolUse): ToolVerdict;
  /** Lists where a tool works on a prompt besides the location of the call, for `maySendTo`. */
  listDestinations(use: ToolUse): readonly string[];
  /** Judges if residency rules let a caller's prompts go to each of the destinations. */
  maySendTo(principal: Principal, destinations: readonly string[]): boolean;
  /** Lists the owners whose resources a caller reaches; `reaches` compares them with a resource's owner. */
  ownersOf(principal: Principal): readonly Owner[];
  /** Tells if two names are of the same project. Each is its id, or its number if the catalog lists it. */
  isProject(project: string, named: string): boolean;
  /** Lists the entries that a call can be meant for, each with an operation that allows the call. */
  listAlternatives(target: CallTarget): readonly Alternative[];
  /** Finds the entry that a resource names, even one that nobody may call. */
  findEntry(resource: CallTarget['resource']): CatalogEntry | undefined;
}

/**
 * Creates the decisions from documents that have been checked.
 * @param policyVersion SHA-256 of the documents' texts, in hexadecimal.
 * @param findValidator the validators of the catalog's JSON Schemas.
 * @throws InvalidSchemaError for a JSON Schema that cannot be used.
 */
export function createGovernance(
  documents: GovernanceDocuments,
  policyVersion: string,
  findValidator: FindValidator,
): Governance {
  const index = indexRules(documents.catalog, documents.access, documents.limits);
  const reach = indexReach(documents.access, index);
  const { planOf } = indexProtection(documents.protection, documents.access);
  const judgements: Omit<Judgements, 'decide'> = {
    documents,
    planProtection: planOf,
    judgePlace: (principal, use, uri) => judgePlace(reach, principal, use, uri),
    judgeTool: (principal, use) => judgeTool(reach, principal, use),
    listDestinations: (use) => listDestinations(reach, use),
    maySendTo: (principal, destinations) => maySendTo(reach, principal, destinations),
    ownersOf: (principal) => listOwners(documents.access, principal),
    isProject: (project, named) => {
      const idOf = (name: string) => index.idOfProject.get(name) ?? name;
      return idOf(project) === idOf(named);
    },
  };
  return {
    policyVersion,
    ...judgements,
    decide: createDecide(index, judgements),
    checkInstances: createInstanceChecks(documents.catalog, findValidator),
    listAlternatives: (target) =>
      listAlternatives(index, target).map(({ rules, operation }) => ({ entry: rules.entry, operation })),
    findEntry: (resource) => findRules(index, resource)?.entry,
  };
}
