import { checkSeal, type SealPublicKey } from '../keys/seal-key.ts';
import type { AppendStore } from '../ledger/append-store.ts';
import { hashEntry, LedgerEntry, signedText } from '../ledger/ledger-entry.ts';
import { partName } from '../ledger/ledger-writer.ts';
import { parseEntry } from '../ledger/parse-entry.ts';
import type { PlacedLines } from './file-format.ts';

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
  #sealKey: SealPublicKey | undefined;
  #part = 1;
  #position = 0;

  constructor(store: AppendStore, writer: string) {
    this.#store = store;
    this.#writer = writer;
  }

  /**
   * Puts the next lines on the chain, at their place or behind the lines before, whichever is further.
   * @returns the number of entries; undefined, with nothing written, for lines that the writer of the chain did not seal.
   * @throws what the store throws. The same lines may be replayed again then.
   */
  async replay({ part, position, bytes }: PlacedLines): Promise<number | undefined> {
    const lines = splitLines(bytes);
    this.#sealKey ??= await this.#readSealKey(lines[0]);
    if (!this.#sealKey || !isSealedBy(this.#sealKey, this.#writer, lines)) return undefined;
    if (part > this.#part || (part === this.#part && position > this.#position)) {
      this.#part = part;
      this.#position = position;
    }
    while (!(await this.#isPut(bytes))) {
      this.#part += 1;
      this.#position = 0;
    }
    this.#position += bytes.byteLength;
    return lines.length;
  }

  /**
   * Puts the lines at the present place, or finds them there. False when they belong to the next part: the chain goes on
   * there, or this part takes no more.
   */
  async #isPut(bytes: Uint8Array): Promise<boolean> {
    const store = this.#store;
    const name = partName(this.#writer, this.#part);
    const isThere = async () =>
      Buffer.compare(await store.read(name, this.#position, bytes.byteLength), bytes) === 0;
    if (await isThere()) return true;
    // A part takes nothing more once the next one has begun, or the chain would fork.
    if ((await store.read(partName(this.#writer, this.#part + 1), 0, 1)).byteLength > 0) return false;
    if (this.#position === 0) await store.create(name);
    if ((await store.append(name, bytes, this.#position)) === 'appended' || (await isThere())) return true;
    if (this.#position > 0) return false;
    throw new Error('a new part of the ledger takes nothing');
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
  const place = { sequence: sealed.sequence - 1, hash: sealed.previous };
  return checkSeal(key, signedText(writer, place), sealed.value);
}
