import { AuditError } from '../audit-error.ts';
import { EventDelivery, type EventDeliveryOptions } from './event-delivery.ts';
import type { EntryBody } from '../ledger/ledger-entry.ts';
import type { DescribeRecord } from './ledger-events.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { shipChain, type ShippingDependencies } from './ship-chain.ts';
import { KeptCursor } from './shipping-cursor.ts';
import type { StateStore } from '../storage/state-store.ts';
import { type Backlog, backlogEvent, sweep } from './sweep.ts';
import { waitAtMost } from '../time/time-limit.ts';

/** The ledger, and the documents that change: cursors and recoveries. */
interface ShippingStorage {
  readonly ledger: LedgerReader;
  readonly state: StateStore;
}

/** The dependencies of shipping. */
interface ShippingOptions extends EventDeliveryOptions {
  /** The writer of this process. */
  readonly writer: string;
  /** Puts an entry on the chain of this process. Resolves when it is committed. */
  readonly append: (body: EntryBody) => Promise<void>;
  /** Called before the first read, and again only after a failure, because storage packages are slow to load. */
  readonly loadStorage: () => Promise<ShippingStorage>;
  readonly describe: DescribeRecord;
  /** A chain without new entries for three of these intervals has lost its writer. */
  readonly checkpointIntervalInMs: number;
}

/** Ships the chains of the ledger to Application Insights. */
interface Shipping {
  /** Tells that entries of this process were committed. */
  committed(): void;
  /** Gives the last shipped entry of this process's chain, and the number of refused ones, for checkpoints. */
  shipped(): { readonly sequence: number; readonly refused: number };
  /**
   * Ships the entries of lost writers, and closes the calls that they left open. A call while a sweep runs gets the
   * outcome of that sweep.
   * @throws AuditError AUDIT_UNAVAILABLE when storage can't be read or time is up.
   */
  sweep(): Promise<Backlog>;
  /** Ships the remaining entries, for at most `timeoutInMs`. Another process ships those that are left then. */
  close(timeoutInMs: number): Promise<void>;
}

/** Entries that are committed within this time are shipped together. */
const GATHERING_IN_MS = 250;
const FIRST_RETRY_IN_MS = 1000;
const LAST_RETRY_IN_MS = 30_000;
/** The time limit of a sweep, which is shorter than the minute between two sweeps. */
const SWEEP_TIMEOUT_IN_MS = 50_000;
const GONE_AFTER_INTERVALS = 3;

/**
 * Ships the ledger to Application Insights: the chain of this process as it grows, and with each sweep the chains of
 * lost writers. It reads committed entries from storage, and holds at most one batch of a chain.
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
    // A sweep that waits for the ledger goes on after its time limit, and no other begins until it ends.
    return waitAtMost(this.#sweeping, {
      schedule: this.#options.schedule,
      timeoutInMs: SWEEP_TIMEOUT_IN_MS,
      onLate: () => {
        const { problem } = this.#delivery;
        const reason = problem === undefined ? '' : ` Records wait in the ledger: ${problem}`;
        const late = new AuditError(
          'AUDIT_UNAVAILABLE',
          `The audit sweep took too long; the next one goes on.${reason}`,
        );
        deadline.abort(late);
        throw late;
      },
    });
  }

  async close(timeoutInMs: number): Promise<void> {
    this.#isClosing = true;
    const { schedule } = this.#options;
    const end = () => this.#closing.abort(new AuditError('AUDIT_UNAVAILABLE', 'The process ends.'));
    await waitAtMost(this.#drain(), { schedule, timeoutInMs, onLate: end });
    end();
  }

  /** Ships the rest of the own chain, without the pauses that are pending, and closes the delivery. */
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
      // Entries may have been committed after the last read.
      if (this.#hasMore()) this.committed();
    });
  }

  #hasMore(): boolean {
    return this.#isBehind && !this.#closing.signal.aborted;
  }

  /** Ships the chain of this process to its end. Doesn't reject. */
  async #ship(): Promise<void> {
    while (this.#hasMore()) {
      this.#isBehind = false;
      try {
        const storage = await this.#load();
        this.#cursor ??= KeptCursor.start(storage.state, this.#options.writer);
        await shipChain(this.#dependencies(storage), this.#cursor, { isGone: false }, this.#closing.signal);
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
      const dependencies = {
        ...this.#dependencies(storage),
        state: storage.state,
        goneAfterInMs: GONE_AFTER_INTERVALS * checkpointIntervalInMs,
        ownCursor: () => (this.#cursor ?? KeptCursor.start(storage.state, writer)).current,
      };
      const backlog = await sweep(dependencies, abortSignal);
      await this.#delivery.deliver([backlogEvent(backlog, writer, now())], abortSignal);
      return backlog;
    } catch {
      abortSignal.throwIfAborted();
      // The storage SDK's error is dropped, because it holds its request.
      throw new AuditError(
        'AUDIT_UNAVAILABLE',
        'The audit ledger could not be swept: its storage could not be read or written.',
      );
    }
  }

  #dependencies({ ledger }: ShippingStorage): ShippingDependencies {
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
