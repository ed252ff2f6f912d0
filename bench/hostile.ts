import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import type { Environment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { startChainProcess } from './chain-process.ts';
import { HOSTILE_KINDS, SIZES } from './hostile/hostile-bodies.ts';
import { CONNECTION_KINDS } from './hostile/hostile-connections.ts';
import type { HostileKind } from './hostile/hostile-kind.ts';
import type { OrdinaryCall } from './hostile/ordinary-load.ts';
import { findChild, forgetPeakMemory, readMemoryInMb, readPeakMemoryInMb } from './read-process.ts';
import { quantile } from './statistics.ts';
import { headersOf, readHeadersStamped } from './targets.ts';

/**
 * Prints the cost of one hostile body for other callers, through the edge and directly at the function app with API
 * Management's identity: the additional wait of ordinary calls and of the health addresses, the longest turn of each
 * process's event loop, and the rise of its memory as a multiple of the body.
 *
 * The goal holds with 50 ordinary calls a second. No body of up to 20 MB, no 20 of them at once, no slow reader or writer
 * and no flood of connections or headers makes another caller wait more than 50 ms longer, or memory rise by more than six
 * times the body's size. Turns are CPU time, which other work on the machine changes little; it does change waits.
 *
 * Options: `--at edge|app`, `--only TEXT`, `--megabytes N`, `--at-once N`, `--connections`
 */
if (process.platform !== 'linux') throw new Error('Memory is read from /proc: this needs Linux.');

const BASELINE_IN_MS = 1_500;
const AFTERMATH_IN_MS = 500;
const HOLD_IN_MS = 4_000;
/** The load is quiet once the longest wait is below this. */
const QUIET_IN_MS = 300;
const ATTEMPTS = 20;
const ANSWER_TIMEOUT_IN_MS = 120_000;
const PROBES: Readonly<Record<string, readonly [path: string, body: string]>> = {
  'sandbox-app': [
    '/openai/v1/chat/completions',
    '{"model":"gemini-fast","messages":[{"role":"user","content":"Hi"}]}',
  ],
  'assistants-app': [
    '/openai/v1/chat/completions',
    '{"model":"gemini-fast","messages":[{"role":"user","content":"Hi"}]}',
  ],
  'scoring-app': [
    '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict',
    '{"instances":[[5.1,3.5,1.4,0.2]]}',
  ],
};

const { values: chosen } = parseArgs({
  options: {
    at: { type: 'string' },
    only: { type: 'string', default: '' },
    megabytes: { type: 'string' },
    'at-once': { type: 'string', default: '1' },
    connections: { type: 'boolean', default: false },
  },
});
const atOnce = Number(chosen['at-once']);
const scratch = mkdtempSync(join(tmpdir(), 'hostile-'));
const turnsFile = join(scratch, 'turns');
writeFileSync(turnsFile, '');
const preload = {
  NODE_OPTIONS: `--import=${join(import.meta.dirname, 'hostile/longest-turns.ts')}`,
  LONGEST_TURNS: turnsFile,
};

const chain = await startChainProcess({ journeys: true, environment: preload });
let load: ChildProcess | undefined;
try {
  const { environment } = chain;
  await post(`${environment.controls['functions-host'] ?? ''}/restart`, { settings: preload });
  const callers = await readCallers(environment);
  load = await startLoad(environment);
  const places = { edge: environment.gatewayUrl, app: environment.functionsUrl };
  console.log(
    `Node ${process.version}; ${atOnce} at once; waits in ms beyond those before, turns in ms of CPU time.`,
  );
  console.log(
    row([
      '',
      'status',
      'answered',
      'wait p50',
      'p99',
      'max',
      'health max',
      'turn: edge',
      'host',
      'app',
      'memory: edge',
      'host',
      'app',
    ]),
  );
  for (const at of ['edge', 'app'] as const) {
    if (chosen.at !== undefined && chosen.at !== at) continue;
    const headersFor = (application: string): Record<string, string> => ({
      ...callers[at][application],
      'content-type': 'application/json',
      ...(at === 'app' && { 'x-gateway-request-id': randomUUID() }),
    });
    if (chosen.connections) {
      for (const { name, hold } of CONNECTION_KINDS) {
        if (!name.includes(chosen.only)) continue;
        const place = {
          origin: places[at],
          path: PROBES['sandbox-app']?.[0] ?? '/',
          headers: headersFor('sandbox-app'),
        };
        await measure(`${at}: ${name}`, 0, async () => count(await hold(place, HOLD_IN_MS)));
      }
      continue;
    }
    for (const kind of HOSTILE_KINDS) {
      // The MCP server is the edge's own.
      if (!kind.name.includes(chosen.only) || (at === 'app' && kind.path.startsWith('/agents/'))) continue;
      for (const bytes of sizesOf(kind)) {
        const body = kind.body(bytes);
        const label = `${at}: ${kind.name}, ${(bytes / 1024 / 1024).toFixed(0)} MB`;
        await measure(label, body.length * atOnce, async () =>
          count(
            await Promise.all(
              Array.from({ length: atOnce }, () =>
                send(places[at], kind, headersFor(kind.application), body),
              ),
            ),
          ),
        );
      }
    }
  }
} finally {
  if (load) {
    // The load ends after the calls that it has begun.
    const ended = once(load, 'exit');
    load.send('stop');
    await ended;
  }
  await chain.stop();
  rmSync(scratch, { recursive: true });
}

function sizesOf({ bytes }: HostileKind): readonly number[] {
  if (bytes !== undefined) return [bytes];
  return chosen.megabytes === undefined ? SIZES : [Number(chosen.megabytes) * 1024 * 1024 - 1024];
}

/** Measures a hostile act among ordinary calls, and prints its line of the table. */
async function measure(label: string, bytes: number, act: () => Promise<string>): Promise<void> {
  const processes = await readProcesses();
  const before = await takeQuietly();
  const memory = processes.map((pid) => {
    forgetPeakMemory(pid);
    return readMemoryInMb(pid);
  });
  const startedAt = Date.now();
  const status = await act();
  const answeredInMs = Date.now() - startedAt;
  await pause(AFTERMATH_IN_MS);
  const during = await take();
  const turns = readFileSync(turnsFile, 'utf8')
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  const added = (calls: (one: OrdinaryCall) => boolean, part: number): string =>
    (waits(during, calls, part) - waits(before, calls, Math.min(part, 0.99))).toFixed(0);
  const isPrediction = ({ isHealth }: OrdinaryCall): boolean => !isHealth;
  const failed = during.filter(({ status: one }) => one !== 200).map(({ status: one }) => one);
  const cells = [
    label,
    failed.length > 0 ? `${status} (others: ${count(failed)})` : status,
    answeredInMs.toFixed(0),
    added(isPrediction, 0.5),
    added(isPrediction, 0.99),
    added(isPrediction, 1),
    added(({ isHealth }) => isHealth, 1),
    ...processes.map((pid) =>
      Math.max(
        0,
        ...turns.filter(([one, at = 0]) => one === pid && at >= startedAt).map(([, , used = 0]) => used),
      ).toFixed(0),
    ),
    ...processes.map((pid, index) => rise(pid, memory[index] ?? 0, bytes)),
  ];
  console.log(row(cells));
}

function waits(calls: readonly OrdinaryCall[], which: (one: OrdinaryCall) => boolean, part: number): number {
  return quantile(
    calls.filter(which).map(({ durationInMs }) => durationInMs),
    part,
  );
}

/** The rise of a process's peak memory, as a multiple of the sent bytes; in megabytes when none were sent. */
function rise(pid: number, before: number, bytes: number): string {
  try {
    const risen = Math.max(0, readPeakMemoryInMb(pid) - before);
    return bytes > 0 ? `× ${((risen * 1024 * 1024) / bytes).toFixed(1)}` : `${risen.toFixed(0)} MB`;
  } catch {
    return 'ended';
  }
}

async function send(
  origin: string,
  { path }: HostileKind,
  headers: Record<string, string>,
  body: Buffer,
): Promise<number> {
  const dispatcher = new Agent({ headersTimeout: ANSWER_TIMEOUT_IN_MS, bodyTimeout: ANSWER_TIMEOUT_IN_MS });
  try {
    const answer = await request(`${origin}${path}`, { method: 'POST', headers, body, dispatcher });
    await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
    return answer.statusCode;
  } catch {
    return 0;
  } finally {
    await dispatcher.destroy();
  }
}

function count(statuses: readonly number[]): string {
  const counted = new Map<number, number>();
  for (const status of statuses) counted.set(status, (counted.get(status) ?? 0) + 1);
  if (counted.size === 1 && statuses.length === 1) return String(statuses[0]);
  return [...counted].map(([status, times]) => `${times} × ${status}`).join(', ');
}

/** Waits until the load is quiet, and returns its calls. */
async function takeQuietly(): Promise<OrdinaryCall[]> {
  for (let attempt = 1; ; attempt += 1) {
    await take();
    await pause(BASELINE_IN_MS);
    const calls = await take();
    if (waits(calls, () => true, 1) < QUIET_IN_MS || attempt === ATTEMPTS) return calls;
  }
}

async function take(): Promise<OrdinaryCall[]> {
  if (!load) return [];
  const taken = once(load, 'message');
  load.send('take');
  const [calls] = (await taken) as [OrdinaryCall[]];
  return calls;
}

/** Finds the processes of the edge with the clouds' emulators, of the host, and of the function app's worker. */
async function readProcesses(): Promise<number[]> {
  for (;;) {
    try {
      const host = findChild(chain.pid, 'functions-host/cli');
      return [chain.pid, host, findChild(host, 'functions-host/worker')];
    } catch {
      await pause(100);
    }
  }
}

/** Reads the headers of each application's calls: to the edge, and as the edge stamps them for the function app. */
async function readCallers(
  environment: Environment,
): Promise<Record<'edge' | 'app', Record<string, Record<string, string>>>> {
  const edge: Record<string, Record<string, string>> = {};
  const app: Record<string, Record<string, string>> = {};
  for (const [application, [path, body]] of Object.entries(PROBES)) {
    edge[application] =
      application === 'sandbox-app'
        ? { 'ocp-apim-subscription-key': environment.applications[application]?.subscriptionKey ?? '' }
        : await headersOf(environment, application);
    await post(`${environment.gatewayUrl}${path}`, JSON.parse(body) as object, edge[application]);
    app[application] = await readHeadersStamped(environment, path);
  }
  return { edge, app };
}

async function startLoad({ gatewayUrl, functionsUrl, ...environment }: Environment): Promise<ChildProcess> {
  const [path, body] = PROBES['scoring-app'] ?? ['', ''];
  const headers = await headersOf({ gatewayUrl, functionsUrl, ...environment }, 'scoring-app');
  const child = fork(join(import.meta.dirname, 'hostile/ordinary-load.ts'), {
    env: {
      ...process.env,
      CALL: JSON.stringify({
        method: 'POST',
        url: `${gatewayUrl}${path}`,
        headers: { ...headers, 'content-type': 'application/json' },
        body,
      }),
      HEALTH: JSON.stringify([
        { method: 'GET', url: `${gatewayUrl}/status-0123456789abcdef` },
        { method: 'GET', url: `${functionsUrl}/api/health` },
      ]),
    },
  });
  await pause(2 * BASELINE_IN_MS);
  return child;
}

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${text}`);
}

function row([label = '', ...cells]: readonly string[]): string {
  return label.padEnd(72) + cells.map((cell) => cell.padStart(12)).join('');
}
