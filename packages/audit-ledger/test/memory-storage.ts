import { type EntryBody, hashEntry, NO_PREVIOUS } from '../src/ledger/ledger-entry.ts';
import type { LedgerReader } from '../src/ledger/ledger-reader.ts';
import type { StateStore, StoredState } from '../src/storage/state-store.ts';

interface MemoryPart {
  bytes: Buffer;
  modifiedAt: Date;
}

/** A ledger in memory. */
export class MemoryLedger implements LedgerReader {
  readonly #now: () => number;
  readonly #chains = new Map<string, Map<number, MemoryPart>>();
  /** The errors that the next reads throw, one for each. */
  readonly faults: Error[] = [];
  reads = 0;
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
        parts: [...parts].map(([part, { bytes, modifiedAt }]) => ({
          part,
          bytes: bytes.byteLength,
          modifiedAt,
        })),
      })),
    });
  }

  read(writer: string, part: number, offset: number, maximumBytes: number): Promise<Buffer> {
    this.reads += 1;
    const fault = this.faults.shift();
    if (fault) return Promise.reject(fault);
    const bytes = this.#chains
      .get(writer)
      ?.get(part)
      ?.bytes.subarray(offset, offset + maximumBytes);
    this.largestRead = Math.max(this.largestRead, bytes?.byteLength ?? 0);
    return Promise.resolve(Buffer.from(bytes ?? []));
  }

  write(writer: string, part: number, bytes: string | Buffer): void {
    const parts = this.#chains.get(writer) ?? new Map<number, MemoryPart>();
    this.#chains.set(writer, parts);
    const before = parts.get(part)?.bytes ?? Buffer.alloc(0);
    parts.set(part, {
      bytes: Buffer.concat([before, Buffer.from(bytes)]),
      modifiedAt: new Date(this.#now()),
    });
  }

  replace(writer: string, part: number, change: (text: string) => string): void {
    const found = this.#chains.get(writer)?.get(part);
    if (found) found.bytes = Buffer.from(change(found.bytes.toString('utf8')));
  }

  removePart(writer: string, part: number): void {
    this.#chains.get(writer)?.delete(part);
  }

  entries(writer: string): EntryBody[] {
    return [...(this.#chains.get(writer)?.values() ?? [])]
      .flatMap(({ bytes }) => bytes.toString('utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as EntryBody);
  }
}

/** Writes one chain of entries to a ledger in memory. */
export class MemoryWriter {
  readonly name: string;
  readonly #ledger: MemoryLedger;
  readonly #now: () => number;
  #sequence = 0;
  #previous = NO_PREVIOUS;
  part = 1;

  constructor(ledger: MemoryLedger, name: string, now: () => number) {
    this.#ledger = ledger;
    this.name = name;
    this.#now = now;
  }

  append(...bodies: EntryBody[]): void {
    const lines = bodies.map((body) => this.#line(body));
    this.#ledger.write(this.name, this.part, lines.join(''));
  }

  #line(body: EntryBody): string {
    const head = { v: 1, writer: this.name, sequence: this.#sequence, previous: this.#previous };
    const line = JSON.stringify({ ...head, time: new Date(this.#now()).toISOString(), ...body });
    this.#sequence += 1;
    this.#previous = hashEntry(line);
    return `${line}\n`;
  }
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
