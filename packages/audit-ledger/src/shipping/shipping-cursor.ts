import { z } from 'zod';
import { EntryHash, NO_PREVIOUS, WriterName } from '../ledger/ledger-entry.ts';
import type { LedgerChain } from '../ledger/ledger-reader.ts';
import type { StateFacts, StateStore } from '../storage/state-store.ts';
import { stateName } from './state-names.ts';

/** The place up to which a chain is in Application Insights, or refused there for good. */
export const ShippingCursor = z.object({
  writer: WriterName,
  part: z.int().min(1),
  offset: z.int().min(0).describe('Number of bytes of the part before the cursor'),
  sequence: z.int().min(-1).describe('Sequence of the last entry before the cursor'),
  hash: EntryHash.describe('Hash of that entry'),
  refused: z.int().min(0).describe('Number of entries before the cursor that were refused'),
  hasEnded: z.literal(true).optional().describe('Present where the chain has ended before the cursor'),
});
export type ShippingCursor = z.infer<typeof ShippingCursor>;

/** The place of a cursor in its chain. */
export type CursorPlace = Pick<ShippingCursor, 'part' | 'offset'>;

const CursorFacts = z.object({
  part: z.coerce.number().pipe(z.int().min(1)),
  offset: z.coerce.number().pipe(z.int().min(0)),
});

/** The prefix of the names of cursors. */
export const CURSORS = 'shipping/';

const ATTEMPTS = 5;

/** The cursor of one chain. It moves in memory first, and then in storage. */
export class KeptCursor {
  readonly #state: StateStore;
  readonly #isOwn: boolean;
  readonly #onMoved: (cursor: ShippingCursor) => void;
  #current: ShippingCursor;
  #etag: string | undefined;
  #isKept = true;

  private constructor(
    state: StateStore,
    current: ShippingCursor,
    etag: string | undefined,
    onMoved: ((cursor: ShippingCursor) => void) | undefined,
  ) {
    this.#state = state;
    this.#current = current;
    this.#etag = etag;
    this.#isOwn = onMoved !== undefined;
    this.#onMoved = onMoved ?? (() => undefined);
  }

  /**
   * Reads the cursor of a lost writer's chain from storage; it is the chain's beginning where there is none, and where it
   * lies beyond the chain.
   */
  static async load(state: StateStore, chain: LedgerChain, abortSignal?: AbortSignal): Promise<KeptCursor> {
    const { writer } = chain;
    const stored = await state.read(cursorName(writer), abortSignal);
    const cursor = readCursor(stored?.value, writer);
    const current = cursor && isWithin(cursor, chain) ? cursor : startOf(writer);
    return new KeptCursor(state, current, stored?.etag, undefined);
  }

  /**
   * Makes the cursor of this process's own chain.
   * @param from the place up to which it is shipped already.
   * @param onMoved called with each place that it moves to.
   */
  static start(
    state: StateStore,
    from: ShippingCursor,
    onMoved: (cursor: ShippingCursor) => void,
  ): KeptCursor {
    return new KeptCursor(state, from, undefined, onMoved);
  }

  get current(): ShippingCursor {
    return this.#current;
  }

  /** Moves the cursor in memory. */
  moveTo(cursor: ShippingCursor): void {
    this.#current = cursor;
    this.#isKept = false;
    this.#onMoved(cursor);
  }

  /**
   * Stores the cursor if it has moved. Where another shipper of a lost chain got further, this cursor goes on from there.
   * That of the own chain believes nobody else. @throws what storage throws.
   */
  async keep(abortSignal?: AbortSignal): Promise<void> {
    const name = cursorName(this.#current.writer);
    for (let attempt = 0; !this.#isKept && attempt < ATTEMPTS; attempt += 1) {
      const kept = this.#current;
      const etag = await this.#state.write(name, kept, factsOf(kept), this.#etag);
      if (etag !== undefined) {
        this.#etag = etag;
        this.#isKept = true;
        return;
      }
      const stored = await this.#state.read(name, abortSignal);
      const other = readCursor(stored?.value, kept.writer);
      this.#etag = stored?.etag;
      if (!this.#isOwn && other && !isBefore(other, kept)) {
        this.#current = other;
        this.#isKept = true;
      }
    }
  }
}

/** Reads the place of a chain's cursor from the facts of a list. Facts that can't be true count as the chain's beginning. */
export function placeOf(facts: StateFacts | undefined, chain: LedgerChain): CursorPlace {
  const { data } = CursorFacts.safeParse(facts);
  return data && isWithin(data, chain) ? data : { part: 1, offset: 0 };
}

/** The name of the cursor of a writer's chain. */
export function cursorName(writer: string): string {
  return stateName(CURSORS, writer);
}

function factsOf({ part, offset }: ShippingCursor): StateFacts {
  return { part: String(part), offset: String(offset) };
}

/** The cursor of a chain of which nothing is shipped. */
export function startOf(writer: string): ShippingCursor {
  return { writer, part: 1, offset: 0, sequence: -1, hash: NO_PREVIOUS, refused: 0 };
}

/** Undefined for a value that is not the cursor of this chain. The chain is shipped again then. */
function readCursor(value: unknown, writer: string): ShippingCursor | undefined {
  const { data } = ShippingCursor.safeParse(value);
  return data?.writer === writer ? data : undefined;
}

/** Tells whether a place lies in the chain as it was listed. */
function isWithin({ part, offset }: CursorPlace, { parts }: LedgerChain): boolean {
  const found = parts.find((other) => other.part === part);
  return found ? offset <= found.bytes : part === 1 && offset === 0;
}

function isBefore(one: CursorPlace, other: CursorPlace): boolean {
  return one.part === other.part ? one.offset < other.offset : one.part < other.part;
}
