import { randomBytes } from 'node:crypto';
import { createSealKey, type SealPublicKey } from '../keys/seal-key.ts';
import { createBackOff } from '../time/back-off.ts';
import type { AppendStore } from './append-store.ts';
import { ChainLines } from './chain-lines.ts';
import type { EntryBody, EntryPlace } from './ledger-entry.ts';
import { partName } from './part-names.ts';

/** The dependencies of a ledger writer. */
interface LedgerWriterOptions {
  /** Called before the first append, and again only after a failure, because storage packages are slow to load. */
  readonly loadStore: () => Promise<AppendStore>;
  readonly policyVersion: string;
  readonly now: () => Date;
  readonly schedule: (task: () => void, delayInMs: number) => void;
  /** Called after each committed block, with the block. */
  readonly onCommitted?: (block: CommittedBlock) => void;
  /** Called when an entry is added while no other waits to be committed. */
  readonly onWaiting?: () => void;
}

/** A block that is not committed yet, and its place. It ends with a seal. */
export interface UncommittedBlock {
  readonly part: number;
  /** The number of bytes before it in its part. */
  readonly position: number;
  /** The number of bytes before it in the chain, in all parts. */
  readonly offset: number;
  readonly lines: readonly Uint8Array[];
}

/** A block that is on the ledger. It ends with a seal. */
export interface CommittedBlock {
  readonly part: number;
  /** The number of bytes before it in its part. */
  readonly position: number;
  /** The lines of the block, in a buffer of their own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The place of its last line. */
  readonly end: EntryPlace;
}

/** Entries that are appended together. The last is a seal once the block is full or is taken to be appended. */
interface Block {
  readonly lines: Uint8Array[];
  /** Called when the block is committed. */
  readonly commits: (() => void)[];
  readonly addedAt: number;
  bytes: number;
  /** The place of its newest seal. */
  end: EntryPlace;
}

/**
 * The smallest limit of any version of the service:
 * https://learn.microsoft.com/rest/api/storageservices/append-block
 */
const MAXIMUM_BLOCK_BYTES = 4 * 1024 * 1024;
/** A block leaves so much room for its seal. */
const MAXIMUM_SEAL_BYTES = 512;
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
 * in the order in which they were added. Each block ends with a seal by the key of this process, which vouches for all
 * entries before it. No entry is given up while the process lives. Each block is appended at a given position, so that a
 * block whose answer was lost is not written twice.
 */
export class LedgerWriter {
  readonly name: string;
  /** The public half of the key that seals the chain. */
  readonly sealKey: SealPublicKey;
  readonly #options: LedgerWriterOptions;
  readonly #chain: ChainLines;
  #part = 0;
  #position = 0;
  #blocks = 0;
  #committedBytes = 0;
  /** Blocks that are full, and last the one that takes more entries. */
  readonly #waiting: Block[] = [];
  #block: Block | undefined;
  #store: AppendStore | undefined;
  #isAtWork = false;
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
    const sealKey = createSealKey();
    this.#options = options;
    this.name = writerName(options.now());
    this.sealKey = sealKey.publicKey;
    this.#chain = new ChainLines(this.name, sealKey);
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
    return (this.#block ?? this.#waiting[0])?.addedAt;
  }

  /**
   * The place of the last entry; its sequence is -1 before the first. An entry is the last until the caller that added
   * it awaits something. A seal may follow it then.
   */
  get head(): EntryPlace {
    return this.#chain.head;
  }

  /**
   * Adds an entry. Resolves when it is committed, which is tried until it succeeds. Never rejects.
   * @param options `isAwaited` is false for an entry that no call waits for; it may be committed some milliseconds later.
   */
  append(body: EntryBody, { isAwaited = true }: { readonly isAwaited?: boolean } = {}): Promise<void> {
    if (this.head.sequence < 0) this.#begin();
    const committed = new Promise<void>((commit) => this.#add(body, commit));
    this.#isAwaited ||= isAwaited;
    if (isAwaited) this.#trySoon();
    this.#plan(isAwaited);
    return committed;
  }

  /**
   * Seals what waits, and gives all blocks that are not committed yet, in their order. A later call may give the last of
   * them with more entries at its end.
   */
  sealUncommitted(): UncommittedBlock[] {
    this.#seal(this.#options.now());
    const part = Math.max(this.#part, 1);
    let before = 0;
    return [...(this.#block ? [this.#block] : []), ...this.#waiting].map(({ lines, bytes }) => {
      const block = {
        part,
        position: this.#position + before,
        offset: this.#committedBytes + before,
        lines,
      };
      before += bytes;
      return block;
    });
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

  #begin(): void {
    const { policyVersion, now } = this.#options;
    const time = now();
    this.#put(this.#chain.begin(policyVersion, time), this.#startBlock(time));
  }

  #add(body: EntryBody, commit: () => void): void {
    const time = this.#options.now();
    let block = this.#waiting.at(-1);
    let line =
      block && this.#chain.addWithin(MAXIMUM_BLOCK_BYTES - MAXIMUM_SEAL_BYTES - block.bytes, body, time);
    if (!block || !line) {
      // The seal of a full block comes before the entry, which names its hash.
      this.#seal(time);
      block = this.#startBlock(time);
      line = this.#chain.add(body, time);
    }
    this.#put(line, block);
    block.commits.push(commit);
  }

  #seal(time: Date): void {
    const block = this.#waiting.at(-1);
    if (!block || this.#chain.isSealed) return;
    this.#put(this.#chain.seal(time), block);
    block.end = this.head;
  }

  #startBlock(time: Date): Block {
    const block = { lines: [], commits: [], addedAt: time.getTime(), bytes: 0, end: this.head };
    this.#waiting.push(block);
    return block;
  }

