import { globSync, readFileSync, statSync } from 'node:fs';
import { findRiddles } from './comments/find-riddles.ts';

const FOLDERS = ['src', 'packages', 'scripts', 'bench', 'test'];

/** Files that still have names which are riddles. Their comments have been gone through. */
const UNREAD: readonly string[] = [
  'packages/audit-ledger/src/keys/stored-key.ts',
  'packages/audit-ledger/src/shipping/close-orphans.ts',
  'packages/audit-ledger/src/shipping/ship-chain.ts',
  'packages/audit-ledger/src/shipping/shipping.ts',
  'packages/audit-ledger/src/shipping/sweep.ts',
  'packages/audit-ledger/src/time/time-limit.ts',
  'packages/audit-ledger/src/verification/call-book.ts',
  'packages/audit-ledger/src/verification/judge-pieces.ts',
  'packages/audit-ledger/src/verification/ledger-verifier.ts',
];

/** Lists the TypeScript files of a folder, or a file itself, by paths relative to the repository. */
function listFiles(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return globSync(path);
  return globSync(`${path}/**/*.ts`, { exclude: ['**/node_modules/**', '**/dist/**'] }).toSorted();
}

/** Prints each comment and name that is a riddle in the given folders and files, or in all that have been read. */
function run(paths: readonly string[]): void {
  const files =
    paths.length > 0
      ? paths.flatMap(listFiles)
      : FOLDERS.flatMap(listFiles).filter((file) => !UNREAD.some((folder) => file.startsWith(folder)));
  for (const file of files) {
    for (const { line, problem } of findRiddles(file, readFileSync(file, 'utf8'))) {
      console.error(`${file}:${line}: ${problem}`);
      process.exitCode = 1;
    }
  }
}

run(process.argv.slice(2));
