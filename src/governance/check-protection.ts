import { GROUPS, KINDS } from '@vertex-ai-gateway/content-detectors/kinds';
import { checkApplication } from './check-application.ts';
import { checkDetectors } from './check-detectors.ts';
import { refuseReservedIds } from './check-ids.ts';
import { checkNames, refuseDuplicates } from './check-names.ts';
import type { Access, Catalog, CatalogEntry, Limits } from './documents.ts';
import { agentKeyOf } from './principals.ts';
import type { Protection, ProtectionRule } from './protection-document.ts';
import { coversCalls } from './protection-index.ts';
import { checkServices, checkServicesOf } from './check-services.ts';
import { covers } from './rule-coverage.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** The other documents, whose names protection rules use. */
interface NamingDocuments {
  readonly catalog: Catalog;
  readonly access: Access;
  readonly limits: Limits;
}

/**
 * Checks the protection document against the others. Refuses detectors that cannot work, names that do not exist, ids
 * that two rules share, and rules that say nothing or can never apply.
 * @throws GovernanceDocumentError for the first problem.
 */
export function checkProtection(protection: YamlDocument<Protection>, others: NamingDocuments): void {
  checkDetectors(protection);
  checkServices(protection);
  checkRuleIds(protection, others.access);
  protection.value.rules.forEach((rule, index) => {
    const path = ['rules', index];
    checkWho(protection, rule, others, path);
    checkWhat(protection, rule, others.catalog.entries, path);
    checkActions(protection, rule, path);
    checkServicesOf(protection, rule, others, path);
    refuseInapplicable(protection, rule, others, path);
  });
}

/** Refuses ids that rules of this or of the access document share: errors name a rule by its id alone. */
function checkRuleIds(protection: YamlDocument<Protection>, access: Access): void {
  const { grants, denies, residency, agents, storage, tools, contents } = access;
  const others = new Set(
    [grants, denies, residency, agents, storage, tools, contents].flatMap((rules) =>
      rules.map(({ id }) => id),
    ),
  );
  const ids = protection.value.rules.map(({ id }) => id);
  const placeOf = (index: number) => ['rules', index, 'id'];
  refuseReservedIds(protection, ids, placeOf);
  refuseDuplicates(protection, ids, placeOf);
  ids.forEach((id, index) => {
    if (others.has(id))
      protection.refuse(placeOf(index), `"${id}" is the id of a rule of the access document.`);
  });
}

function checkWho(
  protection: YamlDocument<Protection>,
  { roles, applications = [], products }: ProtectionRule,
  { access, limits }: NamingDocuments,
  path: Path,
): void {
  checkNames(protection, roles, namesOf(access.roles), [...path, 'roles'], 'role');
  const ids = new Set(limits.products.map(({ id }) => id));
  checkNames(protection, products, ids, [...path, 'products'], 'product');
  applications.forEach((application, index) => {
    checkApplication(protection, access.identityProviders, application, [...path, 'applications', index]);
  });
  refuseDuplicates(
    protection,
    applications.map((application) => agentKeyOf(access, application)),
    (index) => [...path, 'applications', index],
  );
}

function checkWhat(
  protection: YamlDocument<Protection>,
  { entries: named, tags: tagged, classifications = [], operations = [] }: ProtectionRule,
  entries: readonly CatalogEntry[],
  path: Path,
): void {
  const tags = new Set(entries.flatMap((entry) => entry.tags ?? []));
  checkNames(protection, named, namesOf(entries), [...path, 'entries'], 'catalog entry');
  checkNames(protection, tagged, tags, [...path, 'tags'], 'tag');
  for (const [list, values] of Object.entries({ classifications, operations }))
    refuseDuplicates(protection, values, (index) => [...path, list, index]);
}

function checkActions(protection: YamlDocument<Protection>, rule: ProtectionRule, path: Path): void {
  const { kinds, services, action, refusedMedia, direction } = rule;
  const detectors = protection.value.detectors.map(({ name }) => name);
  const known = new Set([...GROUPS, ...Object.keys(KINDS), ...detectors]);
  checkNames(protection, kinds, known, [...path, 'kinds'], 'kind, group or detector');
  refuseDuplicates(protection, refusedMedia ?? [], (index) => [...path, 'refusedMedia', index]);
  if (kinds && action === undefined)
    protection.refuse([...path, 'kinds'], 'the rule has kinds and says nothing of them. Give it an action.');
  if (!kinds && !services && action !== undefined)
    protection.refuse([...path, 'action'], 'the rule has an action on nothing. Give it kinds.');
  if (!kinds && !services && !refusedMedia)
    protection.refuse(path, 'the rule does nothing. Give it kinds with an action, or refusedMedia.');
  if (action === 'restore' && direction !== 'request')
    protection.refuse(
      [...path, 'action'],
      'only values that leave can be restored, in the answer to the same call. Take direction: request, and another rule for the response.',
    );
}

/**
 * Refuses a rule that no call can match: its author meant something else. Roles are not compared with the environments of
 * entries, because they count with a key of any product.
 */
function refuseInapplicable(
  protection: YamlDocument<Protection>,
  rule: ProtectionRule,
  { catalog, limits }: NamingDocuments,
  path: Path,
): void {
  const covered = catalog.entries.filter(
    (entry) =>
      covers(rule, entry) && entry.operations.some((operation) => coversCalls(rule, entry, operation)),
  );
  if (covered.length === 0)
    protection.refuse(
      path,
      'this rule can never apply: no entry of it is for data of its classifications and offers its operations.',
    );
  const { products } = rule;
  if (!products) return;
  const environments = limits.products
    .filter(({ id }) => products.includes(id))
    .map(({ environment }) => environment);
  if (!covered.some((entry) => entry.environments.some((one) => environments.includes(one))))
    protection.refuse(
      path,
      'this rule can never apply: none of its entries is in the environments of its products.',
    );
}

function namesOf(named: readonly { readonly name: string }[]): Set<string> {
  return new Set(named.map(({ name }) => name));
}
