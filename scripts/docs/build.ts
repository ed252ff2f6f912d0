import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { runCommand } from '../run-command.ts';
import { readClientResults, replaceClients } from './describe-clients.ts';
import { replaceFields } from './describe-fields.ts';

const USAGE = 'Usage: npm run docs:build -- [--check]';
const ROOT = join(import.meta.dirname, '..', '..');

/** A document with a table that is derived, and what the table shows. */
interface Derived {
  readonly document: string;
  readonly replace: (present: string) => string;
  readonly outdated: string;
}

const DERIVED: readonly Derived[] = [
  {
    document: 'docs/audit.md',
    replace: replaceFields,
    outdated: 'The table of fields in docs/audit.md is not the record’s schema.',
  },
  {
    document: 'docs/clients.md',
    replace: (present) => replaceClients(present, readClientResults()),
    outdated: 'The table of clients in docs/clients.md is not what their tests found.',
  },
];

/**
 * Writes the tables that are derived into their documents: the fields of a record, and what works with which client.
 * With `--check` it writes nothing, and fails when a table differs.
 */
async function run(): Promise<string | undefined> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const changed: string[] = [];
  for (const { document, replace, outdated } of DERIVED) {
    const file = join(ROOT, document);
    const present = readFileSync(file, 'utf8');
    const written = await format(replace(present), { ...(await resolveConfig(file)), filepath: file });
    if (written === present) continue;
    if (values.check) throw new Error(`${outdated}\nRun: npm run docs:build`);
    writeFileSync(file, written);
    changed.push(document);
  }
  if (values.check) return undefined;
  return changed.length === 0 ? 'Nothing has changed.' : `Written: ${changed.join(', ')}`;
}

await runCommand(run, USAGE);
