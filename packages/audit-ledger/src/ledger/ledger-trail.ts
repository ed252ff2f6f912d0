import { AuditError } from '../audit-error.ts';
import type { FlatOpening, FlatRecord } from '../record/record-schema.ts';
import { type ChainFounding, createFounding } from './chain-founding.ts';
import { type EntryBody, type EntryPlace, FARTHEST_SIGNED_ENTRY } from './ledger-entry.ts';
import { type UnverifiedCall, UnverifiedCalls } from './unverified-calls.ts';
import type { Schedule } from '../time/schedule.ts';
import { waitAtMost } from '../time/time-limit.ts';

/** The content of a checkpoint of a chain. */
export type Checkpoint = Extract<EntryBody, { kind: 'checkpoint' }>;

/** The writer of a chain, as far as the trail needs it. `LedgerWriter` says what its members promise. */
export interface ChainWriter {
  readonly name: string;
  readonly head: EntryPlace;
  readonly pendingBytes: number;
  readonly pendingSince: number | undefined;
  append(body: EntryBody, options?: { readonly isAwaited?: boolean }): Promise<void>;
  /** Makes a pending retry at once. */
  hurry(): void;
  whenCaughtUp(callback: () => void): () => void;
}

/** The dependencies and limits of a trail. */
export interface LedgerTrailOptions {
  readonly writer: ChainWriter;
  /** The longest that a strict call waits for the ledger, in milliseconds. */
  readonly timeoutInMs: number;
  /** While more than this many bytes wait for the ledger, no new call is let in. */
  readonly maximumPendingBytes: number;
  readonly checkpointIntervalInMs: number;
  /** Signs a place in the chain, until one signature is on it; undefined when the audit key can't be used. */
  readonly sign: (writer: string, place: EntryPlace) => Promise<Checkpoint['signature']>;
  /** Gives the newest signed head of the tree of all chains that this process knows; undefined where it knows none. */
  readonly treeHead: () => Checkpoint['tree'];
  /** Gives the last entry of the chain that is shipped, and the number of refused ones. */
  readonly shipped: () => Checkpoint['shipped'];
  readonly now: () => number;
  readonly schedule: Schedule;
}

/**
 * While an entry has waited for longer than this, no call is let in. What is answered until then is lost where the
 * process is killed before the ledger takes entries again.
 */
const MAXIMUM_STALL_IN_MS = 5_000;

/** The last signature is waited for this long, so that a process that ends has time left to commit and to ship. */
const LAST_SIGNATURE_TIMEOUT_IN_MS = 1_000;

/** An idle process writes a checkpoint so often, because a chain that is silent for a day is taken for one that is over. */
const SIGN_OF_LIFE_INTERVAL_IN_MS = 12 * 3_600_000;

/** A seal and the checkpoint itself can come between the head at which a signature comes and the checkpoint. */
const FARTHEST_HEAD = FARTHEST_SIGNED_ENTRY - 2;

/** The last closing of one call. The trail notes it here, so that a correction can name the closing that it corrects. */
export interface LastClosing {
  /** The hash of its entry; undefined before the first. */
  hash?: string;
}

