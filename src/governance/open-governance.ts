import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledGovernance } from './compiled-governance.ts';
import { createGovernance, type Governance } from './governance.ts';
import { DOCUMENT_FILES, policyVersionOf, PROTECTION_FILE } from './policy-version.ts';

/**
 * Opens the governance documents of a directory. Their texts are what counts: compiled documents serve only where they
 * were made of the same texts, and save the time of reading, checking and compiling. All others are loaded.
 * @throws GovernanceDocumentError as `loadGovernance` does.
 */
export async function openGovernance(
  directory: string,
  compiled: CompiledGovernance | undefined,
): Promise<Governance> {
  if (compiled !== undefined && compiled.policyVersion === readVersion(directory))
    return createGovernance(compiled.documents, compiled.policyVersion, compiled.findValidator);
  const { loadGovernance } = await import('./load-governance.ts');
  return loadGovernance(directory);
}

/** Hashes the documents; undefined where one can't be read, which `loadGovernance` explains. */
function readVersion(directory: string): string | undefined {
  try {
    const files = [
      ...DOCUMENT_FILES,
      ...(existsSync(join(directory, PROTECTION_FILE)) ? [PROTECTION_FILE] : []),
    ];
    return policyVersionOf(files.map((file) => readFileSync(join(directory, file), 'utf8')));
  } catch {
    return undefined;
  }
}
