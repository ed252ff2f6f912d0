import { z } from 'zod';
import { EntryHash, NO_PREVIOUS, WriterName } from '../ledger/ledger-entry.ts';
import type { StateFacts, StateStore } from '../storage/state-store.ts';

/** The place up to which a chain is in Application Insights, or refused there for good. */
export const ShippingCursor = z.object({
  writer: WriterName,
  part: z.int().min(1),
  offset: z.int().min(0).describe('Number of bytes of the part before the cursor'),
  sequence: z.int().min(-1).describe('Sequence of the last entry before the cursor'),
  hash: EntryHash.describe('Hash of that entry'),
  refused: z.int().min(0).describe('Number of entries before the cursor that were refused'),
});
export type ShippingCursor = z.infer<typeof ShippingCursor>;

/** The prefix of the names of cursors. */
export const CURSORS = 'shipping/';

const ATTEMPTS = 5;

/** The cursor of one chain. It moves in memory first, and then in storage, where it only moves forwards. */
export class KeptCursor {
  readonly #state: StateStore;
  #current: ShippingCursor;
  #etag: string | undefined;
  #isKept = true;

  private constructor(state: StateStore, current: ShippingCursor, etag: string | undefined) {
    this.#state = state;
    this.#current = current;
    this.#etag = etag;
  }

  /** Reads the cursor of a chain from storage; it is the chain's beginning where there is none. */
  static async load(state: StateStore, writer: string, abortSignal?: AbortSignal): Promise<KeptCursor> {
    const stored = await state.read(cursorName(writer), abortSignal);
    return new KeptCursor(state, readCursor(stored?.value, writer) ?? startOf(writer), stored?.etag);
  }

  /** Makes the cursor of a chain that nobody ships yet. */
  static start(state: StateStore, writer: string): KeptCursor {
    return new KeptCursor(state, startOf(writer), undefined);
  }

  get current(): ShippingCursor {
    return this.#current;
  }

  /** Moves the cursor in memory. */
  moveTo(cursor: ShippingCursor): void {
    this.#current = cursor;
    this.#isKept = false;
  }

  /**
   * Stores the cursor if it has moved. Where another shipper got further, this cursor goes on from there. @throws what
   * storage throws.
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
      if (other && !isBefore(other, kept)) {
        this.#current = other;
        this.#isKept = true;
      }
    }
  }
}

/** Reads the place of a cursor from the facts of a list. */
export function placeOf(facts: StateFacts | undefined): Pick<ShippingCursor, 'part' | 'offset'> {
  return { part: Number(facts?.part ?? 1), offset: Number(facts?.offset ?? 0) };
}

/** The name of the cursor of a writer's chain. */
export function cursorName(writer: string): string {
  return `${CURSORS}${writer}.json`;
}

function factsOf({ part, offset }: ShippingCursor): StateFacts {
  return { part: String(part), offset: String(offset) };
}

function startOf(writer: string): ShippingCursor {
  return { writer, part: 1, offset: 0, sequence: -1, hash: NO_PREVIOUS, refused: 0 };
}

/** Undefined for a value that is not the cursor of this chain. The chain is shipped again then. */
function readCursor(value: unknown, writer: string): ShippingCursor | undefined {
  const { data } = ShippingCursor.safeParse(value);
  return data?.writer === writer ? data : undefined;
}

function isBefore(one: ShippingCursor, other: ShippingCursor): boolean {
  return one.part === other.part ? one.offset < other.offset : one.part < other.part;
}
