import { AuditError } from '../audit-error.ts';
import type { FlatOpening, FlatRecord } from '../record/record-schema.ts';
import type { EntryBody } from './ledger-entry.ts';
import type { EntryPlace } from './ledger-writer.ts';
import { type UnverifiedCall, UnverifiedCalls } from './unverified-calls.ts';
import { inTime, type Schedule } from '../time/time-limit.ts';

type Checkpoint = Extract<EntryBody, { kind: 'checkpoint' }>;

/** What the trail needs of the writer of its chain. */
export interface ChainWriter {
  readonly name: string;
  readonly head: EntryPlace;
  readonly pendingBytes: number;
  readonly pendingSince: number | undefined;
  append(body: EntryBody, options?: { readonly isAwaited?: boolean }): Promise<void>;
  /** Tries now what waits for its next try. */
  hurry(): void;
}

export interface LedgerTrailOptions {
  readonly writer: ChainWriter;
  /** How long a strict call waits for the ledger, in milliseconds. */
  readonly timeoutInMs: number;
  /** The most that may wait for the ledger; then no new call is let in. */
  readonly maximumPendingBytes: number;
  readonly checkpointIntervalInMs: number;
  /** Signs a place in the chain; undefined when the key can't be reached in time. */
  readonly sign: (writer: string, place: EntryPlace) => Promise<Checkpoint['signature']>;
  /** How far the chain is in Application Insights. */
  readonly shipped: () => Checkpoint['shipped'];
  readonly now: () => number;
  readonly schedule: Schedule;
}

/** A process that ends leaves time to commit and to ship. */
const LAST_SIGNATURE_TIMEOUT_IN_MS = 1_000;

/** The audit trail on a ledger: openings and closings of calls, and checkpoints that vouch for them. */
export class LedgerTrail {
  readonly #options: LedgerTrailOptions;
  #active = 0;
  #opened = 0;
  #closed = 0;
  #checkpointed = -1;
  readonly #unverified = new UnverifiedCalls();
  #isCountPlanned = false;
  #isPlanned = false;
  #isClosing = false;
  #hasEnded = false;

  constructor(options: LedgerTrailOptions) {
    this.#options = options;
  }

  admit(): void {
    const { writer, maximumPendingBytes } = this.#options;
    if (this.#isClosing || writer.pendingBytes > maximumPendingBytes) throw unavailable();
    this.#active += 1;
  }

  countUnverified(call: UnverifiedCall): void {
    this.#active -= 1;
    this.#unverified.add(call);
    if (this.#isCountPlanned) return;
    this.#isCountPlanned = true;
    this.#options.schedule(() => {
      this.#isCountPlanned = false;
      this.#writeCount();
    }, this.#options.checkpointIntervalInMs);
  }

  async open(record: FlatOpening): Promise<void> {
    this.#refuseWhileStalled();
    this.#opened += 1;
    await this.#inTime(this.#append({ kind: 'opening', record }));
  }

  async commit(record: FlatRecord): Promise<void> {
    this.#count(record);
    await this.#inTime(this.#append(this.#closing(record)));
  }

  record(record: FlatRecord): void {
    this.#count(record);
    void this.#append(this.#closing(record), { isAwaited: false });
  }

  /**
   * Lets no call in any more. Resolves when all is committed, with the chain's end as the last entry where no call is left
   * at work.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    const { writer } = this.#options;
    writer.hurry();
    this.#writeCount();
    // A process that served no call leaves no chain.
    if (writer.head.sequence < 0) return;
    await this.#checkpoint(LAST_SIGNATURE_TIMEOUT_IN_MS);
    if (this.#active > 0) return;
    this.#hasEnded = true;
    await writer.append({ kind: 'end', ...this.#counts() });
  }

  /** One entry an interval, however many there were. */
  #writeCount(): void {
    const entry = this.#hasEnded ? undefined : this.#unverified.take();
    if (entry) void this.#append(entry, { isAwaited: false });
  }

  #append(body: EntryBody, options?: { isAwaited: boolean }): Promise<void> {
    this.#planCheckpoint();
    return this.#options.writer.append(body, options);
  }

  #closing(record: FlatRecord): EntryBody {
    return { kind: 'closing', record };
  }

  #count({ revision = 0 }: FlatRecord): void {
    if (revision > 0) return;
    this.#active -= 1;
    this.#closed += 1;
  }

  #counts() {
    return { opened: this.#opened, closed: this.#closed };
  }

  /** What waits longer than a strict call may wait tells that the next would wait in vain. */
  #refuseWhileStalled(): void {
    const { writer, timeoutInMs, now } = this.#options;
    const since = writer.pendingSince;
    if (since !== undefined && now() - since > timeoutInMs) throw unavailable();
  }

  #inTime(work: Promise<void>): Promise<void> {
    const { schedule, timeoutInMs } = this.#options;
    const onLate = () => {
      throw unavailable();
    };
    return inTime(work, { schedule, timeoutInMs, onLate });
  }

  /** One after the first entry that follows a checkpoint, and again while calls are open: a sign of life. */
  #planCheckpoint(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#options.schedule(() => {
      this.#isPlanned = false;
      void this.#checkpoint();
      if (this.#active > 0) this.#planCheckpoint();
    }, this.#options.checkpointIntervalInMs);
  }

  /** @param signatureTimeoutInMs after which it goes without; as long as the key may take, when left out. */
  async #checkpoint(signatureTimeoutInMs?: number): Promise<void> {
    const { writer, sign, schedule, shipped } = this.#options;
    const { head } = writer;
    if (head.sequence === this.#checkpointed && this.#active === 0) return;
    const signing = sign(writer.name, head);
    const signature =
      signatureTimeoutInMs === undefined
        ? await signing
        : await inTime(signing, { schedule, timeoutInMs: signatureTimeoutInMs, onLate: () => undefined });
    // One that was planned may have waited for its signature while the chain was closed.
    if (this.#hasEnded) return;
    const committed = writer.append({
      ...{ kind: 'checkpoint', shipped: shipped(), ...this.#counts() },
      ...(signature && { signature }),
    });
    this.#checkpointed = writer.head.sequence;
    await committed;
  }
}

function unavailable(): AuditError {
  return new AuditError(
    'AUDIT_LEDGER_UNAVAILABLE',
    'The audit ledger cannot be written, and calls that cannot be put on record are not made. Try again shortly.',
  );
}
