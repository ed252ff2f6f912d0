import type { AnyResource, CallTarget } from './call-target.ts';
import type { CatalogEntry } from './documents.ts';
import type { EntryRules, RuleIndex } from './rule-index.ts';

/** Operations that only tell of models: whoever may use a model by any operation is told of it. */
const READS: ReadonlySet<string> = new Set(['listModels', 'getModel']);

/** One of the ways in which a call can be allowed: by an operation on an entry. */
export interface Alternative {
  readonly rules: EntryRules;
  readonly operation: string;
}

/**
 * What a call comes to: one operation on the entry that it names. A call that names none comes to that operation on every
 * entry that it can be meant for, and a read to every operation of an entry. Without any, the catalog has no such thing.
 */
export function listAlternatives(index: RuleIndex, target: CallTarget): Alternative[] {
  return findEntries(index, target).flatMap((rules) =>
    (READS.has(target.operation) ? rules.entry.operations : [target.operation]).map((operation) => ({
      rules,
      operation,
    })),
  );
}

function findEntries(index: RuleIndex, target: CallTarget): readonly EntryRules[] {
  const { resource } = target;
  if (resource.kind === 'any') return findAny(index, target, resource);
  const rules = index.findEntry(resource);
  return rules && isInProject(index, rules, target.project) ? [rules] : [];
}

/** Those that offer the operation there; without one, the nearest to that, so that a denial can say what is wrong. */
function findAny(
  index: RuleIndex,
  { project, location, operation }: CallTarget,
  { publisher }: AnyResource,
): readonly EntryRules[] {
  const meant = index.entries.filter(
    (rules) =>
      isInProject(index, rules, project) &&
      (publisher === undefined || ('publisher' in rules.entry && rules.entry.publisher === publisher)),
  );
  const offering = meant.filter(({ entry }) => READS.has(operation) || offers(entry, operation));
  const here = offering.filter(
    ({ entry }) => location === undefined || (entry.locations as readonly string[]).includes(location),
  );
  return [here, offering, meant].find(({ length }) => length > 0) ?? [];
}

function offers({ operations }: CatalogEntry, operation: string): boolean {
  return (operations as readonly string[]).includes(operation);
}

function isInProject(
  { idOfProject }: RuleIndex,
  { entry }: EntryRules,
  project: string | undefined,
): boolean {
  return project === undefined || project === entry.project || idOfProject.get(project) === entry.project;
}
