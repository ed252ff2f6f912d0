import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { runCommand } from '../run-command.ts';
import { replaceFields } from './describe-fields.ts';

const USAGE = 'Usage: npm run docs:build -- [--check]';
const DOCUMENT = 'docs/audit.md';
const FILE = join(import.meta.dirname, '..', '..', DOCUMENT);

/**
 * Writes the table of the record's fields into the document of the audit trail. With `--check` it writes nothing, and
 * fails when the table differs.
 */
async function run(): Promise<string | undefined> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const present = readFileSync(FILE, 'utf8');
  const options = { ...(await resolveConfig(FILE)), filepath: FILE };
  const written = await format(replaceFields(present), options);
  if (values.check) {
    if (written === present) return undefined;
    throw new Error(
      `The table of fields in ${DOCUMENT} is not the record’s schema.\nRun: npm run docs:build`,
    );
  }
  writeFileSync(FILE, written);
  return written === present ? 'Nothing has changed.' : `Written: ${DOCUMENT}`;
}

await runCommand(run, USAGE);
