import { globSync, readFileSync, statSync } from 'node:fs';
import { findRiddles } from './comments/find-riddles.ts';

const FOLDERS = ['src', 'packages', 'scripts', 'bench', 'test'];

/** Lists the TypeScript files of a folder, or a file itself, by paths relative to the repository. */
function listFiles(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return globSync(path);
  return globSync(`${path}/**/*.ts`, { exclude: ['**/node_modules/**', '**/dist/**'] }).toSorted();
}

/** Prints each comment and name that is a riddle in the given folders and files, or in all of them. */
function run(paths: readonly string[]): void {
  for (const file of (paths.length > 0 ? paths : FOLDERS).flatMap(listFiles)) {
    for (const { line, problem } of findRiddles(file, readFileSync(file, 'utf8'))) {
      console.error(`${file}:${line}: ${problem}`);
      process.exitCode = 1;
    }
  }
}

run(process.argv.slice(2));
