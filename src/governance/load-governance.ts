import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { checkDocuments } from './check-documents.ts';
import { Access, Catalog, Limits } from './documents.ts';
import { createGovernance, type Governance } from './governance.ts';
import { InvalidSchemaError } from './instance-schemas.ts';
import { readYamlDocument } from './yaml-document.ts';

/**
 * Loads `catalog.yaml`, `access.yaml` and `limits.yaml` from a directory, and checks them.
 * @throws GovernanceDocumentError for the first problem, with file, line, column and, if a known name is near, a
 *   suggestion.
 */
export function loadGovernance(directory: string): Governance {
  const catalog = readYamlDocument(join(directory, 'catalog.yaml'), Catalog);
  const access = readYamlDocument(join(directory, 'access.yaml'), Access);
  const limits = readYamlDocument(join(directory, 'limits.yaml'), Limits);
  checkDocuments(catalog, access, limits);
  const hash = createHash('sha256');
  for (const { text } of [catalog, access, limits]) hash.update(text).update('\0');
  const documents = { catalog: catalog.value, access: access.value, limits: limits.value };
  try {
    return createGovernance(documents, hash.digest('hex'));
  } catch (error) {
    if (error instanceof InvalidSchemaError) catalog.refuse(error.path, error.message);
    throw error;
  }
}
