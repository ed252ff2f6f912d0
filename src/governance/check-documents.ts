import { checkAccess } from './check-access.ts';
import { checkCatalog } from './check-catalog.ts';
import { checkLimits } from './check-limits.ts';
import type { Access, Catalog, Limits } from './documents.ts';
import type { YamlDocument } from './yaml-document.ts';

/**
 * Checks the three documents against each other, after each has been validated against its own schema.
 * @throws GovernanceDocumentError for the first problem.
 */
export function checkDocuments(
  catalog: YamlDocument<Catalog>,
  access: YamlDocument<Access>,
  limits: YamlDocument<Limits>,
): void {
  checkCatalog(catalog);
  checkAccess(access, catalog.value);
  checkLimits(limits, access.value, catalog.value.entries);
}
