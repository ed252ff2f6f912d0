import { checkNames, refuseDuplicates } from './check-names.ts';
import type { Access } from './documents.ts';
import type { PlaceUse } from './judge-place.ts';
import { readPlace } from './place.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

const FORMS =
  'gs://bucket, gs://bucket/path, bq://project.dataset, bq://project.dataset.table, https://host/path or the address of a YouTube video';

/** Checks the storage rules. Refuses unknown roles, URIs that name no place, and rules without any place. */
export function checkPlaces(access: YamlDocument<Access>, roles: ReadonlySet<string>): void {
  access.value.storage.forEach((rule, index) => {
    checkNames(access, rule.roles, roles, ['storage', index, 'roles'], 'role');
    for (const use of ['inputs', 'outputs'] as const) {
      const path: Path = ['storage', index, use];
      rule[use].forEach((uri, at) => {
        const problem = findProblem(uri, use);
        if (problem !== undefined) access.refuse([...path, at], `"${uri}" ${problem}`);
      });
      refuseDuplicates(access, rule[use], (at) => [...path, at]);
    }
    if (rule.inputs.length + rule.outputs.length === 0)
      access.refuse(['storage', index], 'this rule lists no place. Give it inputs or outputs.');
  });
}

function findProblem(uri: string, use: PlaceUse): string | undefined {
  const place = readPlace(uri);
  if (!place) return `is not a place. ${suggestForm(uri)}`;
  if (place.isPattern) return 'is a pattern. Leave the * out. A place includes everything inside it.';
  if (place.service === 'bq' && place.parts.length === 1)
    return 'is a whole project. List its datasets one by one.';
  const isOfTheWeb = place.service === 'https' || place.service === 'youtube';
  if (isOfTheWeb && use === 'outputs') return 'can only be read. List it as an input.';
  if (place.service === 'https' && uri.includes('?'))
    return 'has a query, which is ignored. Leave it out. A place includes everything inside it.';
  return undefined;
}

function suggestForm(uri: string): string {
  const [, name = uri] = /^[a-z0-9]+:\/*(.+)$/i.exec(uri) ?? [];
  const address = `https://${name.replace(/^[^/]+/, (host) => host.toLowerCase())}`;
  const forms = /^https?:/i.test(uri) ? [address] : [`gs://${name}`, `bq://${name}`, address];
  const meant = forms.find((one) => one !== uri && readPlace(one));
  return meant === undefined ? `Write ${FORMS}.` : `Did you mean "${meant}"?`;
}
