import { globSync, readFileSync, statSync } from 'node:fs';
import { findFragments } from './comments/find-fragments.ts';
import { findRiddles } from './comments/find-riddles.ts';

const FOLDERS = ['src', 'packages', 'scripts', 'bench', 'test'];
/** Documents whose descriptions people read: the OpenAPI documents and the schemas of the governance documents. */
const DOCUMENTS = ['apim/apis/*/specification.json', 'governance/schemas/*.json'];

/** Lists the TypeScript files of a folder, or a file itself, by paths relative to the repository. */
function listFiles(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return globSync(path);
  return globSync(`${path}/**/*.ts`, { exclude: ['**/node_modules/**', '**/dist/**'] }).toSorted();
}

/** Prints each comment, name and description that is a riddle in the given folders and files, or everywhere. */
function run(paths: readonly string[]): void {
  for (const file of (paths.length > 0 ? paths : FOLDERS).flatMap(listFiles)) {
    for (const { line, problem } of findRiddles(file, readFileSync(file, 'utf8'))) {
      console.error(`${file}:${line}: ${problem}`);
      process.exitCode = 1;
    }
  }
  if (paths.length > 0) return;
  for (const file of DOCUMENTS.flatMap((pattern) => globSync(pattern)).toSorted()) {
    for (const { path, text } of findFragments(JSON.parse(readFileSync(file, 'utf8')))) {
      console.error(`${file}: ${path} opens with a fragment, not with its subject: ${text}`);
      process.exitCode = 1;
    }
  }
}

run(process.argv.slice(2));
