import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ENVIRONMENT_FILE, readEnvironment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { runCommand } from './run-command.ts';

const USAGE = 'Usage: npm run --silent token -- <application>';
const NOTHING_RUNS = 'The gateway is not running. Start it with: npm start';

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
  const application = environment.applications[name];
  if (!application) throw new Error(`There is no application "${name}". Use one of these: ${names}.`);

  const { id, tokenUrl } = application;
  const answer = await fetch(tokenUrl ?? environment.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: 'none-is-checked',
      // Another issuer than Entra ID has its own default scope.
      ...(tokenUrl === undefined ? { scope: environment.scope } : {}),
    }),
  }).catch(() => {
    throw new Error(NOTHING_RUNS);
  });
  const body = (await answer.json()) as { access_token?: string; error_description?: string };
  if (body.access_token === undefined)
    throw new Error(body.error_description ?? `The token endpoint answers ${answer.status}.`);
  return body.access_token;
}

await runCommand(run, USAGE);
