import { decideCatalog, targetOf } from '../../src/governance/decide-catalog.ts';
import type { CatalogEntry } from '../../src/governance/documents.ts';
import type { Governance } from '../../src/governance/governance.ts';
import { joinNames } from '../../src/governance/join-names.ts';
import { listCallers, type KnownCaller } from './access-matrix.ts';

/** The names of allowed operations, by the entry's name and location. */
type Allowed = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** Describes in sentences the calls that are newly allowed or refused, and calls without a location that move. */
export function describeAccessChanges(before: Governance, after: Governance): string[] {
  const was = new Map(listCallers(before.documents).map((caller) => [caller.name, caller]));
  const is = new Map(listCallers(after.documents).map((caller) => [caller.name, caller]));
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((name) => {
    const allowedBefore = listAllowed(before, was.get(name));
    const allowedAfter = listAllowed(after, is.get(name));
    return [
      ...describeSurplus(`${name} can no longer call`, allowedBefore, allowedAfter),
      ...describeSurplus(`${name} can now call`, allowedAfter, allowedBefore),
      ...describeMoves(name, [before, was.get(name)], [after, is.get(name)]),
    ];
  });
}

function listAllowed(governance: Governance, caller: KnownCaller | undefined): Allowed {
  const cells = caller
    ? decideCatalog(governance, caller.principal).filter(({ decision }) => decision.allowed)
    : [];
  const byEntry = Map.groupBy(cells, ({ entry }) => entry.name);
  return new Map(
    [...byEntry].map(([name, ofEntry]) => [
      name,
      new Map(
        [...Map.groupBy(ofEntry, ({ location }) => location)].map(([location, ofLocation]) => [
          location,
          ofLocation.map(({ operation }) => operation),
        ]),
      ),
    ]),
  );
}

/** Writes a sentence for each entry and each set of operations that `more` has and `less` lacks. */
function describeSurplus(opening: string, more: Allowed, less: Allowed): string[] {
  return [...more].flatMap(([entry, locations]) => {
    const surplus = [...locations].map(([location, operations]) => {
      const kept = less.get(entry)?.get(location) ?? [];
      return { location, operations: operations.filter((operation) => !kept.includes(operation)).join(', ') };
    });
    const alike = Map.groupBy(
      surplus.filter(({ operations }) => operations !== ''),
      ({ operations }) => operations,
    );
    return [...alike].map(
      ([operations, group]) =>
        `${opening} ${entry} in ${joinNames(group.map(({ location }) => location))} (${operations}).`,
    );
  });
}

/** Calls of the short form are served in the first allowed location, so a change of order alone can move them. */
function describeMoves(
  name: string,
  [before, was]: readonly [Governance, KnownCaller | undefined],
  [after, is]: readonly [Governance, KnownCaller | undefined],
): string[] {
  if (!was || !is) return [];
  const moves = after.documents.catalog.entries.flatMap((entry) =>
    entry.operations.map((operation) => ({
      entry: entry.name,
      from: serve(before, was, before.documents.catalog.entries.find(isNamed(entry.name)), operation),
      to: serve(after, is, entry, operation),
    })),
  );
  const sentences = moves.flatMap(({ entry, from, to }) =>
    from === undefined || to === undefined || from === to
      ? []
      : [`${name} is served ${entry} from ${to} when a call names no location; it was served from ${from}.`],
  );
  return [...new Set(sentences)];
}

function serve(
  governance: Governance,
  { principal }: KnownCaller,
  entry: CatalogEntry | undefined,
  operation: string,
): string | undefined {
  if (!entry) return undefined;
  const { resource } = targetOf(entry, operation, '');
  const target = { project: undefined, location: undefined, operation, resource };
  const decision = governance.decide(principal, target);
  return decision.allowed ? decision.call.location : undefined;
}

function isNamed(name: string): (entry: CatalogEntry) => boolean {
  return (entry) => entry.name === name;
}
