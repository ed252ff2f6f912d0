import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChainProcess } from './chain-process.ts';
import { type Row, printTable } from './print-table.ts';
import { readCpuTimeOfTreeInMs, readMemoryOfTreeInMb } from './read-process.ts';

/**
 * Prints what a start of the whole chain and a restart of its function app take: time, CPU time of all processes, and
 * memory of all processes. The first target compiles everything anew; the other two have a compile cache, which is
 * empty in the second and full in the third.
 */
const TARGETS = ['no cache', 'empty cache', 'full cache'];
const RESTARTS = 3;

interface Measured {
  readonly startInMs: number;
  readonly startCpuInMs: number;
  readonly restartInMs: number;
  readonly restartCpuInMs: number;
  readonly memoryInMb: number;
}

/** Starts a chain, restarts its function app, and stops the chain. The figures of restarts are those of the cheapest. */
async function measure(environment: Readonly<Record<string, string>>): Promise<Measured> {
  const startedAt = performance.now();
  const chain = await startChainProcess({ journeys: true, environment });
  const startInMs = performance.now() - startedAt;
  const startCpuInMs = readCpuTimeOfTreeInMs(chain.pid);
  const memoryInMb = readMemoryOfTreeInMb(chain.pid);
  const restarts: { readonly inMs: number; readonly cpuInMs: number }[] = [];
  for (let count = 0; count < RESTARTS; count += 1) {
    const [at, cpuAt] = [performance.now(), readCpuTimeOfTreeInMs(chain.pid)];
    await fetch(`${chain.environment.controls['functions-host'] ?? ''}/restart`, { method: 'POST' });
    const cpuInMs = readCpuTimeOfTreeInMs(chain.pid) - cpuAt;
    restarts.push({ inMs: performance.now() - at, cpuInMs });
  }
  await chain.stop();
  return {
    startInMs,
    startCpuInMs,
    restartInMs: Math.min(...restarts.map(({ inMs }) => inMs)),
    restartCpuInMs: Math.min(...restarts.map(({ cpuInMs }) => cpuInMs)),
    memoryInMb,
  };
}

const cache = mkdtempSync(join(tmpdir(), 'compile-cache-'));
try {
  const measured = [
    await measure({ NODE_COMPILE_CACHE: '' }),
    await measure({ NODE_COMPILE_CACHE: cache }),
    await measure({ NODE_COMPILE_CACHE: cache }),
  ];
  const row = (label: string, unit: string, figure: (one: Measured) => number): Row => ({
    label,
    unit,
    figures: measured.map(figure),
  });
  printTable('start of the chain', TARGETS, [
    row('until it is ready', 'ms', ({ startInMs }) => startInMs),
    row('CPU time', 'ms', ({ startCpuInMs }) => startCpuInMs),
    row('memory', 'MB', ({ memoryInMb }) => memoryInMb),
  ]);
  printTable('restart of the function app', TARGETS, [
    row('until it is ready', 'ms', ({ restartInMs }) => restartInMs),
    row('CPU time', 'ms', ({ restartCpuInMs }) => restartCpuInMs),
  ]);
} finally {
  rmSync(cache, { recursive: true });
}
