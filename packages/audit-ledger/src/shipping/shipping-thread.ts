import type { TokenCredential } from '@azure/identity';
import { AuditError } from '../audit-error.ts';
import type { EntryBody } from '../ledger/ledger-entry.ts';
import type { CommittedBlock } from '../ledger/ledger-writer.ts';
import type { Checkpoint } from '../ledger/ledger-trail.ts';
import { createBackOff } from '../time/back-off.ts';
import type { Schedule } from '../time/schedule.ts';
import { waitAtMost } from '../time/time-limit.ts';
import { MOST_HELD_BYTES } from './committed-blocks.ts';
import type { ShippingCursor } from './shipping-cursor.ts';
import type { ServingFunctions, ShippingFunctions, ShippingOptions } from './shipping-options.ts';
import { connectThreads, type OtherThread, type Port } from './thread-calls.ts';

/** Starts a thread that ships. @param onEnd called when it has ended, however that came. */
export type OpenThread = (
  options: ShippingOptions,
  onEnd: () => void,
) => { readonly port: Port; readonly terminate: () => Promise<unknown> };

/** The dependencies of a shipping thread. */
interface ShippingThreadDependencies {
  readonly options: Omit<ShippingOptions, 'from'>;
  readonly open: OpenThread;
  /** Puts an entry on the chain of this process. Resolves when it is committed. */
  readonly append: (body: EntryBody) => Promise<void>;
  readonly credential: TokenCredential;
  readonly schedule: Schedule;
  readonly log: (message: string) => void;
}

/** A thread that runs. */
interface RunningThread {
  readonly other: OtherThread<ShippingFunctions>;
  readonly terminate: () => Promise<unknown>;
}

/** The end of a block that is handed over and not known to be shipped, and its size. */
interface HandedOver {
  readonly sequence: number;
  readonly bytes: number;
}

const FIRST_RESTART_IN_MS = 1_000;
const LAST_RESTART_IN_MS = 60_000;

/**
 * Ships the ledger on a thread of its own, so that no call waits while telemetry packages load or Application Insights
 * is slow. The thread starts with the first block or sweep. Blocks are handed over when they are committed, as long as
 * the thread has less than 8 MiB of them; it reads the others from the ledger. A thread that ends is replaced by one
 * that goes on from the last place that is known to be shipped.
 */
export class ShippingThread {
  readonly #dependencies: ShippingThreadDependencies;
  #thread: RunningThread | undefined;
  #cursor: ShippingCursor | undefined;
  #treeHead: Checkpoint['tree'];
  #handedOver: HandedOver[] = [];
  #handedOverBytes = 0;
  /** The sequence of the last committed entry. */
  #committed = -1;
  readonly #backOff = createBackOff(FIRST_RESTART_IN_MS, LAST_RESTART_IN_MS);
  /** True once a thread has ended. The next one reads what is left from the ledger. */
  #hasEnded = false;
  #isRestartPlanned = false;
  #isClosed = false;

  constructor(dependencies: ShippingThreadDependencies) {
    this.#dependencies = dependencies;
  }

  /** Hands a committed block over to be shipped. */
  committed(block: CommittedBlock): void {
    this.#committed = block.end.sequence;
    if (this.#isClosed) return;
    if (!this.#thread && this.#hasEnded) {
      this.#planRestart();
      return;
    }
    const size = block.bytes.byteLength;
    if (this.#handedOverBytes + size > MOST_HELD_BYTES) {
      this.#running().other.tell('committed');
      return;
    }
    this.#handedOver.push({ sequence: block.end.sequence, bytes: size });
    this.#handedOverBytes += size;
    this.#running().other.tell('committed', block);
  }

  /** Gives the last shipped entry of this process's chain, and the number of refused ones, for checkpoints. */
  shipped(): Checkpoint['shipped'] {
    const { sequence = -1, refused = 0 } = this.#cursor ?? {};
    return { sequence, refused };
  }

  /** Gives the newest signed head of the transparency log that a sweep has seen; undefined before the first. */
  treeHead(): Checkpoint['tree'] {
    return this.#treeHead;
  }

  /**
   * Ships the entries of lost writers, and closes the calls that they left open.
   * @throws AuditError AUDIT_UNAVAILABLE when storage can't be read, time is up, or the thread ends.
   */
  async sweep(): Promise<unknown> {
    if (this.#isClosed) throw new AuditError('AUDIT_UNAVAILABLE', 'The process ends.');
    return this.#running().other.call('sweep');
  }

  /**
   * Ships the remaining entries, for at most `timeoutInMs`, and ends the thread. Another process ships those that are
   * left then. Doesn't reject.
   * @param schedule keeps the process alive meanwhile.
   */
  async close(timeoutInMs: number, schedule: Schedule): Promise<void> {
    this.#isClosed = true;
    if (this.#thread || this.#isBehind()) {
      const closed = this.#running()
        .other.call('close', timeoutInMs)
        .catch(() => undefined);
      await waitAtMost(closed, { schedule, timeoutInMs, onLate: () => undefined });
    }
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }

  #isBehind(): boolean {
    return this.#committed > this.shipped().sequence;
  }

  #running(): RunningThread {
    return (this.#thread ??= this.#start());
  }

  #start(): RunningThread {
    const { options, open, append, credential } = this.#dependencies;
    const { port, terminate } = open({ ...options, from: this.#cursor }, () => this.#ended(thread));
    const other = connectThreads<ShippingFunctions, ServingFunctions>(port, {
      append,
      getToken: (scopes, request) => credential.getToken(scopes, request),
      shipped: (cursor) => this.#moved(cursor),
      treeHead: (head) => (this.#treeHead = head),
    });
    const thread: RunningThread = { other, terminate };
    if (this.#hasEnded && this.#isBehind()) other.tell('committed');
    return thread;
  }

  #moved(cursor: ShippingCursor): void {
    this.#cursor = cursor;
    this.#backOff.reset();
    const left = this.#handedOver.findIndex(({ sequence }) => sequence > cursor.sequence);
    const shipped = this.#handedOver.splice(0, left < 0 ? this.#handedOver.length : left);
    for (const { bytes } of shipped) this.#handedOverBytes -= bytes;
  }

  #ended(thread: RunningThread): void {
    thread.other.end();
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#hasEnded = true;
    this.#handedOver = [];
    this.#handedOverBytes = 0;
    this.#dependencies.log(
      'The thread that ships the audit trail has ended. Another one goes on from the ledger.',
    );
    if (this.#isBehind()) this.#planRestart();
  }

  #planRestart(): void {
    if (this.#isRestartPlanned) return;
    this.#isRestartPlanned = true;
    this.#dependencies.schedule(() => {
      this.#isRestartPlanned = false;
      if (!this.#isClosed) this.#running();
    }, this.#backOff.next());
  }
}
