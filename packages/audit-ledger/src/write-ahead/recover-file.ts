import type { AuditKey } from '../keys/audit-key.ts';
import { fromBase64url } from '../keys/base64url.ts';
import type { AppendStore } from '../ledger/append-store.ts';
import { partName } from '../ledger/part-names.ts';
import { type FileHeader, readFrames, readHeader } from './file-format.ts';
import { ChainReplay, type Refusal } from './replay-lines.ts';
import type { WriteAheadFolder } from './write-ahead-folder.ts';

/** The dependencies of a recovery. */
export interface FileRecoveryOptions {
  readonly folder: Pick<WriteAheadFolder, 'read'>;
  readonly key: Pick<AuditKey, 'unwrap'>;
  readonly keyUrl: string;
  readonly storageUrl: string;
  /** Called when there is something to put on the ledger, because storage packages are slow to load. */
  readonly loadStore: () => Promise<AppendStore>;
  readonly now: () => number;
}

const REFUSALS: Readonly<Record<Refusal, string>> = {
  unsealed: 'its entries do not carry the seal of their chain',
  late: 'its entries are more than 22 hours old, and their chain may have been closed without them',
};

/**
 * The outcome of a recovery. `recovered`: every whole frame is on the ledger. `unreadable`: trying again does not help.
 * `key-failed` and `storage-failed`: the file is to be tried again later.
 */
export type FileRecovery =
  | { readonly outcome: 'recovered'; readonly entries: number }
  | { readonly outcome: 'unreadable'; readonly why: string }
  | { readonly outcome: 'key-failed' | 'storage-failed' };

/**
 * Puts the entries of a write-ahead file on the ledger, in the chain of the process that wrote it. Entries that are there
 * already are left as they are. Doesn't reject for what is wrong with the file, the key or storage.
 * @throws what the folder throws.
 */
export async function recoverFile(
  name: string,
  writer: string,
  options: FileRecoveryOptions,
): Promise<FileRecovery> {
  const { folder, key } = options;
  const read = (position: number, length: number) => folder.read(name, position, length);
  const start = await readHeader(read);
  if (start?.header.writer !== writer) return unreadable('its first line is damaged');
  const foreign = findForeign(start.header, options);
  if (foreign !== undefined) return unreadable(foreign);
  const chain = await openChain(writer, options);
  if (!chain) return { outcome: 'storage-failed' };
  const { keyId, wrapped } = start.header;
  const secret = await key.unwrap({ keyId, wrapped: fromBase64url(wrapped) }).catch(() => undefined);
  if (!secret) return { outcome: 'key-failed' };
  const frames = readFrames(read, start.line, secret);
  let entries = 0;
  for (;;) {
    const next = await frames.next();
    if (next.done === true)
      return next.value === 'damaged'
        ? unreadable(`it is damaged behind its first ${entries} entries, which are on the ledger`)
        : { outcome: 'recovered', entries };
    let replayed: number | Refusal;
    try {
      replayed = await chain.replay(next.value);
    } catch {
      return { outcome: 'storage-failed' };
    }
    if (typeof replayed === 'string') return unreadable(REFUSALS[replayed]);
    entries += replayed;
  }
}

/** Opens a chain; undefined when storage can't be used. Key Vault is not asked for a key then. */
async function openChain(
  writer: string,
  { loadStore, now }: FileRecoveryOptions,
): Promise<ChainReplay | undefined> {
  try {
    const store = await loadStore();
    await store.read(partName(writer, 1), 0, 1);
    return new ChainReplay(store, writer, now);
  } catch {
    return undefined;
  }
}

function findForeign(
  { storageUrl, keyUrl }: FileHeader,
  own: Pick<FileRecoveryOptions, 'storageUrl' | 'keyUrl'>,
): string | undefined {
  if (storageUrl !== own.storageUrl) return 'it belongs to another storage account';
  if (keyUrl !== own.keyUrl) return 'it belongs to another audit key';
  return undefined;
}

function unreadable(why: string): FileRecovery {
  return { outcome: 'unreadable', why };
}
