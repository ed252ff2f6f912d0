import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ChainProcess, startChainProcess } from './chain-process.ts';
import { callOnce } from './measure-calls.ts';
import { readMemoryInMb } from './read-process.ts';
import { median, quantile } from './statistics.ts';
import { createEdge, forgetReceived, type Operation } from './targets.ts';

/**
 * Calls the whole chain 100 times a second for some minutes (`--minutes`, 5 by default), whether or not earlier calls have
 * ended, and prints throughput, latency and memory of each minute. Ends with 1 unless they are flat: every call is
 * answered, in each minute 95 % of the calls that were due in it, and no minute's median is twice that of all.
 */
const CALLS_PER_SECOND = 100;
const MINUTE_IN_MS = 60_000;
const LEAST_ANSWERED = 0.95;
const MOST_OF_MEDIAN = 2;
const OPERATIONS: readonly Operation[] = ['predict', 'generateContent', 'generateContent'];

interface Minute {
  readonly durations: number[];
  failed: number;
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' } } });
const minutes = Number(values.minutes);
if (!Number.isInteger(minutes) || minutes < 1) throw new Error('--minutes takes a whole number from 1.');

const chain = await startChainProcess();
try {
  const measured = await endure(chain);
  const all = median(measured.flatMap(({ durations }) => durations));
  const isFlat = measured.every(
    ({ durations, failed }) =>
      failed === 0 &&
      durations.length >= LEAST_ANSWERED * CALLS_PER_SECOND * 60 &&
      median(durations) <= MOST_OF_MEDIAN * all,
  );
  console.log(isFlat ? 'Flat.' : 'Not flat.');
  process.exitCode = isFlat ? 0 : 1;
} finally {
  await chain.stop();
}

/** Makes the calls. A minute has those that ended in it. */
async function endure({ environment, pid, functionAppPid }: ChainProcess): Promise<Minute[]> {
  const edge = await createEdge(environment);
  for (const operation of OPERATIONS) await callOnce(edge, operation);
  const measured: Minute[] = [];
  let current: Minute = { durations: [], failed: 0 };
  const call = async (operation: Operation): Promise<void> => {
    const startedAt = performance.now();
    try {
      await callOnce(edge, operation);
      current.durations.push(performance.now() - startedAt);
    } catch {
      current.failed += 1;
    }
  };
  console.log(`Node ${process.version}; ${CALLS_PER_SECOND} calls/s for ${minutes} min.`);
  console.log('minute  answered  failed    p50    p99    max  function app  emulators');
  const startedAt = performance.now();
  const running = new Set<Promise<void>>();
  for (let made = 0; made < minutes * 60 * CALLS_PER_SECOND; made += 1) {
    await until(startedAt + (made * 1000) / CALLS_PER_SECOND);
    const one = call(OPERATIONS[made % OPERATIONS.length] ?? 'predict').finally(() => running.delete(one));
    running.add(one);
    if ((made + 1) % (60 * CALLS_PER_SECOND) > 0) continue;
    await until(startedAt + (measured.length + 1) * MINUTE_IN_MS);
    measured.push(current);
    print(measured.length, current, [readMemoryInMb(functionAppPid), readMemoryInMb(pid)]);
    current = { durations: [], failed: 0 };
    // The emulators keep what they receive, and the bench is not of that.
    await forgetReceived(environment);
  }
  await Promise.all(running);
  await edge.pool.close();
  return measured;
}

async function until(time: number): Promise<void> {
  await pause(Math.max(0, time - performance.now()));
}

function print(minute: number, { durations, failed }: Minute, memory: readonly number[]): void {
  const latencies = [0.5, 0.99, 1].map((part) => quantile(durations, part).toFixed(0).padStart(4));
  console.log(
    [
      String(minute).padStart(6),
      String(durations.length).padStart(8),
      String(failed).padStart(6),
      ...latencies.map((latency) => `${latency} ms`.padStart(5)),
      ...memory.map((size) => `${size.toFixed(0)} MB`.padStart(11)),
    ].join('  '),
  );
}
