import { checkAccess } from './check-access.ts';
import { checkCatalog } from './check-catalog.ts';
import { checkLimits } from './check-limits.ts';
import type { Access, Catalog, Limits } from './documents.ts';
import type { YamlDocument } from './yaml-document.ts';

/** Refuses what each document allows by itself but the three together don't, or what can't be meant. */
export function checkDocuments(
  catalog: YamlDocument<Catalog>,
  access: YamlDocument<Access>,
  limits: YamlDocument<Limits>,
): void {
  checkCatalog(catalog);
  checkAccess(access, catalog.value);
  checkLimits(limits, access.value, catalog.value.entries);
}
