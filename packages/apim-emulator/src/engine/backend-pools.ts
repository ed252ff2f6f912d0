import { H2CClient, Pool } from 'undici';

const CONNECT_TIMEOUT_IN_MS = 10_000;
/** Azure's load balancers drop a connection that is idle for four minutes. */
const IDLE_BODY_TIMEOUT_IN_MS = 240_000;

/** The HTTP versions by their names in forward-request; `2or1` prefers HTTP/2. */
export const HTTP_VERSIONS = ['1', '2or1', '2'] as const;
/** A version of HTTP that a backend can be called with. */
export type HttpVersion = (typeof HTTP_VERSIONS)[number];

/** One pool of kept-alive connections for each origin of a backend and version of HTTP. */
export class BackendPools {
  readonly #pools = new Map<string, Pool>();
  readonly #unreachable: ReadonlySet<string>;

  /** @param unreachable Origins that no connection is made to. */
  constructor(unreachable: readonly string[] = []) {
    this.#unreachable = new Set(unreachable);
  }

  /** @throws Error for an origin that can't be reached. */
  get(origin: string, version: HttpVersion = '1'): Pool {
    if (this.#unreachable.has(origin)) throw new Error(`There is no route to ${origin}.`);
    const key = `${version} ${origin}`;
    const existing = this.#pools.get(key);
    if (existing) return existing;
    const pool = new Pool(origin, {
      connect: { timeout: CONNECT_TIMEOUT_IN_MS },
      bodyTimeout: IDLE_BODY_TIMEOUT_IN_MS,
      // Over TLS both sides agree on a version; without TLS it has to be known beforehand.
      allowH2: version !== '1',
      ...(version === '2' && origin.startsWith('http:') && { factory: (url) => new H2CClient(url) }),
    });
    this.#pools.set(key, pool);
    return pool;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }
}
