import type { CallTarget, Principal } from './call-target.ts';
import { decideCatalog } from './decide-catalog.ts';
import type { DenialCode } from './denials.ts';
import type { CatalogEntry, ContentPart } from './documents.ts';
import { explainDenial, type NearestGrant } from './explain-denial.ts';
import { nameOfResource } from './find-entries.ts';
import type { Governance } from './governance.ts';
import { type ContentAction, listContentActions } from './list-content-actions.ts';
import { listPlaces, type PlaceList } from './list-places.ts';
import { listLimits, type AppliedLimit } from './principals.ts';
import { listTools, type ToolList } from './list-tools.ts';
import { suggest } from './suggest.ts';

/** Operations whose bodies can give a model tools. */
const OPERATIONS_WITH_TOOLS: ReadonlySet<string> = new Set([
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'chatCompletions',
  'rawPredict',
  'streamRawPredict',
  'cacheContent',
]);
/** Operations whose bodies can name places. */
const OPERATIONS_WITH_PLACES: ReadonlySet<string> = new Set([
  ...OPERATIONS_WITH_TOOLS,
  'predict',
  'predictLongRunning',
  'embedContent',
  'computeTokens',
  'batchPredict',
]);

/** The decision about one call, with everything in the documents that bears on it. */
export interface Explanation {
  readonly allowed: boolean;
  /** Id of the rule that decides. */
  readonly rule: string;
  readonly reason: string;
  /** The code of the denial; undefined for an allowed call. */
  readonly code?: DenialCode;
  readonly policyVersion: string;
  /** Id of the project that would serve the call; undefined for a denied call. */
  readonly project?: string;
  /** The location that would serve the call; undefined for a denied call. */
  readonly location?: string;
  /** Name of the endpoint's own host; undefined for a denied call and at a shared host of Google. */
  readonly host?: string;
  /** Name of the catalog entry, whichever of the entry's names the call used; undefined if no entry is meant. */
  readonly entry?: string;
  /** The limits that the call counts against. */
  readonly limits: readonly AppliedLimit[];
  /** Places that the call may have read and written; undefined for a denied call, or one that can name no place. */
  readonly storage?: PlaceList;
  /** Tools that the call may give a model; undefined for a denied call, or one that can give none. */
  readonly tools?: ToolList;
  /** Actions on values and media in the call's content; undefined where nothing is inspected. */
  readonly protection?: readonly ContentAction[];
  /** Parts of the call's content that are kept, encrypted; undefined if none are. */
  readonly keptContent?: readonly ContentPart[];
  /** Sentences on the last day of the entry and its replacement; undefined until 60 days before. */
  readonly retires?: string;
  /** The grant that the call comes closest to; undefined for an allowed call, or without any grant. */
  readonly nearestGrant?: NearestGrant;
  /** Sentences on what stands in the way and what to do instead; undefined for an allowed call and a retired entry. */
  readonly missing?: readonly string[];
}

/**
 * Explains a call with the same decision that the call itself would get. Pure; sends nothing.
 * @param at the time of the call, by which entries retire. Without it none has.
 */
export function explain(
  governance: Governance,
  principal: Principal,
  target: CallTarget,
  productId: string,
  at?: Date,
): Explanation {
  const { policyVersion } = governance;
  const decision = governance.decide(principal, target, at);
  const entry = governance.findEntry(target.resource);
  if (decision.allowed) {
    const { rule, reason, call } = decision;
    const { operation, project, location, address, keptContent, notice } = call;
    const protection = listContentActions(call.protection);
    return {
      allowed: true,
      rule,
      reason,
      policyVersion,
      project,
      location,
      ...(address && { host: address.name }),
      ...(entry && { entry: entry.name }),
      limits: listLimits(governance.documents, principal, entry, productId),
      ...(OPERATIONS_WITH_PLACES.has(operation) && { storage: listPlaces(governance, principal) }),
      ...(OPERATIONS_WITH_TOOLS.has(operation) && {
        tools: listTools(governance, principal, [location]),
      }),
      ...(protection.length > 0 && { protection }),
      ...(keptContent.length > 0 && { keptContent }),
      ...(notice && { retires: notice.sentence }),
    };
  }
  const { rule, reason, code } = decision;
  // A role could not change it, so no grant is explained.
  if (code === 'MODEL_RETIRED') {
    const limits = listLimits(governance.documents, principal, entry, productId);
    return { allowed: false, rule, reason, code, policyVersion, ...(entry && { entry: entry.name }), limits };
  }
  const alternatives = governance.listAlternatives(target);
  const isCatalogued = alternatives.length > 0;
  return {
    allowed: false,
    rule,
    reason,
    code,
    policyVersion,
    ...(isCatalogued && entry && { entry: entry.name }),
    limits: listLimits(governance.documents, principal, isCatalogued ? entry : undefined, productId),
    ...(isCatalogued
      ? explainDenial(governance, principal, target, alternatives)
      : { missing: [explainUnknownEntry(governance, principal, target, entry, at)] }),
  };
}

/**
 * Explains a call that no entry matches. It names only entries that the caller may use, so that guessing reveals no
 * others.
 */
function explainUnknownEntry(
  governance: Governance,
  principal: Principal,
  target: CallTarget,
  entry: CatalogEntry | undefined,
  at: Date | undefined,
): string {
  const usable = new Set(
    decideCatalog(governance, principal, at).flatMap((cell) => (cell.decision.allowed ? [cell.entry] : [])),
  );
  if (usable.size === 0) return 'No model or endpoint is granted to you yet. Ask for a role.';
  if (entry && usable.has(entry)) {
    return `${entry.name} is in the project ${entry.project}, not in ${target.project ?? 'another'}.`;
  }
  const { resource } = target;
  if (resource.kind === 'any')
    return `You may use no model or endpoint of ${resource.publisher ?? target.project ?? 'that kind'}.`;
  const asked = nameOfResource(resource);
  const names = [...usable].map(({ name }) => name);
  return `"${asked}" is not a model or endpoint that you may use. ${suggest(asked, names)}`;
}
