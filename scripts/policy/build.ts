import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { derivePolicies } from './derive-policies.ts';
import { type GeneratedFile, schemaFiles } from './write-schemas.ts';

const USAGE = 'Usage: npm run policy:build -- [--check]';
const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Writes what is derived from the governance documents and their schemas. With `--check` it writes nothing, names each
 * file that is not as it would be written, and fails when there is one.
 */
async function run(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const governance = loadGovernance(join(ROOT, 'governance'));
  const apis = readdirSync(join(ROOT, 'apim', 'apis')).toSorted();
  const files = [...schemaFiles(), ...(await Promise.all(derivePolicies(governance, apis).map(layOut)))];
  const stale = [
    ...files.filter(({ path, text }) => read(path) !== text).map(({ path }) => path),
    ...findStrayProducts(files),
  ];
  if (values.check) {
    for (const path of stale) console.error(`${path} is not what the governance documents say.`);
    if (stale.length > 0) throw new Error('Run: npm run policy:build');
    return;
  }
  for (const { path, text } of files) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
  const strays = findStrayProducts(files);
  if (strays.length > 0)
    throw new Error(`Not in governance/limits.yaml any more; delete: ${strays.join(', ')}`);
  console.log(stale.length === 0 ? 'Nothing has changed.' : `Written: ${stale.join(', ')}`);
}

/** JSON as the rest of the project has it. */
async function layOut({ path, text }: GeneratedFile): Promise<GeneratedFile> {
  if (!path.endsWith('.json')) return { path, text };
  const filepath = join(ROOT, path);
  return { path, text: await format(text, { ...(await resolveConfig(filepath)), filepath }) };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return undefined;
  }
}

/** Products that the documents don't have: they would go on without anybody's say. */
function findStrayProducts(files: readonly GeneratedFile[]): string[] {
  return readdirSync(join(ROOT, 'apim', 'products'))
    .map((id) => `apim/products/${id}`)
    .filter((folder) => !files.some(({ path }) => path.startsWith(`${folder}/`)));
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof TypeError) console.error(USAGE);
  process.exitCode = 1;
});
