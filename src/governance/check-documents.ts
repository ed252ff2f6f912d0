import { checkAccess } from './check-access.ts';
import { checkCatalog } from './check-catalog.ts';
import { checkLimits } from './check-limits.ts';
import { checkProtection } from './check-protection.ts';
import type { Access, Catalog, Limits } from './documents.ts';
import type { Protection } from './protection-document.ts';
import type { YamlDocument } from './yaml-document.ts';

/**
 * Checks the documents against each other, after each has been validated against its own schema.
 * @param protection undefined for a deployment that inspects no content.
 * @throws GovernanceDocumentError for the first problem.
 */
export function checkDocuments(
  catalog: YamlDocument<Catalog>,
  access: YamlDocument<Access>,
  limits: YamlDocument<Limits>,
  protection: YamlDocument<Protection> | undefined,
): void {
  checkCatalog(catalog);
  checkAccess(access, catalog.value);
  checkLimits(limits, access.value, catalog.value.entries);
  if (protection)
    checkProtection(protection, { catalog: catalog.value, access: access.value, limits: limits.value });
}
