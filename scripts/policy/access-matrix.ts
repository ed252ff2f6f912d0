import type { Principal } from '../../src/governance/call-target.ts';
import { decideCatalog, type CatalogDecision } from '../../src/governance/decide-catalog.ts';
import type { CatalogEntry } from '../../src/governance/documents.ts';
import type { Governance, GovernanceDocuments } from '../../src/governance/governance.ts';

/** A caller that the documents describe: the holder of a role, or an agent that acts for one. */
export interface KnownCaller {
  readonly name: string;
  readonly principal: Principal;
}

/** One row of the access matrix: the operations that a caller may use with entries in locations, and the deciding rules. */
export interface MatrixRow {
  readonly caller: string;
  readonly entries: string;
  readonly locations: string;
  /** The operations that are allowed; `–` for none. */
  readonly operations: string;
  /** The rules that decide, those that allow first. */
  readonly rules: string;
}

const EVERYWHERE = 'everywhere';

/** Lists every role of the access document, and every agent with each role that a person can have. */
export function listCallers({ access }: GovernanceDocuments): KnownCaller[] {
  const names = access.roles.map(({ name }) => name);
  return [
    ...names.map((role) => ({
      name: role,
      principal: { roles: [role], applicationId: '', isDelegated: false },
    })),
    ...access.agents.flatMap(({ id, identityProvider, applicationId }) =>
      names.map((role) => ({
        name: `${id} for ${role}`,
        principal: {
          roles: [role],
          ...(identityProvider !== undefined && { identityProvider }),
          applicationId,
          isDelegated: true,
        },
      })),
    ),
  ];
}

/** Decides every combination of caller, entry, location and operation; equal decisions share a row. */
export function readMatrix(governance: Governance): MatrixRow[] {
  return listCallers(governance.documents).flatMap(({ name, principal }) => {
    const cells = decideCatalog(governance, principal);
    if (!cells.some(({ decision }) => decision.allowed)) return [describeNothing(name, cells)];
    const described = [...Map.groupBy(cells, ({ entry }) => entry)].map(([entry, ofEntry]) => ({
      entry,
      rows: describeEntry(entry, ofEntry),
    }));
    return groupBy(described, ({ rows }) => JSON.stringify(rows)).flatMap((alike) => {
      const entries = alike.map(({ entry }) => entry.name).join(', ');
      return alike[0].rows.map((row) => ({ caller: name, entries, ...row }));
    });
  });
}

function describeNothing(caller: string, cells: readonly CatalogDecision[]): MatrixRow {
  return { caller, entries: 'every model and endpoint', locations: EVERYWHERE, ...describeCells(cells) };
}

function describeEntry(
  entry: CatalogEntry,
  cells: readonly CatalogDecision[],
): Omit<MatrixRow, 'caller' | 'entries'>[] {
  const byLocation = groupBy(cells, ({ location }) => location).map((ofLocation) => ({
    location: ofLocation[0].location,
    ...describeCells(ofLocation),
  }));
  return groupBy(byLocation, ({ operations, rules }) => `${operations} ${rules}`).map((alike) => {
    const isEverywhere = alike.length === entry.locations.length;
    const { operations, rules } = alike[0];
    return {
      locations: isEverywhere ? EVERYWHERE : alike.map(({ location }) => location).join(', '),
      operations,
      rules,
    };
  });
}

function describeCells(cells: readonly CatalogDecision[]): Pick<MatrixRow, 'operations' | 'rules'> {
  const allowed = cells.filter(({ decision }) => decision.allowed);
  const denied = cells.filter(({ decision }) => !decision.allowed);
  const rules = new Set([...allowed, ...denied].map(({ decision }) => decision.rule));
  return { operations: describeOperations(allowed, denied), rules: [...rules].join(', ') };
}

function describeOperations(allowed: readonly CatalogDecision[], denied: readonly CatalogDecision[]): string {
  if (allowed.length === 0) return '–';
  if (denied.length === 0) return 'all';
  const list = (cells: readonly CatalogDecision[]): string =>
    cells.map(({ operation }) => operation).join(', ');
  return denied.length < allowed.length ? `all but ${list(denied)}` : list(allowed);
}

/** Groups items by a key, in the order of the groups' first members. No group is empty. */
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): [Item, ...Item[]][] {
  return [...Map.groupBy(items, keyOf).values()] as [Item, ...Item[]][];
}
