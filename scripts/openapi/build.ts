import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findDrift, writeFiles } from '../policy/generated-files.ts';
import { runCommand } from '../run-command.ts';
import { layOutDocument } from './lay-out-document.ts';
import { SURFACES } from './surfaces.ts';

const USAGE = 'Usage: npm run openapi:build -- [--check]';
const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Writes the OpenAPI document of every API. With `--check` it writes nothing, names each document that differs, and fails
 * when there is one. A document that API Management could not import whole is refused.
 */
function run(): string | undefined {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const files = SURFACES.map(layOutDocument);
  const drift = findDrift(ROOT, files).filter((path) => files.some((file) => file.path === path));
  if (values.check) {
    const stale = drift.map((path) => `${path} is not what scripts/openapi says.`);
    if (stale.length > 0) throw new Error([...stale, 'Run: npm run openapi:build'].join('\n'));
    return undefined;
  }
  writeFiles(ROOT, files);
  return drift.length === 0 ? 'Nothing has changed.' : `Written: ${drift.join(', ')}`;
}

await runCommand(run, USAGE);
