import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { describeChanges } from './describe-changes.ts';
import { loadRevision } from './load-revision.ts';
import { runCommand } from '../run-command.ts';

const USAGE = 'Usage: npm run policy:diff -- REVISION [--markdown]';
const PROJECT = join(import.meta.dirname, '..', '..');

/** Prints the access that a change of the governance documents since a git revision gives and takes. */
function run(): string {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { markdown: { type: 'boolean', default: false } },
  });
  const [revision, ...more] = positionals;
  if (revision === undefined || more.length > 0) throw new Error(USAGE);
  const before = loadRevision(PROJECT, revision);
  const after = loadGovernance(join(PROJECT, 'governance'));
  return describeChanges(before, after, values.markdown ? 'markdown' : 'text');
}

await runCommand(run, USAGE);
