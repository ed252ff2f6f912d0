import { checkSeal, type SealPublicKey } from '../keys/seal-key.ts';
import type { AppendStore } from '../ledger/append-store.ts';
import { hashEntry, LedgerEntry, sealedText } from '../ledger/ledger-entry.ts';
import { partName } from '../ledger/part-names.ts';
import { parseEntry } from '../ledger/parse-entry.ts';
import type { PlacedLines } from './file-format.ts';

/**
 * The reason for which lines were not put on a chain. `unsealed`: the writer of the chain did not seal them. `late`: they
 * are so old that the transparency log may have the end of their chain, behind which nothing may follow.
 */
export type Refusal = 'unsealed' | 'late';

/** The end of a chain that nobody writes to is settled after 24 hours. */
const MOST_LATE_IN_MS = 22 * 3_600_000;
/** The most bytes that the first line of a chain takes. */
const MAXIMUM_FIRST_LINE_BYTES = 16 * 1024;
const LINE_BREAK = 0x0a;

/**
 * Puts lines of a lost process on its chain, each block behind the one before. A block that is there already is found
 * and not written twice. Lines are put there only if the seal of their chain fits, which that process alone could make.
 */
export class ChainReplay {
  readonly #store: AppendStore;
  readonly #writer: string;
  readonly #now: () => number;
  #sealKey: SealPublicKey | undefined;
  #part = 1;
  #position = 0;

  constructor(store: AppendStore, writer: string, now: () => number) {
    this.#store = store;
    this.#writer = writer;
    this.#now = now;
  }

  /**
   * Puts the next lines on the chain, at their place or behind the lines before, whichever is further. Lines that are
   * refused are not written.
   * @returns the number of entries.
   * @throws what the store throws. The same lines may be replayed again then.
   */
  async replay({ part, position, bytes }: PlacedLines): Promise<number | Refusal> {
    const lines = splitLines(bytes);
    this.#sealKey ??= await this.#readSealKey(lines[0]);
    if (!this.#sealKey || !isSealedBy(this.#sealKey, this.#writer, lines)) return 'unsealed';
    if (part > this.#part || (part === this.#part && position > this.#position)) this.#moveTo(part, position);
    while (!(await this.#isThere(bytes))) {
      if (await this.#hasNextPart()) this.#moveTo(this.#part + 1, 0);
      else if (this.#isLate(lines[0])) return 'late';
      else if (!(await this.#append(bytes))) this.#moveTo(this.#part + 1, 0);
    }
    this.#position += bytes.byteLength;
    return lines.length;
  }

  #moveTo(part: number, position: number): void {
    this.#part = part;
    this.#position = position;
  }

  async #isThere(bytes: Uint8Array): Promise<boolean> {
    const name = partName(this.#writer, this.#part);
    return Buffer.compare(await this.#store.read(name, this.#position, bytes.byteLength), bytes) === 0;
  }

  /** A part takes nothing more once the next one has begun, or the chain would fork. */
  async #hasNextPart(): Promise<boolean> {
    return (await this.#store.read(partName(this.#writer, this.#part + 1), 0, 1)).byteLength > 0;
  }

  /** @returns false where this part takes no more. */
  async #append(bytes: Uint8Array): Promise<boolean> {
    const name = partName(this.#writer, this.#part);
    if (this.#position === 0) await this.#store.create(name);
    const outcome = await this.#store.append(name, bytes, this.#position);
    if (outcome === 'appended' || (await this.#isThere(bytes))) return true;
    if (this.#position > 0) return false;
    throw new Error('a new part of the ledger takes nothing');
  }

  #isLate(first: Buffer | undefined): boolean {
    const entry = first && parseEntry(first);
    return entry !== undefined && this.#now() - Date.parse(entry.time) > MOST_LATE_IN_MS;
  }

  /** Reads the key of the chain from its first entry, which is on the ledger or is the first of the lines. */
  async #readSealKey(first: Buffer | undefined): Promise<SealPublicKey | undefined> {
    const start = Buffer.from(await this.#store.read(partName(this.#writer, 1), 0, MAXIMUM_FIRST_LINE_BYTES));
    const line = start.byteLength > 0 ? start.subarray(0, start.indexOf(LINE_BREAK)) : first;
    try {
      const entry = LedgerEntry.parse(JSON.parse(String(line)));
      return entry.kind === 'chain' && entry.writer === this.#writer ? entry.sealKey : undefined;
    } catch {
      return undefined;
    }
  }
}

function splitLines(bytes: Uint8Array): Buffer[] {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: Buffer[] = [];
  let from = 0;
  for (let to = data.indexOf(LINE_BREAK); to >= 0; to = data.indexOf(LINE_BREAK, from)) {
    lines.push(data.subarray(from, to));
    from = to + 1;
  }
  return from === data.byteLength ? lines : [];
}

/** Tells whether the lines follow one another in this writer's chain, and the last is a seal of those before. */
function isSealedBy(key: SealPublicKey, writer: string, lines: readonly Buffer[]): boolean {
  let previous: string | undefined;
  let sealed: ReturnType<typeof parseEntry>;
  for (const line of lines) {
    const entry = parseEntry(line);
    if (entry?.writer !== writer || (previous !== undefined && entry.previous !== previous)) return false;
    previous = hashEntry(line);
    sealed = entry;
  }
  if (sealed?.kind !== 'seal' || typeof sealed.value !== 'string') return false;
  return checkSeal(key, sealedText(writer, sealed), sealed.value);
}