  #put(line: Uint8Array, block: Block): void {
    const isFirst = this.#pendingBytes === 0;
    block.lines.push(line);
    block.bytes += line.byteLength;
    this.#pendingBytes += line.byteLength;
    if (isFirst) this.#options.onWaiting?.();
  }

  #plan(isAwaited: boolean): void {
    // While a block is on its way, more entries gather behind it.
    if (this.#isAtWork) return;
    if (isAwaited) void this.#commit();
    else if (!this.#isPlanned) {
      this.#isPlanned = true;
      const sinceLastInMs = this.#options.now().getTime() - this.#committedAt;
      const delayInMs = Math.min(BLOCK_INTERVAL_IN_MS, BLOCK_INTERVAL_IN_MS - sinceLastInMs);
      this.#options.schedule(
        () => {
          this.#isPlanned = false;
          if (!this.#isAtWork) void this.#commit();
        },
        Math.max(delayInMs, AFTER_THE_ANSWER_IN_MS),
      );
    }
  }

  async #commit(): Promise<void> {
    this.#isAtWork = true;
    const store = await this.#load();
    for (this.#block = this.#takeBlock(); this.#block; this.#block = this.#takeNextBlock()) {
      const { lines, commits, bytes: size, end } = this.#block;
      const bytes = joinLines(lines, size);
      await this.#write(store, bytes);
      this.#pendingBytes -= size;
      this.#committedAt = this.#options.now().getTime();
      for (const commit of commits) commit();
      for (const callback of this.#catchingUp) callback();
      this.#catchingUp.clear();
      this.#options.onCommitted?.({ part: this.#part, position: this.#position - size, bytes, end });
    }
    this.#isAtWork = false;
    if (this.#waiting.length > 0) this.#plan(false);
  }

  /** Resolves when the store is loaded. Retries for as long as that takes. */
  async #load(): Promise<AppendStore> {
    while (!this.#store) {
      this.#store = await this.#options.loadStore().catch(() => undefined);
      if (!this.#store) await this.#untilNextTry();
    }
    return this.#store;
  }

  /**
   * Takes the entries that gathered meanwhile if a call waits for one, or if they fill a block. Otherwise they wait
   * their time.
   */
  #takeNextBlock(): Block | undefined {
    const isDue = this.#isAwaited || this.#waiting.length > 1;
    return isDue ? this.#takeBlock() : undefined;
  }

  #takeBlock(): Block | undefined {
    if (this.#waiting.length <= 1) {
      this.#seal(this.#options.now());
      this.#isAwaited = false;
    }
    return this.#waiting.shift();
  }

  /** Resolves when the block is on the ledger. Retries for as long as that takes. */
  async #write(store: AppendStore, bytes: Uint8Array): Promise<void> {
    for (;;) {
      try {
        if (await this.#tryToWrite(store, bytes)) {
          this.#backOff.reset();
          return;
        }
      } catch {
        await this.#untilNextTry();
      }
    }
  }

  async #untilNextTry(): Promise<void> {
    await new Promise<void>((end) => {
      this.#pause = { end, since: this.#options.now().getTime() };
      this.#options.schedule(end, this.#backOff.next());
    });
    this.#pause = undefined;
  }

  /** Tries once to append a block. False when the part takes no more, and the next part is to be tried. */
  async #tryToWrite(store: AppendStore, bytes: Uint8Array): Promise<boolean> {
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
    this.#committedBytes += bytes.byteLength;
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

/** Joins lines in a buffer of their own, because one of the pool is copied whole when it goes to another thread. */
function joinLines(lines: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let position = 0;
  for (const line of lines) {
    bytes.set(line, position);
    position += line.byteLength;
  }
  return bytes;
}

function startsWith(found: Uint8Array, expected: Uint8Array): boolean {
  return Buffer.compare(found, expected) === 0;
}
