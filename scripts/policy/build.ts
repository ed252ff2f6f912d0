import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { runCommand } from '../run-command.ts';
import { derivePolicies } from './derive-policies.ts';
import { findDrift, writeFiles } from './generated-files.ts';
import { registeredRoles } from './registered-roles.ts';
import { readTier, tierOf, TIERS } from './tier.ts';
import { type GeneratedFile, schemaFiles } from './write-schemas.ts';

const USAGE = 'Usage: npm run policy:build -- [--check] [--tier classic|v2]';
const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Writes the files that are derived from the governance documents and their schemas. With `--check` it writes nothing,
 * names each file that differs, and fails when there is one. Without `--tier` the tier stays that of the last build.
 */
async function run(): Promise<string | undefined> {
  const { values } = parseArgs({
    options: { check: { type: 'boolean', default: false }, tier: { type: 'string' } },
  });
  const tier = values.tier === undefined ? tierOf(ROOT) : readTier(values.tier);
  if (!tier) throw new Error(`The tier is one of ${TIERS.join(', ')}.\n${USAGE}`);
  const governance = loadGovernance(join(ROOT, 'governance'));
  const apis = readdirSync(join(ROOT, 'apim', 'apis')).toSorted();
  const derived = [...derivePolicies(governance, apis, tier), registeredRoles(governance.documents)];
  const policies = await Promise.all(derived.map(layOut));
  const files = [...schemaFiles(), ...policies];
  const drift = findDrift(ROOT, files);
  if (values.check) {
    if (drift.length > 0) throw new Error(describe(drift, 'Run: npm run policy:build'));
    return undefined;
  }
  writeFiles(ROOT, files);
  const strays = findDrift(ROOT, files);
  if (strays.length > 0) throw new Error(describe(strays, 'Delete them.'));
  return drift.length === 0 ? 'Nothing has changed.' : `Written: ${drift.join(', ')}`;
}

function describe(paths: readonly string[], advice: string): string {
  return [...paths.map((path) => `${path} is not what the governance documents say.`), advice].join('\n');
}

/** Formats JSON as the rest of the project. */
async function layOut({ path, text }: GeneratedFile): Promise<GeneratedFile> {
  if (!path.endsWith('.json')) return { path, text };
  const filepath = join(ROOT, path);
  return { path, text: await format(text, { ...(await resolveConfig(filepath)), filepath }) };
}

await runCommand(run, USAGE);
