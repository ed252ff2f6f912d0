import { type EntryPlace, NamedEntry } from '../ledger/ledger-entry.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { CHAIN_START, type ChainPosition, readVouched, type SealedChain } from './read-vouched.ts';
import type { PlacedLine } from './place-lines.ts';

/** An opening without a closing. */
export interface Orphan extends EntryPlace {
  readonly record: Readonly<Record<string, unknown>>;
}

/** The dependencies of a search. `chainOf` gives the chain of a sweeper; undefined where it is not founded. */
interface OrphanSearchOptions {
  readonly ledger: Pick<LedgerReader, 'read'>;
  readonly chainOf: (sweeper: string, abortSignal?: AbortSignal) => Promise<SealedChain | undefined>;
}

/** The most stretches of a chain, of a megabyte each, that are read in one turn. */
const MOST_STRETCHES = 16;

/**
 * Searches a lost chain for openings without a closing, and then the chains of those who have closed some of them for
 * the closings that they wrote. It goes on where the turn before has ended, also after a failure.
 */
export class OrphanSearch {
  readonly #options: OrphanSearchOptions;
  readonly #lost: SealedChain;
  /** The sweepers whose chains are not read to their end. */
  readonly #sweepers: string[];
  readonly #open = new Map<string, Orphan>();
  #isLostRead = false;
  #position: ChainPosition = CHAIN_START;

  /** @param sweepers the writers that have closed calls of the lost chain. */
  constructor(options: OrphanSearchOptions, lost: SealedChain, sweepers: readonly string[]) {
    this.#options = options;
    this.#lost = lost;
    this.#sweepers = [...sweepers];
  }

  /**
   * Reads on for one turn.
   * @returns the openings that nobody has closed, by the ids of their records; undefined while the search isn't done.
   * @throws what the reader and `chainOf` throw.
   */
  async takeTurn(abortSignal?: AbortSignal): Promise<Map<string, Orphan> | undefined> {
    let left = MOST_STRETCHES;
    if (!this.#isLostRead) {
      left = await this.#read(this.#lost, left, (line) => this.#note(line), abortSignal);
      if (left === 0) return undefined;
      this.#isLostRead = true;
      this.#position = CHAIN_START;
    }
    for (
      let [sweeper] = this.#sweepers;
      sweeper !== undefined && this.#open.size > 0;
      [sweeper] = this.#sweepers
    ) {
      const chain = await this.#options.chainOf(sweeper, abortSignal);
      if (chain) left = await this.#read(chain, left, (line) => this.#leaveOut(line), abortSignal);
      if (left === 0) return undefined;
      this.#sweepers.shift();
      this.#position = CHAIN_START;
    }
    return this.#open;
  }

  /** Reads a chain on. @returns the number of stretches that may still be read; 0 where the chain may have more. */
  async #read(
    chain: SealedChain,
    most: number,
    take: (line: PlacedLine) => void,
    abortSignal: AbortSignal | undefined,
  ): Promise<number> {
    let left = most;
    for await (const { lines, next } of readVouched(
      this.#options.ledger,
      chain,
      this.#position,
      abortSignal,
    )) {
      lines.forEach(take);
      this.#position = next;
      left -= 1;
      if (left === 0) return 0;
    }
    return left;
  }

  #note({ entry, place }: PlacedLine): void {
    const id = idOf(entry?.record);
    if (id === undefined) return;
    if (entry?.kind === 'opening') this.#open.set(id, { ...place, record: entry.record as Orphan['record'] });
    if (entry?.kind === 'closing') this.#open.delete(id);
  }

  /** Leaves out the opening that a sweeper names in a closing of its chain. */
  #leaveOut({ entry }: PlacedLine): void {
    const id = entry?.kind === 'closing' ? idOf(entry.record) : undefined;
    const { data: recovered } = NamedEntry.safeParse(entry?.recovered);
    if (id === undefined || recovered?.writer !== this.#lost.writer) return;
    if (this.#open.get(id)?.hash === recovered.hash) this.#open.delete(id);
  }
}

function idOf(record: unknown): string | undefined {
  const id = typeof record === 'object' && record !== null && 'id' in record ? record.id : undefined;
  return typeof id === 'string' ? id : undefined;
}
