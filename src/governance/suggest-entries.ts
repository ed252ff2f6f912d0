import type { CallTarget } from './call-target.ts';
import { DESCRIBING_OPERATIONS, findRules, nameOfResource, namesOf } from './find-entries.ts';
import type { EntryRules, RuleIndex } from './rule-index.ts';
import { findNearest } from './suggest.ts';

/** More names in one sentence would not be read. */
const MAXIMUM_NAMES = 10;
const MAXIMUM_NEAR_NAMES = 3;
/** The most entries that are searched for a caller's own, so that a wrong name takes little time. */
const MAXIMUM_USABLE_ENTRIES = 1_000;

/** Returns true when the caller may call an entry by an operation in a location. */
export type IsAllowed = (rules: EntryRules, operation: string, location: string) => boolean;

/**
 * Returns sentences on what a caller may use in place of an entry that the catalog does not have: entries of similar names
 * first, then a list. They name only entries that the caller may use by the call's operation, so that guessing reveals no
 * others.
 */
export function suggestEntries(
  index: RuleIndex,
  target: CallTarget,
  roles: readonly string[],
  isAllowed: IsAllowed,
): string {
  const usable = findUsable(index, target, roles, isAllowed);
  if (usable.length === 0)
    return `You may use none by ${target.operation} yet; ask the platform team for a role.`;
  const { resource } = target;
  const named = findRules(index, resource);
  if (named && usable.includes(named)) return `${named.entry.name} is in the project ${named.entry.project}.`;
  const names = usable.map(({ entry }) => entry.name);
  const near =
    resource.kind === 'any'
      ? []
      : findNearest(
          nameOfResource(resource),
          usable.flatMap(({ entry }) => namesOf(entry)),
        );
  return suggestNames(names, near);
}

/**
 * Returns a sentence on the names of entries that a caller may use.
 * @param near the similar names, the nearest first.
 */
export function suggestNames(names: readonly string[], near: readonly string[]): string {
  const meant = near.length > 0 ? `Did you mean ${near.slice(0, MAXIMUM_NEAR_NAMES).join(' or ')}? ` : '';
  const more = names.length - MAXIMUM_NAMES;
  const rest = more > 0 ? ` and ${more} more, which GET /gateway/v1/models lists` : '';
  return `${meant}You may use ${names.slice(0, MAXIMUM_NAMES).join(', ')}${rest}.`;
}

function findUsable(
  { entries }: RuleIndex,
  { operation }: CallTarget,
  roles: readonly string[],
  isAllowed: IsAllowed,
): EntryRules[] {
  const usable: EntryRules[] = [];
  for (const rules of entries) {
    if (!roles.some((role) => rules.grantsOfRole.has(role))) continue;
    const { locations, operations } = rules.entry;
    const asked = DESCRIBING_OPERATIONS.has(operation) ? operations : [operation];
    if (!asked.some((one) => locations.some((location) => isAllowed(rules, one, location)))) continue;
    if (usable.push(rules) === MAXIMUM_USABLE_ENTRIES) break;
  }
  return usable;
}
