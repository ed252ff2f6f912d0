import { randomBytes } from 'node:crypto';
import { createBackOff } from '../time/back-off.ts';
import type { AppendStore } from './append-store.ts';
import { type EntryBody, hashEntry, NO_PREVIOUS } from './ledger-entry.ts';

/** The dependencies of a ledger writer. */
interface LedgerWriterOptions {
  /** Called before the first append, and again only after a failure, because storage packages are slow to load. */
  readonly loadStore: () => Promise<AppendStore>;
  readonly policyVersion: string;
  readonly now: () => Date;
  readonly schedule: (task: () => void, delayInMs: number) => void;
  /** Called after each committed block. */
  readonly onCommitted?: () => void;
}

/** The place of an entry in its chain, with its hash. */
export interface EntryPlace {
  readonly sequence: number;
  readonly hash: string;
}

interface PendingEntry {
  readonly line: Uint8Array;
  readonly addedAt: number;
  readonly commit: () => void;
}

/** Entries that are appended together, with their bytes. */
interface Block {
  readonly entries: readonly PendingEntry[];
  readonly bytes: Uint8Array;
}

/**
 * The smallest limit of any version of the service:
 * https://learn.microsoft.com/rest/api/storageservices/append-block
 */
const MAXIMUM_BLOCK_BYTES = 4 * 1024 * 1024;
const MAXIMUM_BLOCKS = 50_000;
const FIRST_RETRY_IN_MS = 100;
const LAST_RETRY_IN_MS = 5_000;
/** The longest pause between two tries of a block while calls come that wait for the ledger. */
const AWAITED_RETRY_IN_MS = 250;
/** Entries that no call waits for are gathered into blocks that are this far apart. */
const BLOCK_INTERVAL_IN_MS = 50;
/** The shortest delay of an entry that no call waits for, so that the answer of its call goes out first. */
const AFTER_THE_ANSWER_IN_MS = 1;

/**
 * Writes one chain of entries, from a process's start to its end. Entries of concurrent calls are committed in blocks,
 * in the order in which they were added. No entry is given up while the process lives. Each block is appended at a
 * given position, so that a block whose answer was lost is not written twice.
 */
export class LedgerWriter {
  readonly name: string;
  readonly #options: LedgerWriterOptions;
  #store: Promise<AppendStore> | undefined;
  #sequence = 0;
  #previous = NO_PREVIOUS;
  #part = 0;
  #position = 0;
  #blocks = 0;
  #waiting: PendingEntry[] = [];
  #block: Block | undefined;
  #pendingBytes = 0;
  readonly #backOff = createBackOff(FIRST_RETRY_IN_MS, LAST_RETRY_IN_MS);
  /** The pause before the next try of a block; undefined while there is none. */
  #pause: { readonly end: () => void; readonly since: number } | undefined;
  readonly #catchingUp = new Set<() => void>();
  #isPlanned = false;
  /** True while a call waits for an entry that is in no block yet. */
  #isAwaited = false;
  #committedAt = 0;

  constructor(options: LedgerWriterOptions) {
    this.#options = options;
    this.name = writerName(options.now());
  }

