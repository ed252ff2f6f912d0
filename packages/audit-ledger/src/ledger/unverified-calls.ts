import type { EntryBody } from './ledger-entry.ts';

type UnverifiedEntry = Extract<EntryBody, { kind: 'unverified' }>;
type Sample = UnverifiedEntry['samples'][number];

/** A call whose caller nobody vouches for. Nothing that it says of itself is believed or kept. */
export interface UnverifiedCall {
  readonly time: Date;
  /** The surface that was called. */
  readonly dialect: string;
  readonly method: string;
  /** The code of the error by which it was refused. */
  readonly code: string;
}

/** The most samples of an entry. There are fewer ways to be refused. */
const MOST_SAMPLES = 20;

/**
 * Counts calls that nobody vouches for, so that any number of them takes one entry of bounded size. It keeps a count
 * for each code, and the first call of each kind as a sample.
 */
export class UnverifiedCalls {
  #counts = new Map<string, number>();
  #samples = new Map<string, Sample>();
  #from = '';
  #to = '';

  add({ time, dialect, method, code }: UnverifiedCall): void {
    const at = time.toISOString();
    if (this.#counts.size === 0) this.#from = at;
    this.#to = at;
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    const kind = `${dialect} ${method} ${code}`;
    if (this.#samples.size < MOST_SAMPLES && !this.#samples.has(kind))
      this.#samples.set(kind, { time: at, dialect, method, code });
  }

  /** Gives the entry for the calls since the last time, and starts anew; undefined where there were none. */
  take(): UnverifiedEntry | undefined {
    if (this.#counts.size === 0) return undefined;
    const [counts, samples] = [this.#counts, this.#samples];
    this.#counts = new Map();
    this.#samples = new Map();
    return {
      kind: 'unverified',
      from: this.#from,
      to: this.#to,
      calls: [...counts.values()].reduce((sum, count) => sum + count, 0),
      codes: Object.fromEntries(counts),
      samples: [...samples.values()],
    };
  }
}
