import type { AnyResource, CallTarget, Principal } from './call-target.ts';
import { decideCatalog } from './decide-catalog.ts';
import type { DenialCode } from './decide.ts';
import type { CatalogEntry, ContentPart } from './documents.ts';
import { explainDenial, type NearestGrant } from './explain-denial.ts';
import type { Governance } from './governance.ts';
import { listPlaces, type PlaceList } from './list-places.ts';
import { listLimits, type AppliedLimit } from './list-limits.ts';
import { listTools, type ToolList } from './list-tools.ts';
import { suggest } from './suggest.ts';

/** Operations whose bodies can give a model tools. */
const GIVES_TOOLS: ReadonlySet<string> = new Set([
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'chatCompletions',
  'rawPredict',
  'streamRawPredict',
  'cacheContent',
]);
/** Operations whose bodies can name places besides. */
const NAMES_PLACES: ReadonlySet<string> = new Set([
  ...GIVES_TOOLS,
  'predict',
  'predictLongRunning',
  'embedContent',
  'computeTokens',
  'batchPredict',
]);

/** Everything that the documents say about one call, for the person who wonders why. */
export interface Explanation {
  readonly allowed: boolean;
  /** The rule that decides. */
  readonly rule: string;
  readonly reason: string;
  /** When denied: the code that the call itself would be refused with. */
  readonly code?: DenialCode;
  readonly policyVersion: string;
  /** When allowed: where the call would be served, after short forms are resolved. */
  readonly project?: string;
  readonly location?: string;
  /** When allowed, and the endpoint is not called at Google's shared host: the name of the host. */
  readonly host?: string;
  /** Name of the catalog entry, whichever of its names the call used. */
  readonly entry?: string;
  readonly limits: readonly AppliedLimit[];
  /** When allowed, and the call can name places: which it may have read and written. */
  readonly storage?: PlaceList;
  /** When allowed, and the call can give a model tools: which, and what they may reach. */
  readonly tools?: ToolList;
  /** When allowed, and a rule asks for it: what is kept of the call's content, encrypted. */
  readonly keptContent?: readonly ContentPart[];
  /** When denied: the grant that the call comes closest to. */
  readonly nearestGrant?: NearestGrant;
  /** When denied: what stands in the way, sentence by sentence, and what to do instead. */
  readonly missing?: readonly string[];
}

/** Explains what a call would get, with the same decision that the call itself would get. Pure; calls nobody. */
export function explain(
  governance: Governance,
  principal: Principal,
  target: CallTarget,
  productId: string,
): Explanation {
  const { policyVersion } = governance;
  const decision = governance.decide(principal, target);
  const entry = governance.findEntry(target.resource);
  if (decision.allowed) {
    const { rule, reason, call } = decision;
    const { project, location, address } = call;
    const keptContent = governance.contentToKeep(call.resource);
    return {
      allowed: true,
      ...{ rule, reason, policyVersion, project, location },
      ...(address && { host: address.name }),
      ...(entry && { entry: entry.name }),
      limits: listLimits(governance.documents, principal, entry, productId),
      ...(NAMES_PLACES.has(target.operation) && { storage: listPlaces(governance, principal) }),
      ...(GIVES_TOOLS.has(target.operation) && { tools: listTools(governance, principal, [location]) }),
      ...(keptContent.length > 0 && { keptContent }),
    };
  }
  const { rule, reason, code } = decision;
  const alternatives = governance.listAlternatives(target);
  const isCatalogued = alternatives.length > 0;
  return {
    allowed: false,
    ...{ rule, reason, code, policyVersion },
    ...(isCatalogued && entry && { entry: entry.name }),
    limits: listLimits(governance.documents, principal, isCatalogued ? entry : undefined, productId),
    ...(isCatalogued
      ? explainDenial(governance, principal, target, alternatives)
      : { missing: [explainUnknown(governance, principal, target, entry)] }),
  };
}

/** Names only what the caller may use anyway: a guess must not tell what else there is. */
function explainUnknown(
  governance: Governance,
  principal: Principal,
  target: CallTarget,
  entry: CatalogEntry | undefined,
): string {
  const usable = new Set(
    decideCatalog(governance, principal).flatMap((cell) => (cell.decision.allowed ? [cell.entry] : [])),
  );
  if (usable.size === 0) return 'No model or endpoint is granted to you yet. Ask for a role.';
  if (entry && usable.has(entry)) {
    return `${entry.name} is in the project ${entry.project}, not in ${target.project ?? 'another'}.`;
  }
  const { resource } = target;
  if (resource.kind === 'any')
    return `There is nothing of ${resource.publisher ?? target.project ?? 'that kind'} that you may use.`;
  const asked = nameOf(resource);
  const names = [...usable].map(({ name }) => name);
  return `"${asked}" is nothing that you may use. ${suggest(asked, names)}`;
}

function nameOf(resource: Exclude<CallTarget['resource'], AnyResource>): string {
  switch (resource.kind) {
    case 'endpoint':
      return resource.endpoint;
    case 'model':
      return resource.model;
    case 'name':
      return resource.name;
  }
}
