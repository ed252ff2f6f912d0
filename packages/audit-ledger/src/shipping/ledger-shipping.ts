import { AuditError } from '../audit-error.ts';
import { createBackOff } from '../time/back-off.ts';
import { waitAtMost } from '../time/time-limit.ts';
import type { CommittedBlock } from '../ledger/ledger-writer.ts';
import { CommittedBlocks } from './committed-blocks.ts';
import { shipChain, shipStretch } from './ship-chain.ts';
import { KeptCursor, startOf } from './shipping-cursor.ts';
import type { ShippingDependencies } from './shipping-dependencies.ts';
import { type Backlog, backlogEvent, logProblemEvent, sweep, type SweepMemory } from './sweep.ts';
import { createFoundings } from './vouched-chain.ts';

/** Entries that are committed within this time are shipped together. */
const GATHERING_IN_MS = 250;
/** A process that ships this many entries or more at a time gathers for the longest time. */
const MANY_ENTRIES = 16;
const LONGEST_GATHERING_IN_MS = 2_000;
const FIRST_RETRY_IN_MS = 1000;
const LAST_RETRY_IN_MS = 30_000;
/** The time limit of a sweep, which is shorter than the minute between two sweeps. */
const SWEEP_TIMEOUT_IN_MS = 50_000;

/**
 * Ships the ledger to Application Insights: the chain of this process as it grows, and with each sweep the chains of
 * lost writers. Entries of this process are shipped from memory once they are committed, and read from storage where
 * memory does not have all of them. It holds some megabytes of a chain at most.
 */
export class LedgerShipping {
  readonly #dependencies: ShippingDependencies;
  readonly #closing = new AbortController();
  readonly #cursor: KeptCursor;
  readonly #memory: SweepMemory;
  readonly #blocks: CommittedBlocks;
  readonly #backOff = createBackOff(FIRST_RETRY_IN_MS, LAST_RETRY_IN_MS);
  #isBehind = false;
  /** The time before which the next entries need not be shipped, in milliseconds since the epoch. */
  #notBefore = 0;
  #isPlanned = false;
  #isClosing = false;
  #shipping: Promise<void> | undefined;
  #endPause: (() => void) | undefined;
  #sweeping: Promise<Backlog> | undefined;

