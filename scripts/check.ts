import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The checks that take longest start first, so that the others fill the time beside them. */
const LONGEST = ['check:lint', 'check:types'];

/** Runs every task of package.json that begins with `check:`, as many at a time as there are cores. */
async function run(): Promise<void> {
  const file = join(import.meta.dirname, '..', 'package.json');
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts: Record<string, string> };
  const others = Object.keys(scripts).filter((name) => name.startsWith('check:') && !LONGEST.includes(name));
  const waiting = [...LONGEST, ...others];
  const failed: string[] = [];
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      if (!(await passes(name))) failed.push(name);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  if (failed.length === 0) return;
  console.error(`Failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}

/** Runs one check, and prints all that it says when it has ended. */
async function passes(name: string): Promise<boolean> {
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
  const [output, errors, isPassed] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  console.log(`${isPassed ? 'passed' : 'FAILED'}  ${name}`);
  if (!isPassed) console.error(`${output}${errors}`.trimEnd());
  return isPassed;
}

await run();
