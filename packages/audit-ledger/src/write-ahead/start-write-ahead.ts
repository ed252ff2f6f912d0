import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AuditKey } from '../keys/audit-key.ts';
import type { AppendStore } from '../ledger/append-store.ts';
import type { LedgerWriter } from '../ledger/ledger-writer.ts';
import type { Schedule } from '../time/schedule.ts';
import { DataKey } from './data-key.ts';
import { createDiskFolder } from './disk-folder.ts';
import { WriteAheadFile } from './write-ahead-file.ts';
import { WriteAheadRecovery } from './write-ahead-recovery.ts';
import { WriteAhead } from './write-ahead.ts';

/** The dependencies of the write-ahead files of one process. */
interface StartWriteAheadOptions {
  /** The folder in which the files get a folder of their own. */
  readonly directory: string;
  readonly writer: LedgerWriter;
  readonly storageUrl: string;
  readonly keyUrl: string;
  readonly key: Pick<AuditKey, 'wrap' | 'unwrap'>;
  readonly loadStore: () => Promise<AppendStore>;
  readonly maximumPendingBytes: number;
  readonly schedule: Schedule;
  readonly log: (message: string) => void;
}

/** The first look for files of earlier processes comes this much later, so that it is not in the way of the first call. */
const FIRST_LOOK_IN_MS = 2_000;

/**
 * Starts the write-ahead log of a process, and the recovery of what earlier processes have left on this disk. Each
 * storage account has a folder of its own.
 */
export function startWriteAhead(options: StartWriteAheadOptions): WriteAhead {
  const { directory, writer, storageUrl, keyUrl, key, maximumPendingBytes, schedule, log } = options;
  const account = createHash('sha256').update(storageUrl).digest('hex').slice(0, 16);
  const folder = createDiskFolder(join(directory, `audit-ledger-${account}`));
  const common = { folder, storageUrl, keyUrl, now: Date.now, schedule, log };
  const recovery = new WriteAheadRecovery({
    ...common,
    owner: writer.name,
    key,
    loadStore: options.loadStore,
  });
  schedule(() => void recovery.start(), FIRST_LOOK_IN_MS);
  return new WriteAhead({
    ...common,
    writer,
    file: new WriteAheadFile({ ...common, writer: writer.name, maximumBytes: 2 * maximumPendingBytes }),
    dataKey: new DataKey(key, schedule),
  });
}
