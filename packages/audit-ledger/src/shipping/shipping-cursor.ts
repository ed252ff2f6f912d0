import { z } from 'zod';
import { EntryHash, NO_PREVIOUS, WriterName } from '../ledger/ledger-entry.ts';
import type { StateFacts, StateStore } from '../storage/state-store.ts';

/** Up to where a chain is in Application Insights, or refused there for good. */
export const ShippingCursor = z.object({
  writer: WriterName,
  part: z.int().min(1),
  offset: z.int().min(0).describe('Bytes of the part'),
  sequence: z.int().min(-1).describe('The last entry before the cursor'),
  hash: EntryHash.describe('Of that entry'),
  refused: z.int().min(0).describe('How many entries before the cursor were refused'),
});
export type ShippingCursor = z.infer<typeof ShippingCursor>;

export const CURSORS = 'shipping/';

const ATTEMPTS = 5;

/** The cursor of one chain, which moves in memory first and is kept in storage, and there only moves forwards. */
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

  static async load(state: StateStore, writer: string, abortSignal?: AbortSignal): Promise<KeptCursor> {
    const stored = await state.read(cursorName(writer), abortSignal);
    return new KeptCursor(state, readCursor(stored?.value, writer) ?? startOf(writer), stored?.etag);
  }

  /** Of a chain that nobody ships yet. */
  static start(state: StateStore, writer: string): KeptCursor {
    return new KeptCursor(state, startOf(writer), undefined);
  }

  get current(): ShippingCursor {
    return this.#current;
  }

  moveTo(cursor: ShippingCursor): void {
    this.#current = cursor;
    this.#isKept = false;
  }

  /** Keeps what has moved. Where another shipper got further, that is where this cursor goes on. */
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

/** How far a list says that a cursor is. */
export function placeOf(facts: StateFacts | undefined): Pick<ShippingCursor, 'part' | 'offset'> {
  return { part: Number(facts?.part ?? 1), offset: Number(facts?.offset ?? 0) };
}

export function cursorName(writer: string): string {
  return `${CURSORS}${writer}.json`;
}

function factsOf({ part, offset }: ShippingCursor): StateFacts {
  return { part: String(part), offset: String(offset) };
}

function startOf(writer: string): ShippingCursor {
  return { writer, part: 1, offset: 0, sequence: -1, hash: NO_PREVIOUS, refused: 0 };
}

/** Nothing where it isn't the chain's cursor: what was shipped is shipped again then. */
function readCursor(value: unknown, writer: string): ShippingCursor | undefined {
  const { data } = ShippingCursor.safeParse(value);
  return data?.writer === writer ? data : undefined;
}

function isBefore(one: ShippingCursor, other: ShippingCursor): boolean {
  return one.part === other.part ? one.offset < other.offset : one.part < other.part;
}
