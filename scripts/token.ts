import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ENVIRONMENT_FILE, readEnvironment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { runCommand } from './run-command.ts';
import { getSampleToken, NOTHING_RUNS } from './sample-token.ts';

const USAGE = 'Usage: npm run --silent token -- <application>';

/** Prints a bearer token of a sample application and nothing else. */
async function run(): Promise<string> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'environment-file': { type: 'string' } },
  });
  const [name, ...more] = positionals;
  const environment = readEnvironment(
    values['environment-file'] ?? join(import.meta.dirname, '..', ENVIRONMENT_FILE),
  );
  if (!environment) throw new Error(NOTHING_RUNS);
  const names = Object.keys(environment.applications).join(', ');
  if (name === undefined || more.length > 0) throw new Error(`${USAGE}\nUse one of these: ${names}.`);
  return getSampleToken(environment, name);
}

await runCommand(run, USAGE);
