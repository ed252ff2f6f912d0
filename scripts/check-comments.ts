import { globSync, readFileSync, statSync } from 'node:fs';
import { findRiddles } from './comments/find-riddles.ts';

/** Folders and files that have been gone through. In the end they are all. */
const READ = [
  'bench',
  'packages/apim-emulator',
  'packages/csharp-expressions',
  'packages/test-support',
  'scripts/*.ts',
  'scripts/infra',
  'scripts/openapi',
  'scripts/policy',
  'src/dialects',
  'src/errors',
  'src/governance',
  'src/json',
  'src/settings.ts',
  'src/supported-node.ts',
  'test/apim',
  'test/clients',
  'test/contract',
  'test/end-to-end',
  'test/hostile',
  'test/infra',
  'test/scripts/openapi',
  'test/scripts/policy',
  'test/support',
  'test/unit/*.ts',
  'test/unit/dialects',
  'test/unit/errors',
  'test/unit/governance',
  'test/unit/json',
];

/** Lists the TypeScript files of a folder, or a file itself, by paths relative to the repository. */
function listFiles(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return globSync(path);
  return globSync(`${path}/**/*.ts`, { exclude: ['**/node_modules/**', '**/dist/**'] }).toSorted();
}

/** Prints each comment and name that is a riddle in the given folders and files, or in all that have been read. */
function run(paths: readonly string[]): void {
  const files = (paths.length > 0 ? paths : READ).flatMap(listFiles);
  for (const file of files) {
    for (const { line, problem } of findRiddles(file, readFileSync(file, 'utf8'))) {
      console.error(`${file}:${line}: ${problem}`);
      process.exitCode = 1;
    }
  }
}

run(process.argv.slice(2));
