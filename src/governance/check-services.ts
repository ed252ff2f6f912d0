import { checkLocations, checkNames, refuseDuplicates } from './check-names.ts';
import type { Catalog } from './documents.ts';
import { INSIDE_OPERATION } from './screened-inside.ts';
import type { Protection, ProtectionRule, Service } from './protection-document.ts';
import { coversCalls } from './protection-index.ts';
import { covers } from './rule-coverage.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

const TEMPLATE_LOCATION = /^projects\/[^/]+\/locations\/([^/]+)\//;

/**
 * Checks the services of the protection document: names once each, locations that exist, and resources of their type. A
 * template must be in the location whose calls it inspects, so that no text leaves it.
 * @throws GovernanceDocumentError for the first problem.
 */
export function checkServices(protection: YamlDocument<Protection>): void {
  const { services } = protection.value;
  refuseDuplicates(
    protection,
    services.map(({ name }) => name),
    (index) => ['services', index, 'name'],
  );
  services.forEach((service, index) => {
    checkResources(protection, service, ['services', index]);
  });
}

function checkResources(
  protection: YamlDocument<Protection>,
  { type, resources, categories }: Service,
  path: Path,
): void {
  if (categories && type !== 'personalData')
    protection.refuse([...path, 'categories'], 'only a service of the type personalData has categories.');
  for (const [location, resource] of Object.entries(resources)) {
    const place = [...path, 'resources', location];
    checkLocations(protection, [location], place);
    const of = TEMPLATE_LOCATION.exec(resource)?.[1];
    if (type !== 'modelArmor' && of !== undefined)
      protection.refuse(place, 'this is a template of Model Armor. Give the name of an Azure resource.');
    if (type === 'modelArmor' && of === undefined)
      protection.refuse(
        place,
        'this is no template of Model Armor. Give projects/PROJECT/locations/LOCATION/templates/TEMPLATE.',
      );
    if (of !== undefined && of !== location)
      protection.refuse(place, `this template is in ${of}. Calls to ${location} need one of ${location}.`);
  }
}

/**
 * Checks the services that a rule names: they inspect requests, can do what the rule asks, and have a resource for every
 * location of the entries that the rule covers, unless calls may pass without them.
 * @throws GovernanceDocumentError for the first problem.
 */
export function checkServicesOf(
  protection: YamlDocument<Protection>,
  rule: ProtectionRule,
  { catalog }: { readonly catalog: Catalog },
  path: Path,
): void {
  const { services: named, action, direction, fail } = rule;
  const { services } = protection.value;
  const known = new Set(services.map(({ name }) => name));
  checkNames(protection, named, known, [...path, 'services'], 'service');
  if (!named) {
    if (fail)
      protection.refuse([...path, 'fail'], 'only a rule with services can say what happens without them.');
    return;
  }
  if (action === undefined)
    protection.refuse(
      [...path, 'services'],
      'the rule has services and no action on what they find. Give it one.',
    );
  const asked = services.filter(({ name }) => named.includes(name));
  if (direction !== 'request' && !isInsideAlone(rule, asked))
    protection.refuse(
      [...path, 'direction'],
      'services inspect what leaves. Answers are inspected by Model Armor inside generateContent alone. Take direction: request, or operations: [generateContent] with action: block.',
    );
  const placeless = asked.find(({ type }) => type !== 'personalData');
  if (placeless && (action === 'redact' || action === 'restore'))
    protection.refuse(
      [...path, 'action'],
      `the service ${placeless.name} does not say where it found something, so nothing can be taken out. Take block or allow.`,
    );
  if (fail === 'open') return;
  for (const service of asked) requireResources(protection, service, listLocations(rule, catalog), path);
}

/** True for a rule whose calls Vertex AI itself has inspected by Model Armor. */
function isInsideAlone({ operations, action }: ProtectionRule, asked: readonly Service[]): boolean {
  return (
    action === 'block' &&
    asked.every(({ type }) => type === 'modelArmor') &&
    operations?.every((operation) => operation === INSIDE_OPERATION) === true
  );
}

function requireResources(
  protection: YamlDocument<Protection>,
  { name, resources }: Service,
  locations: readonly string[],
  path: Path,
): void {
  const missing = locations.find((location) => !Object.hasOwn(resources, location));
  if (missing !== undefined)
    protection.refuse(
      [...path, 'services'],
      `the service ${name} has no resource for ${missing}, where entries of this rule are served. Add one, or take fail: open.`,
    );
}

function listLocations(rule: ProtectionRule, { entries }: Catalog): string[] {
  const covered = entries.filter(
    (entry) =>
      covers(rule, entry) && entry.operations.some((operation) => coversCalls(rule, entry, operation)),
  );
  return [...new Set(covered.flatMap(({ locations }) => locations))];
}