  constructor(dependencies: ShippingDependencies) {
    this.#dependencies = dependencies;
    const { state, writer, ownCursor } = dependencies;
    this.#cursor = KeptCursor.start(state, ownCursor?.from ?? startOf(writer), (cursor) =>
      ownCursor?.onMoved(cursor),
    );
    this.#blocks = new CommittedBlocks(writer);
    this.#memory = {
      foundings: createFoundings(dependencies),
      closed: new Set(),
      searches: new Map(),
      unfinished: new Set(),
      lastLookedUp: '',
    };
  }

  /**
   * Tells that entries of this process were committed.
   * @param block the entries; left out where they are to be read from the ledger.
   */
  committed(block?: CommittedBlock): void {
    this.#isBehind = true;
    this.#blocks.add(block);
    if (this.#isPlanned || this.#shipping) return;
    this.#isPlanned = true;
    this.#dependencies.schedule(() => {
      this.#isPlanned = false;
      this.#start();
    }, this.#gatheringTime());
  }

  /** Gives the last shipped entry of this process's chain, and the number of refused ones, for checkpoints. */
  shipped(): { readonly sequence: number; readonly refused: number } {
    const { sequence, refused } = this.#cursor.current;
    return { sequence, refused };
  }

  /**
   * Ships the entries of lost writers, and closes the calls that they left open. A call while a sweep runs gets the
   * outcome of that sweep.
   * @throws AuditError AUDIT_UNAVAILABLE when storage can't be read or time is up.
   */
  async sweep(): Promise<Backlog> {
    const deadline = new AbortController();
    this.#sweeping ??= this.#sweep(AbortSignal.any([deadline.signal, this.#closing.signal])).finally(
      () => (this.#sweeping = undefined),
    );
    const { schedule, delivery } = this.#dependencies;
    // A sweep that waits for the ledger goes on after its time limit, and no other begins until it ends.
    return waitAtMost(this.#sweeping, {
      schedule,
      timeoutInMs: SWEEP_TIMEOUT_IN_MS,
      onLate: () => {
        const { problem } = delivery;
        const reason = problem === undefined ? '' : ` Records wait in the ledger: ${problem}`;
        const late = unavailable(`The audit sweep took too long; the next one goes on.${reason}`);
        deadline.abort(late);
        throw late;
      },
    });
  }

  /** Ships the remaining entries, for at most `timeoutInMs`. Another process ships those that are left then. */
  async close(timeoutInMs: number): Promise<void> {
    this.#isClosing = true;
    const { schedule } = this.#dependencies;
    const end = () => this.#closing.abort(unavailable('The process ends.'));
    await waitAtMost(this.#drain(), { schedule, timeoutInMs, onLate: end });
    end();
  }

  /** Ships the rest of the own chain, without the pauses that are pending, and closes the delivery. */
  async #drain(): Promise<void> {
    const { delivery } = this.#dependencies;
    delivery.hurry();
    this.#endPause?.();
    this.#start();
    await this.#shipping;
    await delivery.close();
  }

  #start(): void {
    this.#shipping ??= this.#ship().finally(() => {
      this.#shipping = undefined;
      // Entries may have been committed after the last read.
      if (this.#hasMore()) this.committed();
    });
  }

  /** The time until the next entries are shipped, in which more may come. The clock may jump. */
  #gatheringTime(): number {
    const leftInMs = Math.max(GATHERING_IN_MS, this.#notBefore - this.#now());
    return Math.min(LONGEST_GATHERING_IN_MS, leftInMs);
  }

  #now(): number {
    return this.#dependencies.now().getTime();
  }

  #hasMore(): boolean {
    return this.#isBehind && !this.#closing.signal.aborted;
  }

  /** Ships the chain of this process to its end. Doesn't reject. */
  async #ship(): Promise<void> {
    while (this.#hasMore()) {
      this.#isBehind = false;
      const before = this.#cursor.current.sequence;
      try {
        await this.#shipOwn();
        this.#backOff.reset();
        const entries = this.#cursor.current.sequence - before;
        this.#notBefore = this.#now() + gatheringTime(entries);
        if (this.#hasMore() && !this.#isClosing) await this.#pause(this.#gatheringTime());
      } catch {
        this.#isBehind = true;
        await this.#pause(this.#backOff.next());
      }
    }
  }

  /** Ships entries from memory as far as it has them, and the others from the ledger. */
  async #shipOwn(): Promise<void> {
    const cursor = this.#cursor;
    const abortSignal = this.#closing.signal;
    for (;;) {
      const stretch = this.#blocks.takeFrom(cursor.current);
      if (stretch) await shipStretch(this.#dependencies, cursor, stretch, abortSignal);
      else if (this.#blocks.isWhole) break;
      else await this.#readOwn();
    }
    await cursor.keep(abortSignal);
  }

  /** Reads this process's chain from the ledger, and ships it to its end. */
  async #readOwn(): Promise<void> {
    const { writer, sealKey } = this.#dependencies;
    const own = { writer, sealKey, isGone: false };
    this.#blocks.leaveToLedger();
    try {
      await shipChain(this.#dependencies, this.#cursor, own, { abortSignal: this.#closing.signal });
    } catch (error) {
      this.#blocks.add(undefined);
      throw error;
    }
  }

  async #sweep(abortSignal: AbortSignal): Promise<Backlog> {
    const { writer, now, delivery, heads } = this.#dependencies;
    try {
      const ownCursor = () => this.#cursor.current;
      const backlog = await sweep(this.#dependencies, this.#memory, ownCursor, abortSignal);
      const { log } = heads;
      const { problems } = log;
      const events = problems.map((problem) => logProblemEvent(problem, writer, now()));
      await delivery.deliver([backlogEvent(backlog, writer, now()), ...events], abortSignal);
      log.reported(problems);
      return backlog;
    } catch {
      abortSignal.throwIfAborted();
      // The storage SDK's error is dropped, because it holds its request.
      throw unavailable('The audit ledger could not be swept: its storage could not be read or written.');
    }
  }

  #pause(delayInMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#dependencies.schedule(resolve, delayInMs);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}

/**
 * Gives the time for which entries are gathered. It grows with the number that was shipped last, because each shipping
 * takes requests to storage: a busy process ships every two seconds, and one that has a call now and then at once.
 */
function gatheringTime(entries: number): number {
  const share = Math.min(1, entries / MANY_ENTRIES);
  return Math.max(GATHERING_IN_MS, share * LONGEST_GATHERING_IN_MS);
}

function unavailable(message: string): AuditError {
  return new AuditError('AUDIT_UNAVAILABLE', message);
}
