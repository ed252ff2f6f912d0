import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readReleaseNotes } from './docs/read-release-notes.ts';
import { runCommand } from './run-command.ts';

const USAGE = 'Usage: npm run --silent release:notes -- <tag>, such as v0.2.0';

/** Prints the notes of the release that a tag names, and nothing else. */
function run(): string {
  const { positionals } = parseArgs({ allowPositionals: true, options: {} });
  const [tag, ...more] = positionals;
  if (tag === undefined || more.length > 0) throw new Error(USAGE);
  const read = (file: string): string => readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  return readReleaseNotes(read('CHANGELOG.md'), tag, version);
}

await runCommand(run, USAGE);
