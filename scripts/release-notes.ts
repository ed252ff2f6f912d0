import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readReleaseNotes } from './docs/read-release-notes.ts';

const USAGE = 'Usage: npm run --silent release:notes -- <tag>, such as v0.2.0';

/** Prints the notes of the release that a tag names, and nothing else. */
function run(): void {
  const [tag, ...more] = process.argv.slice(2);
  if (tag === undefined || more.length > 0) throw new Error(USAGE);
  const read = (file: string): string => readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  console.log(readReleaseNotes(read('CHANGELOG.md'), tag, version));
}

try {
  run();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
