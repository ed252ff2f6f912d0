import { measureCalls, measureFirstChunks } from './measure-calls.ts';
import type { Row } from './print-table.ts';
import { readCpuTimeInMs } from './read-process.ts';
import { median, quantile } from './statistics.ts';
import type { Operation, Target } from './targets.ts';

/** Targets take turns in rounds, so that other work on the machine affects all of them alike. */
const ROUNDS = 5;
const WARM_UP_CALLS = 300;
const CALLS_IN_A_ROUND = 400;
const STREAMS_IN_A_ROUND = 40;
const CONCURRENCY = 16;

/** A target and the process whose CPU time counts as its own. */
export interface Measured {
  readonly target: Target;
  readonly pid: number;
}

/** Measures the latency of calls one after the other, then of a closed loop of 16, with the CPU time of that loop. */
export async function measureOperation(
  measured: readonly Measured[],
  operation: Operation,
  betweenRounds: () => Promise<void>,
): Promise<Row[]> {
  const results = measured.map(({ target, pid }) => ({
    target,
    pid,
    sequential: [] as number[],
    concurrent: [] as number[],
    concurrentInMs: 0,
    cpuInMs: 0,
  }));
  for (const { target } of results) await measureCalls(target, operation, WARM_UP_CALLS, CONCURRENCY);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const result of results) {
      result.sequential.push(...(await measureCalls(result.target, operation, CALLS_IN_A_ROUND, 1)));
      const cpu = readCpuTimeInMs(result.pid);
      const startedAt = performance.now();
      const durations = await measureCalls(result.target, operation, CALLS_IN_A_ROUND, CONCURRENCY);
      result.concurrentInMs += performance.now() - startedAt;
      result.cpuInMs += readCpuTimeInMs(result.pid) - cpu;
      result.concurrent.push(...durations);
    }
    await betweenRounds();
  }
  const row = (label: string, unit: string, figure: (result: (typeof results)[number]) => number): Row => ({
    label,
    unit,
    figures: results.map(figure),
  });
  return [
    row('one at a time, p50', 'ms', ({ sequential }) => median(sequential)),
    row('one at a time, p99', 'ms', ({ sequential }) => quantile(sequential, 0.99)),
    ...addedTo(results.map(({ sequential }) => sequential)),
    row(`${CONCURRENCY} at once, p50`, 'ms', ({ concurrent }) => median(concurrent)),
    row(`${CONCURRENCY} at once, p99`, 'ms', ({ concurrent }) => quantile(concurrent, 0.99)),
    row(`${CONCURRENCY} at once, throughput`, '/s', (result) => {
      return (result.concurrent.length / result.concurrentInMs) * 1000;
    }),
    row(
      '  CPU of the proxy or function app, per call',
      'ms',
      ({ cpuInMs, concurrent }) => cpuInMs / concurrent.length,
    ),
  ];
}

/** Measures the time to the first chunk of a stream. */
export async function measureStreams(
  measured: readonly Measured[],
  betweenRounds: () => Promise<void>,
): Promise<Row[]> {
  const results = measured.map(({ target }) => ({ target, durations: [] as number[] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { target, durations } of results)
      durations.push(...(await measureFirstChunks(target, STREAMS_IN_A_ROUND)));
    await betweenRounds();
  }
  const samples = results.map(({ durations }) => durations);
  return [
    { label: 'first chunk, p50', unit: 'ms', figures: samples.map(median) },
    { label: 'first chunk, p99', unit: 'ms', figures: samples.map((one) => quantile(one, 0.99)) },
    ...addedTo(samples),
  ];
}

/** The time that each target adds to the bare proxy's. */
function addedTo(samples: readonly (readonly number[])[]): Row[] {
  const added = (part: number): number[] => {
    const [base = Number.NaN, ...others] = samples.map((one) => quantile(one, part));
    return [Number.NaN, ...others.map((figure) => figure - base)];
  };
  return [
    { label: '  added, p50', unit: 'ms', figures: added(0.5) },
    { label: '  added, p99', unit: 'ms', figures: added(0.99) },
  ];
}
