import type { Schedule } from '../time/schedule.ts';
import { describeDiskError } from './disk-errors.ts';
import { fileName, isUnreadable, readFileName, unreadableName } from './file-names.ts';
import { type FileRecoveryOptions, recoverFile } from './recover-file.ts';
import type { FolderFile, WriteAheadFolder } from './write-ahead-folder.ts';

/** The dependencies of the recovery of a folder. */
interface WriteAheadRecoveryOptions extends Omit<FileRecoveryOptions, 'folder'> {
  readonly folder: WriteAheadFolder;
  /** The writer of this process, whose own file is left alone. */
  readonly owner: string;
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly log: (message: string) => void;
}

/** The pause between two looks into the folder, while files of others are in it. */
const LOOK_INTERVAL_IN_MS = 2_000;
/** A living process touches its files more often than this, unless it is too busy to run at all. */
const ABANDONED_AFTER_IN_MS = 10_000;
/** A file whose key can't be unwrapped is tried again for this long. */
const KEY_TRIED_FOR_IN_MS = 3_600_000;
/** The bounds of what is kept apart. */
const UNREADABLE_KEPT_FOR_IN_MS = 7 * 86_400_000;
const MOST_UNREADABLE = 8;

/**
 * Puts on the ledger what processes that ended on this disk have left in their write-ahead files. It works in the
 * background, looks once where there are no files, and never rejects. A file has one owner at a time, whose name it
 * carries; renaming it takes it over. Should two processes recover one file nevertheless, each entry is still written
 * once.
 */
export class WriteAheadRecovery {
  readonly #options: WriteAheadRecoveryOptions;
  readonly #keyFailedSince = new Map<string, number>();
  readonly #logged = new Set<string>();

  constructor(options: WriteAheadRecoveryOptions) {
    this.#options = options;
  }

  /** Looks into the folder, and again until no file of another process is in it. */
  async start(): Promise<void> {
    let isLeft: boolean;
    try {
      isLeft = await this.#look();
    } catch (error) {
      return this.#log(
        `The folder of the write-ahead files of the audit trail cannot be read: ${describeDiskError(error)}. Records that ` +
          'earlier processes left there are not recovered.',
      );
    }
    if (isLeft) this.#options.schedule(() => void this.start(), LOOK_INTERVAL_IN_MS);
  }

  /** Recovers the files that nobody works with. @returns true where there may be something to do later. */
  async #look(): Promise<boolean> {
    const { folder, owner, now } = this.#options;
    const files = await folder.list();
    await this.#tidy(files);
    let isLeft = false;
    for (const { name, modifiedAt } of files) {
      const found = readFileName(name);
      if (!found || found.writer === owner) continue;
      const isAbandoned = Math.abs(now() - modifiedAt.getTime()) > ABANDONED_AFTER_IN_MS;
      if (found.owner !== owner && !isAbandoned) isLeft = true;
      else if (!(await this.#takeOver(name, found.writer))) isLeft = true;
    }
    return isLeft;
  }

  /** @returns false when the file is to be tried again. */
  async #takeOver(name: string, writer: string): Promise<boolean> {
    const { folder, owner, now } = this.#options;
    const own = fileName({ writer, owner });
    // It is touched first, so that it never looks abandoned under its new name.
    if (!(await folder.touch(name)) || !(await folder.rename(name, own))) return true;
    const recovery = await recoverFile(own, writer, this.#options);
    switch (recovery.outcome) {
      case 'recovered':
        await folder.remove(own);
        this.#log(
          `${recovery.entries} entries of the audit trail's writer ${writer} were waiting for the ledger when its ` +
            'process ended. They are on the ledger now.',
        );
        return true;
      case 'unreadable':
        await this.#keepApart(own, recovery.why);
        return true;
      case 'storage-failed':
        this.#log(later(own, 'storage cannot be used'));
        return false;
      case 'key-failed': {
        const since = this.#keyFailedSince.get(own) ?? now();
        this.#keyFailedSince.set(own, since);
        if (now() - since > KEY_TRIED_FOR_IN_MS) {
          await this.#keepApart(own, 'the audit key does not unwrap its key');
          return true;
        }
        this.#log(later(own, 'the audit key cannot be used'));
        return false;
      }
    }
  }

  async #keepApart(name: string, why: string): Promise<void> {
    const { folder } = this.#options;
    await folder.rename(name, unreadableName(name));
    this.#log(
      `The write-ahead file ${name} of the audit trail cannot be recovered: ${why}. It is kept as ` +
        `${unreadableName(name)} for seven days.`,
    );
  }

  /** Deletes what was kept apart for long enough, or is too much. */
  async #tidy(files: readonly FolderFile[]): Promise<void> {
    const { folder, now } = this.#options;
    const apart = files
      .filter(({ name }) => isUnreadable(name))
      .toSorted((one, other) => other.modifiedAt.getTime() - one.modifiedAt.getTime());
    for (const [index, { name, modifiedAt }] of apart.entries()) {
      const ageInMs = now() - modifiedAt.getTime();
      if (index >= MOST_UNREADABLE || ageInMs > UNREADABLE_KEPT_FOR_IN_MS) await folder.remove(name);
    }
  }

  /** Writes each message once. */
  #log(message: string): void {
    if (this.#logged.has(message)) return;
    this.#logged.add(message);
    this.#options.log(message);
  }
}

function later(name: string, why: string): string {
  return `The write-ahead file ${name} of the audit trail is not recovered yet: ${why}. It is tried again until it is.`;
}
