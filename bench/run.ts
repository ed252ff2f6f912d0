import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { callTarget, type GatewayTarget } from './gateway/gateway-target.ts';
import { CAN_PIN, type ServingProcess, stopProcess } from './gateway/measured-process.ts';
import { type Base, printFigure, type Reported } from './gateway/report.ts';
import { createRequest, SIZES } from './gateway/sample-bodies.ts';
import { type Startable, startBench } from './gateway/start-bench.ts';
import {
  callInLoops,
  createClosedLoop,
  createOpenLoop,
  createStreams,
  type Figures,
  type Workload,
} from './gateway/workloads.ts';
import { readCpuTimeOfThreadsInMs, readMemoryInMb, readPeakMemoryInMb } from './read-process.ts';

/**
 * Prints the cost of a call: that of a bare reverse proxy, of the platform's library alone, and of the gateway without a
 * record, with standard and with strict durability, all before the same upstream, in turns. README.md says how to read it.
 * Options: `--short`, `--against REVISION`, `--only TEXT` (a part of targets' names; the bare proxy is always measured), and
 * `--load TEXT` (a part of the names of loads, of which one is `start`), `--node-options TEXT` (of the apps' processes).
 */
if (process.platform !== 'linux')
  throw new Error('CPU time and memory are read from /proc: this needs Linux.');

const { values: chosen } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    against: { type: 'string' },
    only: { type: 'string', default: '' },
    load: { type: 'string', default: '' },
    'node-options': { type: 'string', default: '' },
  },
});
const ROUNDS = chosen.short ? 2 : 5;
const WARM_UP_CALLS = 500;
const SIZE = chosen.short ? 1 : 3;
const BARE_PROXY = 'bare proxy';
const UPSTREAM = 'upstream';
/** A build is compared with the other one's, and everything else with the bare proxy. */
const BASE: Base = {
  title: chosen.against ?? BARE_PROXY,
  of: (target) =>
    chosen.against !== undefined && /^(standard|strict)$/.test(target)
      ? `${target} of ${chosen.against}`
      : BARE_PROXY,
};

const WORKLOADS: readonly Workload[] = [
  createClosedLoop('1 KB', 400 * SIZE),
  createOpenLoop(1 + 2 * SIZE),
  createClosedLoop('64 KB', 100 * SIZE),
  createClosedLoop('1 MB', 20 * SIZE),
  createStreams(8 * SIZE),
].filter(({ name }) => name.includes(chosen.load));

const REPORTED: Readonly<Record<string, readonly Reported[]>> = {
  start: [
    { title: 'spawn → first 200', figure: 'elapsed', unit: 'ms' },
    { title: 'CPU until the first 200', figure: 'CPU', unit: 'ms' },
    { title: 'memory after it', figure: 'memory', unit: 'MB' },
  ],
  '1 KB, 16 at once': [{ title: '1 KB, 16 at once: CPU per call', figure: 'CPU per call', unit: 'ms' }],
  '1 KB, 60 calls/s': [
    { title: '1 KB, 60 calls/s: added p50', figure: 'p50', unit: 'ms', added: true },
    { title: '1 KB, 60 calls/s: added p99', figure: 'p99', unit: 'ms', added: true },
    { title: '1 KB, 60 calls/s: CPU per call', figure: 'CPU per call', unit: 'ms' },
  ],
  '64 KB, 16 at once': [{ title: '64 KB: calls per core', figure: 'calls per core', unit: '/s' }],
  '1 MB, 16 at once': [{ title: '1 MB: calls per core', figure: 'calls per core', unit: '/s' }],
  'streams, 8 at once': [
    { title: 'first event, added p50', figure: 'first event, p50', unit: 'ms', added: true },
    { title: 'delay of an event, added p50', figure: 'delay of an event, p50', unit: 'ms', added: true },
    { title: 'CPU per event', figure: 'CPU per event', unit: 'µs' },
  ],
};

const bench = await startBench({
  against: chosen.against,
  nodeOptions: chosen['node-options'].split(' ').filter((option) => option !== ''),
});
const running: ServingProcess[] = [];
try {
  const startables = bench.startables.filter(({ name }) => name === BARE_PROXY || name.includes(chosen.only));
  console.log(
    `Node ${process.version}; load ${loadavg()[0]?.toFixed(1) ?? ''}; ${CAN_PIN ? 'the measured process has a core for itself' : 'processes share all cores'}; ${ROUNDS} rounds: median (least–most).`,
  );
  if ('start'.includes(chosen.load)) {
    const starts = await measureStarts(startables);
    for (const reported of REPORTED.start ?? []) printFigure(reported, starts, BASE);
  }

  const targets = [bench.upstream];
  for (const startable of startables) {
    const { process: started, target } = await startable.start();
    running.push(started);
    targets.push(target);
  }
  if (chosen.against === undefined && 'whole chain'.includes(chosen.only)) targets.push(bench.chain);
  for (const target of targets) await warmUp(target);
  for (const workload of WORKLOADS) {
    const rounds = await measureInTurns(workload, targets);
    for (const reported of REPORTED[workload.name] ?? []) printFigure(reported, rounds, BASE, UPSTREAM);
  }
  const memory = new Map(
    targets.flatMap(({ name, pid }) =>
      pid === undefined
        ? []
        : [[name, [{ after: readMemoryInMb(pid), peak: readPeakMemoryInMb(pid) }]] as const],
    ),
  );
  printFigure({ title: 'memory after all calls', figure: 'after', unit: 'MB' }, memory, BASE);
  printFigure({ title: 'most memory', figure: 'peak', unit: 'MB' }, memory, BASE);
  console.log(`\nLoad at the end: ${loadavg()[0]?.toFixed(1) ?? ''}`);
  await Promise.all(targets.slice(1, startables.length + 1).map(({ pool }) => pool.close()));
} finally {
  await Promise.all(running.map(stopProcess));
  await bench.close();
}

async function warmUp(target: GatewayTarget): Promise<void> {
  await callInLoops(target, 'generateContent', createRequest(SIZES['1 KB']), WARM_UP_CALLS);
}

/** Targets take turns in rounds, each round beginning with another one, so that other work affects all of them alike. */
async function measureInTurns(
  workload: Workload,
  targets: readonly GatewayTarget[],
): Promise<Map<string, Figures[]>> {
  const rounds = new Map<string, Figures[]>(targets.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (let turn = 0; turn < targets.length; turn += 1) {
      const target = targets[(round + turn) % targets.length];
      if (target) rounds.get(target.name)?.push(await workload.measure(target));
    }
  return rounds;
}

/** Measures starts. One start of each is not counted, because it may fill a cache that later ones use. */
async function measureStarts(startables: readonly Startable[]): Promise<Map<string, Figures[]>> {
  const rounds = new Map<string, Figures[]>(startables.map(({ name }) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const startable of startables) {
      const figures = await measureStart(startable);
      if (round > 0) rounds.get(startable.name)?.push(figures);
    }
  return rounds;
}

async function measureStart(startable: Startable): Promise<Figures> {
  const startedAt = performance.now();
  const { process: started, target } = await startable.start();
  await callTarget(target, 'generateContent', createRequest(SIZES['1 KB']));
  const elapsed = performance.now() - startedAt;
  const figures = {
    elapsed,
    CPU: readCpuTimeOfThreadsInMs(started.pid),
    memory: readMemoryInMb(started.pid),
  };
  await target.pool.close();
  await stopProcess(started);
  return figures;
}
