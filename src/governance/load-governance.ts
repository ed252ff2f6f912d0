import { join } from 'node:path';
import { checkDocuments } from './check-documents.ts';
import { createSchemaCompiler, InvalidSchemaError } from './compile-schemas.ts';
import { Access, Catalog, Limits } from './documents.ts';
import { createGovernance, type Governance } from './governance.ts';
import { DOCUMENT_FILES, policyVersionOf } from './policy-version.ts';
import { readYamlDocument } from './yaml-document.ts';

/**
 * Loads `catalog.yaml`, `access.yaml` and `limits.yaml` from a directory, and checks them.
 * @throws GovernanceDocumentError for the first problem, with file, line, column and, if a known name is near, a
 *   suggestion.
 */
export function loadGovernance(directory: string): Governance {
  const [catalogFile, accessFile, limitsFile] = DOCUMENT_FILES;
  const catalog = readYamlDocument(join(directory, catalogFile), Catalog);
  const access = readYamlDocument(join(directory, accessFile), Access);
  const limits = readYamlDocument(join(directory, limitsFile), Limits);
  checkDocuments(catalog, access, limits);
  const version = policyVersionOf([catalog, access, limits].map(({ text }) => text));
  const documents = { catalog: catalog.value, access: access.value, limits: limits.value };
  try {
    return createGovernance(documents, version, createSchemaCompiler());
  } catch (error) {
    if (error instanceof InvalidSchemaError) catalog.refuse(error.path, error.message);
    throw error;
  }
}
