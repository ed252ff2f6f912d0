import { refuseDuplicates } from './check-names.ts';
import type { Access } from './documents.ts';
import { labelOf } from './owners.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** Checks that the names of roles and identity providers, the ids of rules, and the labels of owners are unique. */
export function checkIds(access: YamlDocument<Access>): void {
  const { identityProviders, roles, agents } = access.value;
  refuseDuplicatesOf(access, 'roles', 'name', roles);
  refuseSameLabels(access, 'roles', 'name', roles);
  refuseSameLabels(access, 'agents', 'id', agents);
  refuseDuplicatesOf(access, 'identityProviders', 'id', identityProviders);
  refuseDuplicateIds(access);
}

function refuseDuplicatesOf<Key extends string>(
  access: YamlDocument<Access>,
  list: string,
  key: Key,
  values: readonly Readonly<Record<Key, string>>[],
): void {
  refuseDuplicates(
    access,
    values.map((value) => value[key]),
    (index) => [list, index, key],
  );
}

/** Refuses two names with the same label: their holders would reach each other's jobs and context caches. */
function refuseSameLabels<Key extends string>(
  access: YamlDocument<Access>,
  list: string,
  key: Key,
  owners: readonly Readonly<Record<Key, string>>[],
): void {
  const named = new Map<string, string>();
  owners.forEach((owner, index) => {
    const name = owner[key];
    const label = labelOf(name);
    const other = named.get(label);
    if (other !== undefined && other !== name)
      access.refuse(
        [list, index, key],
        `"${name}" and "${other}" have the same label at Google, "${label}".`,
      );
    named.set(label, name);
  });
}

/** Decisions name these instead of a rule if no rule decides. */
const RESERVED_IDS = new Set([
  'catalog',
  'agents',
  'default-deny',
  'products',
  'subscriptions',
  'request',
  'question',
]);

/** Refuses ids that two rules share, whatever their kind: decisions and records name a rule by its id alone. */
function refuseDuplicateIds(access: YamlDocument<Access>): void {
  const { grants, denies, residency, agents, storage, tools, contents } = access.value;
  const places = Object.entries({ grants, denies, residency, agents, storage, tools, contents }).flatMap(
    ([list, rules]) => rules.map(({ id }, index) => ({ id, path: [list, index, 'id'] })),
  );
  const ids = places.map(({ id }) => id);
  const placeOf = (index: number) => places[index]?.path ?? [];
  refuseReservedIds(access, ids, placeOf);
  refuseDuplicates(access, ids, placeOf);
}

/** Refuses the first id of a rule that decisions without a rule have. @param placeOf the place of each id in the document. */
export function refuseReservedIds(
  document: YamlDocument<unknown>,
  ids: readonly string[],
  placeOf: (index: number) => Path,
): void {
  ids.forEach((id, index) => {
    if (RESERVED_IDS.has(id))
      document.refuse(placeOf(index), `"${id}" is reserved for decisions without a rule.`);
  });
}
