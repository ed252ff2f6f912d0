import type { SealKey } from '../keys/seal-key.ts';
import { type EntryBody, type EntryPlace, hashEntry, NO_PREVIOUS, sealedText } from './ledger-entry.ts';

/**
 * Makes the lines of one chain in their order. Each line names the hash of the line before it. Everything that makes a
 * call's entry other than most comes before its record, and the revision first in that, so that most entries can be
 * verified without parsing their records.
 */
export class ChainLines {
  readonly #writer: string;
  readonly #sealKey: SealKey;
  #sequence = 0;
  #previous = NO_PREVIOUS;
  #isSealed = true;

  constructor(writer: string, sealKey: SealKey) {
    this.#writer = writer;
    this.#sealKey = sealKey;
  }

  /** The place of the last line; its sequence is -1 before the first. */
  get head(): EntryPlace {
    return { sequence: this.#sequence - 1, hash: this.#previous };
  }

  /** True when the last line is a seal, and before the first line. */
  get isSealed(): boolean {
    return this.#isSealed;
  }

  /** Makes the first line, by which the chain says what its seals are checked with. */
  begin(policyVersion: string, time: Date): Buffer {
    return this.add({ kind: 'chain', policyVersion, sealKey: this.#sealKey.publicKey }, time);
  }

  /** Makes the next line, with its line break. */
  add(body: EntryBody, time: Date): Buffer {
    const line = this.#write(body, time);
    this.#take(line, body);
    return line;
  }

  /** Makes the next line unless it is longer, with its line break. Undefined and without an effect where it is longer. */
  addWithin(maximumBytes: number, body: EntryBody, time: Date): Buffer | undefined {
    const line = this.#write(body, time);
    if (line.byteLength > maximumBytes) return undefined;
    this.#take(line, body);
    return line;
  }

  /** Makes a seal of all lines so far, as the next line. */
  seal(time: Date): Buffer {
    const place = { sequence: this.#sequence, previous: this.#previous, time: time.toISOString() };
    return this.add({ kind: 'seal', value: this.#sealKey.sign(sealedText(this.#writer, place)) }, time);
  }

  #write(body: EntryBody, time: Date): Buffer {
    const text = JSON.stringify({
      v: 1,
      writer: this.#writer,
      sequence: this.#sequence,
      previous: this.#previous,
      time,
      ...('record' in body ? withRecordLast(body) : body),
    });
    return Buffer.from(`${text}\n`);
  }

  #take(line: Buffer, { kind }: EntryBody): void {
    this.#sequence += 1;
    this.#previous = hashEntry(line.subarray(0, -1));
    this.#isSealed = kind === 'seal';
  }
}

/** Gives the members of an entry in another order: the record last, and its revision first in it. */
function withRecordLast({ record, ...others }: Extract<EntryBody, { readonly record: unknown }>): object {
  const { revision } = record;
  return { ...others, record: revision === undefined ? record : { revision, ...record } };
}
