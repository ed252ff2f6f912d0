import { decideCatalog } from '../../src/governance/decide-catalog.ts';
import type { Governance } from '../../src/governance/governance.ts';
import { type ContentAction, listContentActions } from '../../src/governance/list-content-actions.ts';
import { listCallers, type KnownCaller } from './access-matrix.ts';
import { nameKinds } from './name-kinds.ts';

/** The actions on the content of one operation of an entry, for a caller who may call it. */
export interface CallContent {
  readonly caller: string;
  readonly entry: string;
  readonly operation: string;
  readonly actions: readonly ContentAction[];
}

/** Lists the actions on every call that a caller of the documents may make, with a key of each product of its environment. */
export function listCallContents(governance: Governance): CallContent[] {
  return listKeyHolders(governance).flatMap(({ name, principal }) => {
    const seen = new Set<string>();
    return decideCatalog(governance, principal).flatMap(({ entry, operation, decision }) => {
      const call = `${entry.name} ${operation}`;
      if (!decision.allowed || seen.has(call)) return [];
      seen.add(call);
      const actions = listContentActions(decision.call.protection);
      return [{ caller: name, entry: entry.name, operation, actions }];
    });
  });
}

/** Lists what is inspected of whose calls, as a table. Calls of which nothing is inspected have no row. */
export function readContentActions(governance: Governance): {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const cells = listCallContents(governance).flatMap(({ caller, entry, operation, actions }) =>
    actions.map(({ direction, action, kinds, media, services, rule }) => ({
      entry,
      operation,
      row: [
        caller,
        direction,
        action,
        (kinds ? nameKinds(kinds) : (media ?? services ?? [])).join(', '),
        rule,
      ],
    })),
  );
  const rows = [...Map.groupBy(cells, ({ row }) => row.join('\n')).values()].flatMap((group) => {
    const [caller = '', ...others] = group[0]?.row ?? [];
    const byOperations = Map.groupBy(
      Map.groupBy(group, ({ entry }) => entry),
      ([, calls]) =>
        describeOperations(
          governance,
          calls.map(({ entry, operation }) => ({ entry, operation })),
        ),
    );
    return [...byOperations].map(([operations, entries]) => [
      caller,
      entries.map(([entry]) => entry).join(', '),
      operations,
      ...others,
    ]);
  });
  const header = ['Caller', 'Model or endpoint', 'Operations', 'Content', 'Action', 'Of', 'Rule'];
  return { header, rows };
}

/** Lists the callers of the documents, each with a key of each product, and each application that a rule names. */
function listKeyHolders({ documents }: Governance): KnownCaller[] {
  const { access, limits, protection } = documents;
  const applications = (protection?.rules ?? []).flatMap((rule) => rule.applications ?? []);
  const named = [...new Map(applications.map((one) => [JSON.stringify(one), one])).values()];
  return listCallers(documents).flatMap(({ name, principal }) => {
    const environments = access.roles.filter((role) => principal.roles.includes(role.name));
    const products = limits.products.filter((product) =>
      environments.some(({ environment }) => environment === product.environment),
    );
    const own = { name, principal };
    const others = principal.isDelegated
      ? []
      : named.map(({ applicationId, identityProvider }) => ({
          name: `${applicationId} as ${name}`,
          principal: {
            ...principal,
            applicationId,
            ...(identityProvider !== undefined && { identityProvider }),
          },
        }));
    return [own, ...others].flatMap((caller) =>
      products.map(({ id }) => ({
        name: `${caller.name} with a key of ${id}`,
        principal: { ...caller.principal, productId: id },
      })),
    );
  });
}

function describeOperations(
  { documents }: Governance,
  calls: readonly Pick<CallContent, 'entry' | 'operation'>[],
): string {
  const entry = documents.catalog.entries.find(({ name }) => name === calls[0]?.entry);
  const operations = calls.map(({ operation }) => operation);
  return entry?.operations.length === operations.length ? 'all' : operations.join(', ');
}