  /** The size of the entries that are not committed yet, in bytes. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /**
   * The time since which the oldest uncommitted entry waits, in milliseconds since the epoch; undefined where there is
   * none.
   */
  get pendingSince(): number | undefined {
    return (this.#block?.entries[0] ?? this.#waiting[0])?.addedAt;
  }

  /** The place of the last entry that was added; its sequence is -1 before the first. */
  get head(): EntryPlace {
    return { sequence: this.#sequence - 1, hash: this.#previous };
  }

  /**
   * Adds an entry. Resolves when it is committed, which is tried until it succeeds. Never rejects.
   * @param options `isAwaited` is false for an entry that no call waits for; it may be committed some milliseconds later.
   */
  append(body: EntryBody, { isAwaited = true }: { readonly isAwaited?: boolean } = {}): Promise<void> {
    if (this.#sequence === 0)
      this.#add({ kind: 'chain', policyVersion: this.#options.policyVersion }, () => undefined);
    const committed = new Promise<void>((commit) => this.#add(body, commit));
    this.#isAwaited ||= isAwaited;
    if (isAwaited) this.#trySoon();
    this.#plan(isAwaited);
    return committed;
  }

  /** Makes a pending retry at once. */
  hurry(): void {
    this.#backOff.reset();
    this.#pause?.end();
  }

  /**
   * Calls back when one more block is committed, or at once where nothing waits. Until then a block that failed is tried
   * again soon.
   * @returns a function that cancels the call back.
   */
  whenCaughtUp(callback: () => void): () => void {
    if (this.pendingSince === undefined) callback();
    else this.#catchingUp.add(callback);
    this.#trySoon();
    return () => void this.#catchingUp.delete(callback);
  }

  /** Shortens the pause after a failed try, because somebody waits. */
  #trySoon(): void {
    this.#backOff.shorten(AWAITED_RETRY_IN_MS);
    if (!this.#pause) return;
    const { end, since } = this.#pause;
    const elapsedInMs = Math.max(0, this.#options.now().getTime() - since);
    this.#options.schedule(end, Math.max(0, AWAITED_RETRY_IN_MS - elapsedInMs));
  }

  #add(body: EntryBody, commit: () => void): void {
    const time = this.#options.now();
    const entry = {
      v: 1,
      writer: this.name,
      sequence: this.#sequence,
      previous: this.#previous,
      time,
      ...body,
    };
    const text = JSON.stringify(entry);
    this.#sequence += 1;
    this.#previous = hashEntry(text);
    const line = Buffer.from(`${text}\n`);
    this.#pendingBytes += line.byteLength;
    this.#waiting.push({ line, addedAt: time.getTime(), commit });
  }

  #plan(isAwaited: boolean): void {
    // While a block is on its way, more entries gather behind it.
    if (this.#block) return;
    if (isAwaited) void this.#commit();
    else if (!this.#isPlanned) {
      this.#isPlanned = true;
      const sinceLastInMs = this.#options.now().getTime() - this.#committedAt;
      const delayInMs = Math.min(BLOCK_INTERVAL_IN_MS, BLOCK_INTERVAL_IN_MS - sinceLastInMs);
      this.#options.schedule(
        () => {
          this.#isPlanned = false;
          if (!this.#block) void this.#commit();
        },
        Math.max(delayInMs, AFTER_THE_ANSWER_IN_MS),
      );
    }
  }

  async #commit(): Promise<void> {
    for (this.#block = this.#takeBlock(); this.#block; this.#block = this.#takeNextBlock()) {
      const { entries, bytes } = this.#block;
      await this.#write(bytes);
      this.#pendingBytes -= bytes.byteLength;
      this.#committedAt = this.#options.now().getTime();
      for (const { commit } of entries) commit();
      for (const callback of this.#catchingUp) callback();
      this.#catchingUp.clear();
      this.#options.onCommitted?.();
    }
    if (this.#waiting.length > 0) this.#plan(false);
  }

  /**
   * Takes the entries that gathered meanwhile if a call waits for one, or if they fill a block. Otherwise they wait
   * their time.
   */
  #takeNextBlock(): Block | undefined {
    const isDue = this.#isAwaited || this.#pendingBytes >= MAXIMUM_BLOCK_BYTES;
    return isDue ? this.#takeBlock() : undefined;
  }

  #takeBlock(): Block | undefined {
    let size = 0;
    let count = 0;
    for (const { line } of this.#waiting) {
      if (count > 0 && size + line.byteLength > MAXIMUM_BLOCK_BYTES) break;
      size += line.byteLength;
      count += 1;
    }
    if (count === 0) return undefined;
    const entries = this.#waiting.splice(0, count);
    if (this.#waiting.length === 0) this.#isAwaited = false;
    return {
      entries,
      bytes: Buffer.concat(
        entries.map(({ line }) => line),
        size,
      ),
    };
  }

  /** Resolves when the block is on the ledger. Retries for as long as that takes. */
  async #write(bytes: Uint8Array): Promise<void> {
    for (;;) {
      try {
        if (await this.#tryToWrite(bytes)) {
          this.#backOff.reset();
          return;
        }
      } catch {
        await new Promise<void>((end) => {
          this.#pause = { end, since: this.#options.now().getTime() };
          this.#options.schedule(end, this.#backOff.next());
        });
        this.#pause = undefined;
      }
    }
  }

  /** Tries once to append a block. False when the part takes no more, and the next part is to be tried. */
  async #tryToWrite(bytes: Uint8Array): Promise<boolean> {
    this.#store ??= this.#options.loadStore();
    const store = await this.#store.catch((error: unknown) => {
      this.#store = undefined;
      throw error;
    });
    if (this.#part === 0 || this.#blocks >= MAXIMUM_BLOCKS) this.#turnPage();
    const name = partName(this.name, this.#part);
    if (this.#position === 0) await store.create(name);
    const outcome = await store.append(name, bytes, this.#position);
    if (outcome !== 'appended') {
      const found = await store.read(name, this.#position, bytes.byteLength);
      // An earlier try may have succeeded though its answer was lost.
      if (!startsWith(found, bytes)) {
        const isFresh = this.#position === 0;
        // No part stays empty before the next, because readers of the chain take an empty part for its end.
        if (!isFresh || found.byteLength > 0) this.#turnPage();
        if (isFresh) throw new Error('a new part of the ledger takes nothing');
        return false;
      }
    }
    this.#position += bytes.byteLength;
    this.#blocks += 1;
    return true;
  }

  #turnPage(): void {
    this.#part += 1;
    this.#position = 0;
    this.#blocks = 0;
  }
}

/**
 * Makes a name such as `20261122T210150123Z-1a2b3c4d`. It sorts by start time; its end tells apart processes that start
 * together.
 */
function writerName(startedAt: Date): string {
  return `${startedAt.toISOString().replace(/[-:.]/g, '')}-${randomBytes(4).toString('hex')}`;
}

/** The name of the blob that holds a part of a chain. Parts count from 1. */
export function partName(writer: string, part: number): string {
  return `${writer}/${String(part).padStart(6, '0')}.jsonl`;
}

function startsWith(found: Uint8Array, expected: Uint8Array): boolean {
  return Buffer.compare(found, expected) === 0;
}
