import { parseArgs } from 'node:util';
import { randomInt } from 'node:crypto';
import { EQUIVALENT_MUTANTS } from './mutants/equivalent-mutants.ts';
import { judgeMutants, type Judgement } from './mutants/judge-mutants.ts';
import { MUTATED_FOLDERS, type MutatedFolder } from './mutants/mutated-folders.ts';
import { runMutants } from './mutants/run-mutants.ts';
import { runCommand } from './run-command.ts';

const USAGE = 'Usage: npm run test:mutants -- [FOLDER | FILE …] [--seed NUMBER] [--part 0.5]';

/** The least share of the sampled mutants that tests must notice, in percent. */
const LEAST_SCORE = 85;

/** Tests the tests of the given folders with a sample of mutants, or those of the given files with all of them. */
async function run(): Promise<undefined> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      part: { type: 'string', default: '1' },
    },
  });
  const seed = Number(values.seed);
  const part = Number(values.part);
  if (!Number.isSafeInteger(seed) || !(part > 0 && part <= 1)) throw new Error(USAGE);
  console.log(`Seed ${seed}`);
  const paths = positionals.length > 0 ? positionals : MUTATED_FOLDERS.map(({ folder }) => folder);
  for (const path of paths.map((path) => path.replace(/\/$/, ''))) {
    const folder = MUTATED_FOLDERS.find((one) => one.folder === path || path.startsWith(`${one.folder}/`));
    if (!folder) throw new Error(`${path} is in none of the folders with mutants.\n${USAGE}`);
    const file = path === folder.folder ? undefined : path;
    const explanations = EQUIVALENT_MUTANTS.filter((one) => one.file.startsWith(path));
    const sampled = { ...folder, share: folder.share * part };
    report(path, folder, judgeMutants(await runMutants(sampled, seed, file), explanations));
  }
}

/** Prints what the mutants say, and lets the command fail when the tests notice too few. */
function report(path: string, { folder }: MutatedFolder, judgement: Judgement): void {
  const { killed, survivors, explained, unknown, score } = judgement;
  for (const { file, lineNumber, line, change } of survivors)
    console.log(`survived  ${file}:${lineNumber}\n  ${line}\n  ${change}`);
  for (const { file, line, change } of unknown)
    console.error(`no mutant any more, take it off the list: ${file}\n  ${line}\n  ${change}`);
  console.log(
    `${path === folder ? 'a sample of ' : ''}${path}: ${score.toFixed(1)} % of ${killed + survivors.length} mutants killed, ${explained} more explained`,
  );
  if (score < LEAST_SCORE || unknown.length > 0) process.exitCode = 1;
}

await runCommand(run, USAGE);
