import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Governance } from '../../src/governance/governance.ts';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { DOCUMENT_FILES, PROTECTION_FILE } from '../../src/governance/policy-version.ts';

/**
 * Loads the governance documents as they are in a git revision; the working tree is left as it is.
 * @param project The folder above `governance/`, in a git repository.
 * @throws Error when there is no such revision, or when today's gateway could not load its documents.
 */
export function loadRevision(project: string, revision: string): Governance {
  const commit = git(
    project,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
    `There is no revision "${revision}".`,
  ).trim();
  const directory = mkdtempSync(join(tmpdir(), 'governance-'));
  try {
    const has = (path: string) => git(project, ['ls-tree', '--name-only', commit, `./${path}`], '') !== '';
    const isProtected = has(`governance/${PROTECTION_FILE}`);
    for (const file of [...DOCUMENT_FILES, ...(isProtected ? [PROTECTION_FILE] : [])]) {
      const path = `governance/${file}`;
      const text = git(project, ['show', `${commit}:./${path}`], `The revision ${revision} has no ${path}.`);
      writeFileSync(join(directory, file), text);
    }
    return loadGovernance(directory);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Error(error.message.replaceAll(`${directory}/`, `${revision}:governance/`), { cause: error });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function git(directory: string, command: readonly string[], problem: string): string {
  try {
    return execFileSync('git', command, {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    throw new Error(problem);
  }
}
