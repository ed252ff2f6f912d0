import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { callTarget } from './gateway/gateway-target.ts';
import { stopProcess } from './gateway/measured-process.ts';
import { createRequest, SIZES } from './gateway/sample-bodies.ts';
import { startBench } from './gateway/start-bench.ts';
import { sumProfile } from './gateway/sum-profile.ts';
import { callInLoops } from './gateway/workloads.ts';

/**
 * Prints the CPU time of a call by place: by folder of `src/` and of the audit ledger, and by package. Options: `--target
 * NAME` (`standard` by default; also `strict`, `no record` and `host alone`), `--size` (`1 KB`, `64 KB` or `1 MB`),
 * `--calls N` (16 at once), `--streams` in place of whole answers, `--out FILE` keeps the profile for other tools.
 */
const { values: chosen } = parseArgs({
  options: {
    target: { type: 'string', default: 'standard' },
    size: { type: 'string', default: '1 KB' },
    calls: { type: 'string', default: '2000' },
    streams: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const bytes = Object.entries(SIZES).find(([name]) => name === chosen.size)?.[1];
if (bytes === undefined) throw new Error(`--size is one of ${Object.keys(SIZES).join(', ')}.`);
const calls = Number(chosen.calls);
const WARM_UP_CALLS = Math.min(calls, 500);
const SHOWN_FROM_US = 0.5;

const bench = await startBench({ against: undefined, nodeOptions: [] });
try {
  const startable = bench.startables.find(({ name }) => name === chosen.target);
  if (!startable || chosen.target === 'bare proxy')
    throw new Error(`--target is one of ${bench.startables.map(({ name }) => name).join(', ')}.`);
  const { process: started, target } = await startable.start();
  try {
    const body = createRequest(bytes);
    const method = chosen.streams ? 'streamGenerateContent?alt=sse' : 'generateContent';
    await callTarget(target, method, body);
    await callInLoops(target, method, body, WARM_UP_CALLS);
    started.child.send({ profile: 'start' });
    await callInLoops(target, method, body, calls);
    const file = chosen.out ?? join(tmpdir(), `gateway-${process.pid}.cpuprofile`);
    const written = once(started.child, 'message');
    started.child.send({ profile: file });
    await written;
    print(JSON.parse(readFileSync(file, 'utf8')) as Profiler.Profile);
    if (chosen.out === undefined) rmSync(file);
    await target.pool.close();
  } finally {
    await stopProcess(started);
  }
} finally {
  await bench.close();
}

function print(profile: Profiler.Profile): void {
  const places = sumProfile(profile, join(import.meta.dirname, '..'));
  const all = places.reduce((sum, { selfInUs }) => sum + selfInUs, 0);
  console.log(
    `\n${chosen.target}, ${calls} ${chosen.streams ? 'streams' : 'calls'}: µs of CPU each, ${(all / calls).toFixed(0)} in all`,
  );
  console.log(`${'with Node'.padStart(10)}${'self'.padStart(10)}`);
  for (const { place, selfInUs, withNodeInUs } of places) {
    const [withNode, self] = [withNodeInUs, selfInUs].map((time) => time / calls);
    if ((withNode ?? 0) < SHOWN_FROM_US && (self ?? 0) < SHOWN_FROM_US) continue;
    console.log(`${withNode?.toFixed(1).padStart(10)}${self?.toFixed(1).padStart(10)}  ${place}`);
  }
}
