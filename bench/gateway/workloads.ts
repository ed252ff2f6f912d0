import { setTimeout as pause } from 'node:timers/promises';
import { readCpuTimeOfThreadsInMs } from '../read-process.ts';
import { quantile } from '../statistics.ts';
import { callTarget, type GatewayTarget, type Method, startCall } from './gateway-target.ts';
import { createRequest, EVENT_INTERVAL_IN_MS, EVENTS_OF_STREAM, SIZES } from './sample-bodies.ts';

/** The figures of one target in one round, by name. */
export type Figures = Readonly<Record<string, number>>;

/** A load that each target is given in turn. */
export interface Workload {
  readonly name: string;
  measure(target: GatewayTarget): Promise<Figures>;
}

/** The time after the last call in which work that a call leaves behind, such as its record's, counts as its own. */
const SETTLING_IN_MS = 1_000;
const CONCURRENCY = 16;
const STREAMS_AT_ONCE = 8;
const CALLS_PER_SECOND = 60;

/** Calls in a closed loop of 16: the CPU time of each in milliseconds, and the calls that a core serves in a second. */
export function createClosedLoop(
  size: keyof typeof SIZES,
  count: number,
  method: Method = 'generateContent',
): Workload {
  const body = method === 'predict' ? '{"instances":[[5.1,3.5,1.4,0.2]]}' : createRequest(SIZES[size]);
  return {
    name: `${method === 'predict' ? ':predict' : size}, 16 at once`,
    async measure(target) {
      const cpuInMs = await measureCpuTime(target, () => callInLoops(target, method, body, count));
      const cpuPerCall = cpuInMs / count;
      return { 'CPU per call': cpuPerCall, 'calls per core': 1_000 / cpuPerCall };
    },
  };
}

/** Calls 60 times a second, whether or not earlier calls have ended: their latencies in milliseconds, and CPU time. */
export function createOpenLoop(seconds: number): Workload {
  const body = createRequest(SIZES['1 KB']);
  return {
    name: `1 KB, ${CALLS_PER_SECOND} calls/s`,
    async measure(target) {
      const count = seconds * CALLS_PER_SECOND;
      const durations: number[] = [];
      const call = async (): Promise<void> => {
        const startedAt = performance.now();
        await callTarget(target, 'generateContent', body);
        durations.push(performance.now() - startedAt);
      };
      const cpuInMs = await measureCpuTime(target, async () => {
        const startedAt = performance.now();
        const calls: Promise<void>[] = [];
        for (let made = 0; made < count; made += 1) {
          await pause(Math.max(0, startedAt + (made * 1_000) / CALLS_PER_SECOND - performance.now()));
          calls.push(call());
        }
        await Promise.all(calls);
      });
      return {
        p50: quantile(durations, 0.5),
        p99: quantile(durations, 0.99),
        'CPU per call': cpuInMs / count,
      };
    },
  };
}

/**
 * Reads eight streams at a time, of 50 events each, one every 10 ms: the time to the first event and from the sending of
 * each to its arrival in milliseconds, and the CPU time of an event in microseconds.
 */
export function createStreams(count: number): Workload {
  const body = createRequest(SIZES['1 KB']);
  return {
    name: 'streams, 8 at once',
    async measure(target) {
      const streams: ReadStream[] = [];
      let left = count;
      const loop = async (_: unknown, index: number): Promise<void> => {
        // The streams begin at different times, so that the first event of one does not wait for another's.
        await pause((index * EVENTS_OF_STREAM * EVENT_INTERVAL_IN_MS) / STREAMS_AT_ONCE);
        while (left > 0) {
          left -= 1;
          streams.push(await readStream(target, body));
        }
      };
      const cpuInMs = await measureCpuTime(target, async () => {
        await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, loop));
      });
      const delays = streams.flatMap(({ delaysInMs }) => delaysInMs);
      return {
        'first event, p50': quantile(
          streams.map(({ firstInMs }) => firstInMs),
          0.5,
        ),
        'delay of an event, p50': quantile(delays, 0.5),
        'CPU per event': (1_000 * cpuInMs) / delays.length,
      };
    },
  };
}

/** Makes `count` calls, 16 at once. */
export async function callInLoops(
  target: GatewayTarget,
  method: Method,
  body: string,
  count: number,
): Promise<void> {
  let left = count;
  const loop = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await callTarget(target, method, body);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, loop));
}

async function measureCpuTime({ pid }: GatewayTarget, load: () => Promise<void>): Promise<number> {
  const before = pid === undefined ? Number.NaN : readCpuTimeOfThreadsInMs(pid);
  await load();
  await pause(SETTLING_IN_MS);
  return pid === undefined ? Number.NaN : readCpuTimeOfThreadsInMs(pid) - before;
}

interface ReadStream {
  readonly firstInMs: number;
  /** The time of each event's way from the upstream. */
  readonly delaysInMs: readonly number[];
}

/** Reads a stream whose events hold the times at which they were sent, of the clock that all processes share. */
async function readStream(target: GatewayTarget, body: string): Promise<ReadStream> {
  const startedAt = performance.now();
  const { statusCode, body: events } = await startCall(target, 'streamGenerateContent?alt=sse', body);
  if (statusCode !== 200) throw new Error(`${target.name} answers ${statusCode}: ${await events.text()}`);
  let firstInMs = Number.NaN;
  const delaysInMs: number[] = [];
  let rest = '';
  for await (const part of events as AsyncIterable<Buffer>) {
    const now = process.hrtime.bigint();
    if (delaysInMs.length === 0) firstInMs = performance.now() - startedAt;
    const whole = (rest + part.toString('latin1')).split('\r\n\r\n');
    rest = whole.pop() ?? '';
    for (const event of whole) {
      const sentAt = /"text":"(\d+)"/.exec(event)?.[1];
      if (sentAt !== undefined) delaysInMs.push(Number(now - BigInt(sentAt)) / 1_000_000);
    }
  }
  return { firstInMs, delaysInMs };
}
