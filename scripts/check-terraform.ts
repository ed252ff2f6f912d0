import { join } from 'node:path';
import { findTerraformMistakes, readTerraform } from './infra/check-terraform-files.ts';
import { runCommand } from './run-command.ts';

const INFRASTRUCTURE = join(import.meta.dirname, '..', 'infra');

/** Fails with the mistakes in the Terraform modules under infra/, when there is one. */
async function run(): Promise<undefined> {
  const modules = ['google', 'bootstrap/google'].map((folder) => readTerraform(join(INFRASTRUCTURE, folder)));
  const mistakes = (await Promise.all(modules)).flatMap((module) => findTerraformMistakes(module));
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
}

await runCommand(run, 'Usage: npm run check:terraform');
