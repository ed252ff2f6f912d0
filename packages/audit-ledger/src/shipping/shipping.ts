import { EventDelivery, type EventDeliveryOptions } from './event-delivery.ts';
import type { EntryBody } from '../ledger/ledger-entry.ts';
import type { DescribeRecord } from './ledger-events.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { shipChain, type ShippingRooms } from './ship-chain.ts';
import { KeptCursor } from './shipping-cursor.ts';
import type { StateStore } from '../storage/state-store.ts';
import { type Backlog, backlogEvent, sweep } from './sweep.ts';
import { inTime } from '../time/time-limit.ts';

/** The ledger, and the containers' other half: what changes. */
export interface ShippingStorage {
  readonly ledger: LedgerReader;
  readonly state: StateStore;
}

export interface ShippingOptions extends EventDeliveryOptions {
  /** The writer of this process. */
  readonly writer: string;
  /** Puts an entry on the ledger; resolves when it is committed. */
  readonly append: (body: EntryBody) => Promise<void>;
  /** Called once, before the first read, because storage packages are slow to load. */
  readonly loadStorage: () => Promise<ShippingStorage>;
  readonly describe: DescribeRecord;
  /** A chain that was not appended to for three of these has lost its writer. */
  readonly checkpointIntervalInMs: number;
}

export interface Shipping {
  /** To be called when something was committed to the ledger. */
  committed(): void;
  /** How far this process's chain is in Application Insights, for checkpoints. */
  shipped(): { readonly sequence: number; readonly refused: number };
  /**
   * Ships and closes what lost writers left. One at a time: who asks meanwhile gets the same.
   * @throws Error in plain words when storage can't be read or time is up.
   */
  sweep(): Promise<Backlog>;
  /** Ships what is left, for at most `timeoutInMs`; what isn't then, another process ships. */
  close(timeoutInMs: number): Promise<void>;
}

/** What is committed within this goes out together. */
const GATHERING_IN_MS = 250;
const FIRST_RETRY_IN_MS = 1000;
const LAST_RETRY_IN_MS = 30_000;
/** Shorter than the minute between two sweeps. */
const SWEEP_TIMEOUT_IN_MS = 50_000;
const GONE_AFTER_INTERVALS = 3;

/**
 * Ships the ledger to Application Insights: the chain of this process as it grows, and with each sweep those of writers
 * that are gone. It reads what is committed, and never holds more than one batch.
 */
export function createShipping(options: ShippingOptions): Shipping {
  return new LedgerShipping(options);
}

class LedgerShipping implements Shipping {
  readonly #options: ShippingOptions;
  readonly #delivery: EventDelivery;
  readonly #closing = new AbortController();
  #storage: Promise<ShippingStorage> | undefined;
  #cursor: KeptCursor | undefined;
  #isBehind = false;
  #isPlanned = false;
  #isClosing = false;
  #shipping: Promise<void> | undefined;
  #retryInMs = FIRST_RETRY_IN_MS;
  #endPause: (() => void) | undefined;
  #sweeping: Promise<Backlog> | undefined;

  constructor(options: ShippingOptions) {
    this.#options = options;
    this.#delivery = new EventDelivery(options);
  }

  committed(): void {
    this.#isBehind = true;
    if (this.#isPlanned || this.#shipping) return;
    this.#isPlanned = true;
    this.#options.schedule(() => {
      this.#isPlanned = false;
      this.#start();
    }, GATHERING_IN_MS);
  }

  shipped() {
    const { sequence, refused } = this.#cursor?.current ?? { sequence: -1, refused: 0 };
    return { sequence, refused };
  }

  async sweep(): Promise<Backlog> {
    const deadline = new AbortController();
    this.#sweeping ??= this.#sweep(AbortSignal.any([deadline.signal, this.#closing.signal])).finally(
      () => (this.#sweeping = undefined),
    );
    // Work that waits for the ledger goes on behind its time limit, and no other is begun until it ends.
    return inTime(this.#sweeping, {
      schedule: this.#options.schedule,
      timeoutInMs: SWEEP_TIMEOUT_IN_MS,
      onLate: () => {
        const { problem } = this.#delivery;
        const reason = problem === undefined ? '' : ` What is on record waits in the ledger: ${problem}`;
        const late = new Error(`The audit sweep took too long; the next one goes on.${reason}`);
        deadline.abort(late);
        throw late;
      },
    });
  }

  async close(timeoutInMs: number): Promise<void> {
    this.#isClosing = true;
    const { schedule } = this.#options;
    const end = () => this.#closing.abort(new Error('The process ends.'));
    await inTime(this.#drain(), { schedule, timeoutInMs, onLate: end });
    end();
  }

  /** What waits for its next try is tried now. */
  async #drain(): Promise<void> {
    this.#delivery.hurry();
    this.#endPause?.();
    this.#start();
    await this.#shipping;
    await this.#delivery.close();
  }

  #start(): void {
    this.#shipping ??= this.#ship().finally(() => {
      this.#shipping = undefined;
      // Committed just when the last look had been taken.
      if (this.#hasMore()) this.committed();
    });
  }

  #hasMore(): boolean {
    return this.#isBehind && !this.#closing.signal.aborted;
  }

  /** Ships the own chain until nothing is left of it. Doesn't reject. */
  async #ship(): Promise<void> {
    while (this.#hasMore()) {
      this.#isBehind = false;
      try {
        const storage = await this.#load();
        this.#cursor ??= KeptCursor.start(storage.state, this.#options.writer);
        await shipChain(this.#rooms(storage), this.#cursor, { isGone: false }, this.#closing.signal);
        this.#retryInMs = FIRST_RETRY_IN_MS;
        if (this.#hasMore() && !this.#isClosing) await this.#pause(GATHERING_IN_MS);
      } catch {
        this.#isBehind = true;
        await this.#pause(this.#retryInMs);
        this.#retryInMs = Math.min(this.#retryInMs * 2, LAST_RETRY_IN_MS);
      }
    }
  }

  async #sweep(abortSignal: AbortSignal): Promise<Backlog> {
    const { writer, now, checkpointIntervalInMs } = this.#options;
    try {
      const storage = await this.#load();
      const rooms = {
        ...this.#rooms(storage),
        state: storage.state,
        goneAfterInMs: GONE_AFTER_INTERVALS * checkpointIntervalInMs,
        ownCursor: () => (this.#cursor ?? KeptCursor.start(storage.state, writer)).current,
      };
      const backlog = await sweep(rooms, abortSignal);
      await this.#delivery.deliver([backlogEvent(backlog, writer, now())], abortSignal);
      return backlog;
    } catch {
      abortSignal.throwIfAborted();
      // An error of the storage SDK holds its request.
      throw new Error('The audit ledger could not be swept: its storage could not be read or written.');
    }
  }

  #rooms({ ledger }: ShippingStorage): ShippingRooms {
    const { writer, append, describe, now } = this.#options;
    return { ledger, delivery: this.#delivery, writer, append, describe, now };
  }

  #load(): Promise<ShippingStorage> {
    this.#storage ??= this.#options.loadStorage().catch((error: unknown) => {
      this.#storage = undefined;
      throw error;
    });
    return this.#storage;
  }

  #pause(delayInMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.schedule(resolve, delayInMs);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}
