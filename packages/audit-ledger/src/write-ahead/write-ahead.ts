import type { LedgerWriter } from '../ledger/ledger-writer.ts';
import type { Schedule } from '../time/schedule.ts';
import type { DataKey } from './data-key.ts';
import { describeDiskError } from './disk-errors.ts';
import type { WriteAheadFile } from './write-ahead-file.ts';

/** The dependencies of a write-ahead log. */
interface WriteAheadOptions {
  readonly writer: Pick<LedgerWriter, 'pendingSince' | 'sealUncommitted'>;
  readonly file: Pick<WriteAheadFile, 'keep' | 'remove'>;
  readonly dataKey: Pick<DataKey, 'current' | 'prepare'>;
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly log: (message: string) => void;
}

/** An entry that has waited for the ledger this long is put into the file. */
const STALLED_AFTER_IN_MS = 250;

/**
 * Keeps the entries that wait for the ledger in a file of this machine while the ledger stalls, so that they outlive the
 * process. While the ledger takes entries in time there is no file. Where the file can't be written, calls go on without
 * it, and the log says so once.
 */
export class WriteAhead {
  readonly #options: WriteAheadOptions;
  #isPlanned = false;
  #work: Promise<void> = Promise.resolve();
  #isUnprotected = false;

  constructor(options: WriteAheadOptions) {
    this.#options = options;
  }

  /** Tells that an entry waits for the ledger, where none did before. */
  entriesWait(): void {
    this.#options.dataKey.prepare();
    this.#plan(STALLED_AFTER_IN_MS);
  }

  /** Puts all entries that wait into the file. Resolves when they are on the disk, or when that failed. */
  keepNow(): Promise<void> {
    this.#work = this.#work.then(() => this.#keep());
    return this.#work;
  }

  #plan(delayInMs: number): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#options.schedule(() => {
      this.#isPlanned = false;
      void this.#check();
    }, delayInMs);
  }

  async #check(): Promise<void> {
    const { writer, now } = this.#options;
    const since = writer.pendingSince;
    const waitedInMs = since === undefined ? STALLED_AFTER_IN_MS : now() - since;
    // A clock that was set back makes it negative, and must not put off the file.
    if (waitedInMs >= 0 && waitedInMs < STALLED_AFTER_IN_MS) {
      this.#plan(STALLED_AFTER_IN_MS - waitedInMs);
      return;
    }
    await this.keepNow();
    if (writer.pendingSince !== undefined) this.#plan(STALLED_AFTER_IN_MS);
  }

  /** Brings the file up to date. Doesn't reject. */
  async #keep(): Promise<void> {
    const { writer, file, dataKey } = this.#options;
    try {
      if (writer.pendingSince === undefined) await file.remove();
      else if (dataKey.current) await file.keep(writer.sealUncommitted(), dataKey.current);
      else return this.#warn('the audit key could not be read since this process started');
      this.#isUnprotected = false;
    } catch (error) {
      this.#warn(describeDiskError(error));
    }
  }

  #warn(reason: string): void {
    if (this.#isUnprotected) return;
    this.#isUnprotected = true;
    this.#options.log(
      `The write-ahead file of the audit trail cannot be written: ${reason}. Calls go on without it. Records that wait ` +
        'for the ledger are lost if this process is killed before the ledger takes them.',
    );
  }
}
