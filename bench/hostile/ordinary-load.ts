import { Pool } from 'undici';

/** An ordinary call: its start in milliseconds since the epoch, and its duration in milliseconds. */
export interface OrdinaryCall {
  readonly startedAt: number;
  readonly durationInMs: number;
  readonly isHealth: boolean;
  readonly status: number;
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * Makes the load of ordinary callers, in a process of its own: 50 calls a second, whether or not earlier ones have ended.
 * Four of five are the call of `CALL`, the others go to the addresses of `HEALTH`. The message `take` is answered with the
 * calls that ended since the last; `stop` ends the load after its running calls.
 */
const INTERVAL_IN_MS = 20;
const call = JSON.parse(process.env.CALL ?? '{}') as Asked;
const health = JSON.parse(process.env.HEALTH ?? '[]') as Asked[];
const pools = new Map<string, Pool>();

let ended: OrdinaryCall[] = [];
let turn = 0;
let next: NodeJS.Timeout;
let due = performance.now();

function tick(): void {
  while (due <= performance.now()) {
    due += INTERVAL_IN_MS;
    turn += 1;
    const isHealth = turn % 5 === 0;
    const asked = isHealth ? health[(turn / 5) % health.length] : call;
    if (asked) void make(asked, isHealth);
  }
  next = setTimeout(tick, Math.max(0, due - performance.now()));
}

async function make({ method, url, headers, body }: Asked, isHealth: boolean): Promise<void> {
  const { origin, pathname } = new URL(url);
  const pool = pools.get(origin) ?? new Pool(origin, { headersTimeout: 120_000 });
  pools.set(origin, pool);
  const startedAt = Date.now();
  const began = performance.now();
  let status = 0;
  try {
    const answer = await pool.request({
      method: method,
      path: pathname,
      ...(headers && { headers }),
      ...(body && { body }),
    });
    status = answer.statusCode;
    await answer.body.dump();
  } catch {
    // A call without an answer counts as one without a status.
  }
  ended.push({ startedAt, durationInMs: performance.now() - began, isHealth, status });
}

process.on('message', (message) => {
  if (message === 'stop') {
    clearTimeout(next);
    process.disconnect();
    void Promise.all([...pools.values()].map((pool) => pool.close()));
    return;
  }
  process.send?.(ended);
  ended = [];
});
tick();
