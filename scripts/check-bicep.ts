import { join } from 'node:path';
import { checkBicepFiles } from './infra/check-bicep-files.ts';

/** Prints the mistakes in the Bicep files under infra/, and fails when there is one. */
async function run(): Promise<void> {
  const { mistakes } = await checkBicepFiles(join(import.meta.dirname, '..'), 'infra');
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
