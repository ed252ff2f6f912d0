import { createSealKey, type SealPublicKey } from '../src/keys/seal-key.ts';
import type { AppendStore } from '../src/ledger/append-store.ts';
import { ChainLines } from '../src/ledger/chain-lines.ts';
import { type EntryBody, type EntryPlace, hashEntry, signedText } from '../src/ledger/ledger-entry.ts';
import type { LedgerReader } from '../src/ledger/ledger-reader.ts';
import { readPartName, startDayOf } from '../src/ledger/part-names.ts';
import type { StateStore, StoredState } from '../src/storage/state-store.ts';
import { signByAuditKey } from './verification/sample-chain.ts';

interface MemoryPart {
  bytes: Buffer;
  modifiedAt: Date;
  etag: string;
}

/** A ledger in memory. */
export class MemoryLedger implements LedgerReader {
  readonly #now: () => number;
  readonly #chains = new Map<string, Map<number, MemoryPart>>();
  #writes = 0;
  /** The errors that the next reads throw, one for each. */
  readonly faults: Error[] = [];
  /** Called at the end of each read, with the number of bytes that it gives. */
  afterRead: (part: number, bytes: number) => void = () => undefined;
  reads = 0;
  bytesRead = 0;
  largestRead = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  list() {
    const chains = [...this.#chains].toSorted(([one], [other]) => one.localeCompare(other));
    return Promise.resolve({
      asOf: new Date(this.#now()),
      chains: chains.map(([writer, parts]) => ({
        writer,
        parts: [...parts].map(([part, { bytes, modifiedAt, etag }]) => ({
          part,
          bytes: bytes.byteLength,
          modifiedAt,
          etag,
        })),
      })),
    });
  }

  async listDay(day: string) {
    const { chains, asOf } = await this.list();
    return { chains: chains.filter(({ writer }) => startDayOf(writer) === day), asOf };
  }

  async listDays() {
    const { chains, asOf } = await this.list();
    return { days: [...new Set(chains.map(({ writer }) => startDayOf(writer)))].sort(), asOf };
  }

  read(writer: string, part: number, offset: number, maximumBytes: number): Promise<Buffer> {
    this.reads += 1;
    const fault = this.faults.shift();
    if (fault) return Promise.reject(fault);
    const bytes = this.#chains
      .get(writer)
      ?.get(part)
      ?.bytes.subarray(offset, offset + maximumBytes);
    this.bytesRead += bytes?.byteLength ?? 0;
    this.largestRead = Math.max(this.largestRead, bytes?.byteLength ?? 0);
    const read = Buffer.from(bytes ?? []);
    this.afterRead(part, read.byteLength);
    return Promise.resolve(read);
  }

  write(writer: string, part: number, bytes: string | Buffer): void {
    const parts = this.#chains.get(writer) ?? new Map<number, MemoryPart>();
    this.#chains.set(writer, parts);
    const before = parts.get(part)?.bytes ?? Buffer.alloc(0);
    parts.set(part, {
      bytes: Buffer.concat([before, Buffer.from(bytes)]),
      modifiedAt: new Date(this.#now()),
      etag: `"${(this.#writes += 1)}"`,
    });
  }

  /** Gives the append blobs of this ledger. */
  appendStore(): AppendStore {
    const bytesOf = (name: string) => {
      const { writer, part } = readPartName(name) ?? { writer: '', part: 0 };
      return { writer, part, bytes: this.bytes(writer, part) };
    };
    return {
      create: () => Promise.resolve(),
      append: (name, bytes, position) => {
        const { writer, part, bytes: before } = bytesOf(name);
        if (before.byteLength !== position) return Promise.resolve('elsewhere');
        this.write(writer, part, Buffer.from(bytes));
        return Promise.resolve('appended');
      },
      read: (name, position, length) =>
        Promise.resolve(bytesOf(name).bytes.subarray(position, position + length)),
    };
  }

  /** The bytes of a part; none where there is no such part. */
  bytes(writer: string, part: number): Buffer {
    return this.#chains.get(writer)?.get(part)?.bytes ?? Buffer.alloc(0);
  }

  /** Changes a part, and leaves its time and etag as they are. */
  replace(writer: string, part: number, change: (text: string) => string): void {
    const found = this.#chains.get(writer)?.get(part);
    if (found) found.bytes = Buffer.from(change(found.bytes.toString('utf8')));
  }

  /** Changes a part as an attacker does who may write blobs. */
  rewrite(writer: string, part: number, bytes: string | Buffer): void {
    this.#chains.get(writer)?.delete(part);
    this.write(writer, part, bytes);
  }

  removePart(writer: string, part: number): void {
    this.#chains.get(writer)?.delete(part);
    if (this.#chains.get(writer)?.size === 0) this.#chains.delete(writer);
  }

  entries(writer: string): EntryBody[] {
    return this.#lines(writer).map((line) => JSON.parse(line) as EntryBody);
  }

  /** The place of an entry of a chain without broken lines, by its number from 0. */
  placeOf(writer: string, sequence: number): EntryPlace {
    return { sequence, hash: hashEntry(this.#lines(writer)[sequence] ?? '') };
  }

  #lines(writer: string): string[] {
    return [...(this.#chains.get(writer)?.values() ?? [])]
      .flatMap(({ bytes }) => bytes.toString('utf8').split('\n'))
      .filter((line) => line !== '');
  }
}

/**
 * Writes one chain of entries to a ledger in memory. Each append is one block that ends with a seal, and the first one has
 * a checkpoint that the audit key signs.
 */
export class MemoryWriter {
  readonly name: string;
  readonly sealKey: SealPublicKey;
  readonly #ledger: MemoryLedger;
  readonly #now: () => number;
  readonly #chain: ChainLines;
  part = 1;

  constructor(ledger: MemoryLedger, name: string, now: () => number) {
    const sealKey = createSealKey();
    this.#ledger = ledger;
    this.name = name;
    this.sealKey = sealKey.publicKey;
    this.#now = now;
    this.#chain = new ChainLines(name, sealKey);
  }

  append(...bodies: EntryBody[]): void {
    const time = new Date(this.#now());
    const isFirst = this.#chain.head.sequence < 0;
    const lines = isFirst ? [this.#chain.begin('v1', time)] : [];
    lines.push(...bodies.map((body) => this.#chain.add(body, time)));
    if (isFirst) lines.push(this.#chain.add(signedCheckpoint(this.name, this.#chain.head), time));
    lines.push(this.#chain.seal(time));
    this.#ledger.write(this.name, this.part, Buffer.concat(lines));
  }
}

/** Makes a checkpoint in which the audit key of the samples signs a place in a chain. */
export function signedCheckpoint(writer: string, place: EntryPlace): EntryBody {
  const value = signByAuditKey(signedText(writer, place));
  return {
    kind: 'checkpoint',
    shipped: { sequence: -1, refused: 0 },
    opened: 0,
    closed: 0,
    signature: { keyId: 'audit', algorithm: 'PS256', ...place, value },
  };
}

/** A state store in memory, with etags that change with each write. */
export class MemoryState implements StateStore {
  readonly #now: () => number;
  readonly #states = new Map<string, StoredState & { readonly facts: Readonly<Record<string, string>> }>();
  #writes = 0;
  /**
   * The faults of the next writes, one for each. Each throws, and the write is carried out before that if it says so.
   */
  readonly faults: { readonly isCarriedOut: boolean }[] = [];
  /** Called at the beginning of each write. */
  beforeWrite: (name: string) => void = () => undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  list(prefix: string) {
    const found = [...this.#states].filter(([name]) => name.startsWith(prefix));
    return Promise.resolve(new Map(found.map(([name, { facts }]) => [name, facts])));
  }

  read(name: string) {
    return Promise.resolve(this.#states.get(name));
  }

  delete(name: string): void {
    this.#states.delete(name);
  }

  write(name: string, value: object, facts: Readonly<Record<string, string>>, etag: string | undefined) {
    this.beforeWrite(name);
    const fault = this.faults.shift();
    if (fault && !fault.isCarriedOut) return Promise.reject(new Error('The state store is away.'));
    if (this.#states.get(name)?.etag !== etag) return Promise.resolve(undefined);
    this.#writes += 1;
    const written = { value: structuredClone(value), facts, etag: `"${this.#writes}"` };
    this.#states.set(name, { ...written, modifiedAt: new Date(this.#now()) });
    if (fault) return Promise.reject(new Error('The answer of the state store is lost.'));
    return Promise.resolve(written.etag);
  }
}
