import { join } from 'node:path';
import { findTerraformMistakes, readTerraform } from './infra/check-terraform-files.ts';
import { runCommand } from './run-command.ts';

/** Fails with the mistakes in the Terraform files of infra/google, when there is one. */
async function run(): Promise<undefined> {
  const mistakes = findTerraformMistakes(
    await readTerraform(join(import.meta.dirname, '..', 'infra', 'google')),
  );
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
}

await runCommand(run, 'Usage: npm run check:terraform');