/** The audit trail on a ledger: openings and closings of calls, and checkpoints that vouch for them. */
export class LedgerTrail {
  readonly #options: LedgerTrailOptions;
  #active = 0;
  #opened = 0;
  #closed = 0;
  /** The number of entries that the trail has added, without checkpoints. */
  #added = 0;
  /** The number of those before the signing of the last checkpoint. */
  #checkpointed = 0;
  readonly #founding: ChainFounding;
  readonly #unverified = new UnverifiedCalls();
  #cancelSignOfLife: (() => void) | undefined;
  #isCountPlanned = false;
  #isPlanned = false;
  #isClosing = false;
  #hasEnded = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: LedgerTrailOptions) {
    this.#options = options;
    let before = 0;
    this.#founding = createFounding({
      sign: () => {
        before = this.#added;
        return this.#sign();
      },
      onSigned: (signature) => void this.#addCheckpoint(signature, before),
      schedule: options.schedule,
    });
  }

  /**
   * Lets a call in: at once, or once the ledger takes entries again where it has stalled for five seconds. Each call that
   * was let in ends with `countUnverified`, `commit` or `record`.
   * @throws AuditError AUDIT_LEDGER_UNAVAILABLE while too much waits for the ledger, when it does not take entries in the
   * time of a strict call, or when the trail is closed.
   */
  admit(): Promise<void> | undefined {
    if (this.#isStalledFor(MAXIMUM_STALL_IN_MS)) return this.#untilCaughtUp().then(() => this.#letIn());
    this.#letIn();
    return undefined;
  }

  #letIn(): void {
    const { writer, maximumPendingBytes } = this.#options;
    if (this.#isClosing || writer.pendingBytes > maximumPendingBytes) throw unavailable();
    this.#active += 1;
  }

  /** Ends a call whose caller nobody vouches for: it is counted, and not put on record. */
  countUnverified(call: UnverifiedCall): void {
    this.#leave();
    this.#unverified.add(call);
    if (this.#isCountPlanned) return;
    this.#isCountPlanned = true;
    this.#options.schedule(() => {
      this.#isCountPlanned = false;
      this.#writeCount();
    }, this.#options.checkpointIntervalInMs);
  }

  /**
   * Puts an opening on the ledger. Resolves when it is committed. While the ledger stalls, the opening waits apart, and
   * is put nowhere if that takes too long.
   * @throws AuditError AUDIT_LEDGER_UNAVAILABLE when it takes too long. The opening may still be committed later.
   */
  async open(record: FlatOpening): Promise<void> {
    const { now, timeoutInMs } = this.#options;
    const startedAt = now();
    // An entry that waits for longer than a strict call may wait says that another would probably wait in vain.
    if (this.#isStalledFor(timeoutInMs)) await this.#untilCaughtUp();
    this.#opened += 1;
    const leftInMs = timeoutInMs - (now() - startedAt);
    await this.#withinLimit(this.#append({ kind: 'opening', record }), leftInMs);
  }

  /**
   * Puts a closing on the ledger. Resolves when it is committed. A revision corrects the last closing of its call.
   * @throws AuditError AUDIT_LEDGER_UNAVAILABLE when that takes too long. The closing may still be committed later.
   */
  async commit(record: FlatRecord, last: LastClosing): Promise<void> {
    await this.#withinLimit(this.#addClosing(record, last));
  }

  /** Puts a closing on the ledger without waiting for it. A revision corrects the last closing of its call. */
  record(record: FlatRecord, last: LastClosing): void {
    void this.#addClosing(record, last, { isAwaited: false });
  }

  /**
   * Puts an entry that is no call's on the chain. Resolves when it is committed. No checkpoint is planned for it, because
   * a refused checkpoint is put on the chain as well.
   * @throws AuditError AUDIT_LEDGER_UNAVAILABLE after the chain's end.
   */
  async append(body: EntryBody, options?: { readonly isAwaited?: boolean }): Promise<void> {
    if (this.#hasEnded) throw unavailable();
    await this.#add(body, options);
  }

  /**
   * Lets no more calls in. Resolves when the active calls have ended and all entries are committed, of which the chain's
   * end is the last.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    const { writer } = this.#options;
    writer.hurry();
    this.#writeCount();
    if (this.#active > 0) {
      await this.#checkpoint(LAST_SIGNATURE_TIMEOUT_IN_MS);
      await this.#untilIdle();
      this.#writeCount();
    }
    // A process that served no call leaves no chain.
    if (writer.head.sequence < 0) return;
    await this.#checkpoint(LAST_SIGNATURE_TIMEOUT_IN_MS);
    this.#hasEnded = true;
    this.#founding.end();
    await writer.append({ kind: 'end', ...this.#counts() });
  }

  /** Resolves when no call is active. */
  async #untilIdle(): Promise<void> {
    if (this.#active > 0) await new Promise<void>((idle) => (this.#whenIdle = idle));
  }

  /** Writes one entry for all unverified calls of the interval. */
  #writeCount(): void {
    const entry = this.#hasEnded ? undefined : this.#unverified.take();
    if (entry) void this.#append(entry, { isAwaited: false });
  }

  #append(body: EntryBody, options?: { readonly isAwaited: boolean }): Promise<void> {
    this.#planCheckpoint();
    return this.#add(body, options);
  }

  #add(body: EntryBody, options?: { readonly isAwaited?: boolean }): Promise<void> {
    const committed = this.#options.writer.append(body, options);
    this.#added += 1;
    this.#founding.begin();
    return committed;
  }

  #addClosing(
    record: FlatRecord,
    last: LastClosing,
    options?: { readonly isAwaited: boolean },
  ): Promise<void> {
    this.#count(record);
    const corrects = last.hash;
    const committed = this.#append(
      { kind: 'closing', record, ...(corrects !== undefined && { corrects }) },
      options,
    );
    last.hash = this.#options.writer.head.hash;
    return committed;
  }

  #count({ revision = 0 }: FlatRecord): void {
    if (revision > 0) return;
    this.#closed += 1;
    this.#leave();
  }

  #leave(): void {
    this.#active -= 1;
    if (this.#active === 0) this.#whenIdle?.();
  }

  #counts() {
    return { opened: this.#opened, closed: this.#closed };
  }

  /** True while an entry has waited for longer than this. */
  #isStalledFor(limitInMs: number): boolean {
    const { writer, now } = this.#options;
    const since = writer.pendingSince;
    return since !== undefined && now() - since > limitInMs;
  }

  /** Resolves when the ledger takes entries again. @throws AuditError AUDIT_LEDGER_UNAVAILABLE when that takes too long. */
  async #untilCaughtUp(): Promise<void> {
    let cancel: (() => void) | undefined;
    const caughtUp = new Promise<void>((resolve) => {
      cancel = this.#options.writer.whenCaughtUp(resolve);
    });
    try {
      await this.#withinLimit(caughtUp);
    } finally {
      cancel?.();
    }
  }

  #withinLimit(work: Promise<void>, timeoutInMs = this.#options.timeoutInMs): Promise<void> {
    const { schedule } = this.#options;
    const onLate = () => {
      throw unavailable();
    };
    return waitAtMost(work, { schedule, timeoutInMs, onLate });
  }

  /**
   * Plans a checkpoint after the first entry that follows a checkpoint, and again while calls are active. Sweeps take
   * the writer of a chain without new entries for lost.
   */
  #planCheckpoint(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#options.schedule(() => {
      this.#isPlanned = false;
      void this.#checkpoint();
      if (this.#active > 0) this.#planCheckpoint();
    }, this.#options.checkpointIntervalInMs);
  }

  /**
   * @param signatureTimeoutInMs the checkpoint goes without its signature after this time; without a limit when left
   * out.
   */
  async #checkpoint(signatureTimeoutInMs?: number): Promise<void> {
    if (!this.#isCheckpointDue()) return;
    const before = this.#added;
    const signing = this.#sign();
    const { schedule } = this.#options;
    const signature =
      signatureTimeoutInMs === undefined
        ? await signing
        : await waitAtMost(signing, { schedule, timeoutInMs: signatureTimeoutInMs, onLate: () => undefined });
    // A planned checkpoint may have waited for its signature while the chain was founded or closed.
    if (this.#hasEnded || !this.#isCheckpointDue()) return;
    await this.#addCheckpoint(signature, before);
  }

  /** Plans a checkpoint for when no other has come for half a day. */
  #planSignOfLife(): void {
    this.#cancelSignOfLife?.();
    const checkpoint = async () => {
      const before = this.#added;
      const signature = await this.#sign();
      if (!this.#hasEnded) await this.#addCheckpoint(signature, before);
    };
    this.#cancelSignOfLife = this.#options.schedule(() => void checkpoint(), SIGN_OF_LIFE_INTERVAL_IN_MS);
  }

  #isCheckpointDue(): boolean {
    return this.#added > this.#checkpointed || this.#active > 0 || !this.#founding.isDone;
  }

  /**
   * Signs the head of a chain that is not founded; undefined when the audit key can't be used, or is too slow for the
   * chain. A founded chain needs no more signatures of its own: its seals vouch for it, and the signed heads of the
   * transparency log for all chains together.
   */
  async #sign(): Promise<Checkpoint['signature']> {
    const { writer, sign } = this.#options;
    if (this.#founding.isDone) return undefined;
    const signature = await sign(writer.name, writer.head);
    return signature && writer.head.sequence - signature.sequence <= FARTHEST_HEAD ? signature : undefined;
  }

  /** @param before the number of entries that were added before the signing began. */
  async #addCheckpoint(signature: Checkpoint['signature'], before: number): Promise<void> {
    const { writer, shipped, treeHead } = this.#options;
    const tree = treeHead();
    this.#checkpointed = before;
    if (signature) this.#founding.end();
    this.#planSignOfLife();
    await writer.append({
      kind: 'checkpoint',
      shipped: shipped(),
      ...this.#counts(),
      ...(tree && { tree }),
      ...(signature && { signature }),
    });
  }
}

function unavailable(): AuditError {
  return new AuditError(
    'AUDIT_LEDGER_UNAVAILABLE',
    'The audit ledger cannot be written, and calls that cannot be recorded are not made. Try again shortly.',
  );
}
