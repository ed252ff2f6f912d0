import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startCall } from './gateway/gateway-target.ts';
import { type ServingProcess, stopProcess } from './gateway/measured-process.ts';
import { createRequest, SIZES } from './gateway/sample-bodies.ts';
import { startBench } from './gateway/start-bench.ts';
import { callInLoops } from './gateway/workloads.ts';
import { readMemoryInMb } from './read-process.ts';

/**
 * Prints what stays in the gateway's memory after a forced collection, while it serves many calls (`--calls`, 100,000 by
 * default) and while it has many streams open (`--streams`, 1,000). Ends with 1 when the calls leave more than 5 % behind.
 */
const STEPS = 5;
const WARM_UP_CALLS = 2_000;
const MOST_GROWTH = 1.05;
/** The records of the last calls are shipped meanwhile. */
const SETTLING_IN_MS = 3_000;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '100000' },
    streams: { type: 'string', default: '1000' },
  },
});
const [calls, streams] = [Number(values.calls), Number(values.streams)];
const ROOT = join(import.meta.dirname, '..');
const body = createRequest(SIZES['1 KB']);

const folder = mkdtempSync(join(tmpdir(), 'growth-'));
const bench = await startBench({ against: undefined, nodeOptions: ['--expose-gc'] });
try {
  const standard = bench.startables.find(({ name }) => name === 'standard');
  if (!standard) throw new Error('The gateway is no target.');
  const { process: started, target } = await standard.start({ GOVERNANCE_DIRECTORY: writeRules() });
  try {
    await callInLoops(target, 'generateContent', body, WARM_UP_CALLS);
    console.log(`Node ${process.version}; memory in MB.\n`);
    printRow(['calls', 'after collection', 'resident']);
    const collected: number[] = [];
    for (let step = 1; step <= STEPS; step += 1) {
      await callInLoops(target, 'generateContent', body, calls / STEPS);
      collected.push(await printMemory(started, (step * calls) / STEPS));
    }
    const growth = (collected.at(-1) ?? 0) / (collected[0] ?? 0);
    console.log(`\nFrom the first step to the last: × ${growth.toFixed(3)}.`);
    if (growth > MOST_GROWTH) process.exitCode = 1;

    bench.holdStreams(true);
    printRow(['\nstreams', 'after collection', 'resident']);
    const before = await printMemory(started, 0);
    const open = await Promise.all(
      Array.from({ length: streams }, () => startCall(target, 'streamGenerateContent?alt=sse', body)),
    );
    const refused = open.filter(({ statusCode }) => statusCode !== 200).length;
    const during = await printMemory(started, streams - refused);
    console.log(
      `\nEach open stream: ${((1_024 * (during - before)) / (streams - refused)).toFixed(1)} KB, with its connections from the caller and to Google.`,
    );
    if (refused > 0) throw new Error(`${refused} streams were refused.`);
    bench.holdStreams(false);
    await Promise.all(open.map(({ body: events }) => events.dump({ limit: Infinity })));
    printRow(['\nstreams', 'after collection', 'resident']);
    await printMemory(started, 0);
    await target.pool.close();
  } finally {
    await stopProcess(started);
  }
} finally {
  await bench.close();
  rmSync(folder, { recursive: true });
}

/** Writes the sample's documents with room for all streams. @returns their folder. */
function writeRules(): string {
  cpSync(join(ROOT, 'governance'), folder, { recursive: true });
  const file = join(folder, 'limits.yaml');
  const limits = readFileSync(file, 'utf8');
  writeFileSync(file, limits.replaceAll(/concurrentStreams: \d+/g, `concurrentStreams: ${streams}`));
  return folder;
}

/** Prints a row, and gives the memory after a forced collection. */
async function printMemory({ child, pid }: ServingProcess, count: number): Promise<number> {
  await pause(SETTLING_IN_MS);
  const answered = once(child, 'message') as Promise<[{ readonly heapInMb: number }]>;
  child.send({ collect: true });
  const [{ heapInMb }] = await answered;
  printRow([count.toLocaleString('en'), heapInMb.toFixed(1), readMemoryInMb(pid).toFixed(0)]);
  return heapInMb;
}

function printRow(cells: readonly string[]): void {
  console.log(cells.map((cell) => cell.padStart(18)).join(''));
}
