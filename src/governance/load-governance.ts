import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkDocuments } from './check-documents.ts';
import { createSchemaCompiler, InvalidSchemaError } from './compile-schemas.ts';
import { Access, Catalog, Limits } from './documents.ts';
import { createGovernance, type Governance } from './governance.ts';
import { DOCUMENT_FILES, policyVersionOf, PROTECTION_FILE } from './policy-version.ts';
import { Protection } from './protection-document.ts';
import { readYamlDocument } from './yaml-document.ts';

/**
 * Loads `catalog.yaml`, `access.yaml`, `limits.yaml` and, where there is one, `protection.yaml` from a directory, and checks
 * them.
 * @throws GovernanceDocumentError for the first problem, with file, line, column and, if a known name is near, a
 *   suggestion.
 */
export function loadGovernance(directory: string): Governance {
  const [catalogFile, accessFile, limitsFile] = DOCUMENT_FILES;
  const catalog = readYamlDocument(join(directory, catalogFile), Catalog);
  const access = readYamlDocument(join(directory, accessFile), Access);
  const limits = readYamlDocument(join(directory, limitsFile), Limits);
  const protectionFile = join(directory, PROTECTION_FILE);
  const protection = existsSync(protectionFile) ? readYamlDocument(protectionFile, Protection) : undefined;
  checkDocuments(catalog, access, limits, protection);
  const texts = [catalog, access, limits, ...(protection ? [protection] : [])].map(({ text }) => text);
  const version = policyVersionOf(texts);
  const documents = {
    catalog: catalog.value,
    access: access.value,
    limits: limits.value,
    ...(protection && { protection: protection.value }),
  };
  try {
    return createGovernance(documents, version, createSchemaCompiler());
  } catch (error) {
    if (error instanceof InvalidSchemaError) catalog.refuse(error.path, error.message);
    throw error;
  }
}
