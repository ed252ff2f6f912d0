import { Pool } from 'undici';

const CONNECT_TIMEOUT_IN_MS = 10_000;
/** Azure's load balancers drop a connection that is idle for four minutes. */
const IDLE_BODY_TIMEOUT_IN_MS = 240_000;

/** One pool of kept-alive connections for each origin of a backend. */
export class BackendPools {
  readonly #pools = new Map<string, Pool>();

  get(origin: string): Pool {
    const existing = this.#pools.get(origin);
    if (existing) return existing;
    const pool = new Pool(origin, {
      connect: { timeout: CONNECT_TIMEOUT_IN_MS },
      bodyTimeout: IDLE_BODY_TIMEOUT_IN_MS,
    });
    this.#pools.set(origin, pool);
    return pool;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }
}
