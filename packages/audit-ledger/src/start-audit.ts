import type { TokenCredential } from '@azure/identity';
import { auditCredential } from './azure/audit-credential.ts';
import { openAuditKey } from './keys/audit-key.ts';
import { type ContentKeeper, createContentKeeper } from './contents/content.ts';
import { createDigester, type Digester } from './ledger/digests.ts';
import { LedgerTrail } from './ledger/ledger-trail.ts';
import { LedgerWriter } from './ledger/ledger-writer.ts';
import { openShippingThread } from './shipping/open-shipping-thread.ts';
import { ShippingThread } from './shipping/shipping-thread.ts';
import { signCheckpoint } from './ledger/sign-checkpoint.ts';
import { createSeals, type Seals } from './keys/seals.ts';
import { createSubjectKeys } from './contents/subject-keys.ts';
import { loadOnce } from './time/load-once.ts';
import { byTheClock, inTheBackground } from './time/schedule.ts';
import { waitAtMost } from './time/time-limit.ts';
import { ledgerUrl } from './storage/container-urls.ts';
import { startWriteAhead } from './write-ahead/start-write-ahead.ts';

/** The settings of the audit trail of one process. */
interface AuditOptions {
  /** `https://{account}.blob.core.windows.net` */
  readonly storageUrl: string;
  /** The URL of the audit key, which signs checkpoints and wraps other keys: in Key Vault, or `file:///…` of a PEM. */
  readonly keyUrl: string;
  /** The container of another account that gets the heads of the transparency log; undefined where there is none. */
  readonly witnessUrl: string | undefined;
  readonly credential: TokenCredential;
  /** The connection string of Application Insights. */
  readonly connectionString: string;
  /** The content hash of the governance documents, which the first entry of the chain names. */
  readonly policyVersion: string;
  /**
   * The longest that a strict call waits for the ledger, and that a request to Key Vault lasts. An append to the ledger
   * is given half of it, so that one that hangs is tried again in time.
   */
  readonly timeoutInMs: number;
  /** The most bytes that may wait for the ledger before calls are refused; the same bound holds for contents apart. */
  readonly maximumPendingBytes: number;
  readonly checkpointIntervalInMs: number;
  /** The folder on this machine's disk in which entries that wait for the ledger are kept. */
  readonly writeAheadDirectory: string;
  /** Takes sentences for operators that no call can be told. */
  readonly log: (message: string) => void;
}

/** The audit trail of a running process. */
export interface Audit {
  readonly trail: Pick<LedgerTrail, 'admit' | 'countUnverified' | 'open' | 'commit' | 'record'>;
  readonly digester: Digester;
  readonly contents: ContentKeeper;
  readonly seals: Seals;
  /**
   * Ships the entries of lost writers, and closes the calls that they left open. Rejects when storage can't be used in
   * time.
   */
  readonly sweep: () => Promise<unknown>;
  /**
   * Commits and ships the remaining entries, for at most `timeoutInMs`. What the ledger does not take in that time stays
   * in the write-ahead file.
   */
  readonly close: (timeoutInMs: number) => Promise<void>;
}

/** A chain without new entries for so many intervals of checkpoints has lost its writer. */
const GONE_AFTER_INTERVALS = 3;
/** The key of digests is wrapped this much later than the first digest, so that its call need not wait while packages load. */
const WRAP_AFTER_IN_MS = 200;
/** The part of the time at the end in which what still waits for the ledger is put into the write-ahead file. */
const WRITE_AHEAD_TIME_IN_MS = 500;
/** At the end, the key of digests is waited for this long if it isn't on the chain yet. */
const LAST_KEY_TIMEOUT_IN_MS = 1_000;

/**
 * Starts the audit trail of this process: its chain, the shipping to Application Insights, seals and contents. Reads
 * nothing yet. Two seconds later it looks for write-ahead files of earlier processes.
 */
export function startAudit(options: AuditOptions): Audit {
  const { timeoutInMs, maximumPendingBytes, checkpointIntervalInMs, policyVersion } = options;
  const now = () => new Date();
  const schedule = inTheBackground;
  const credential = auditCredential(options.credential);
  // The package is slow to load, so the first use loads it.
  const openStorage = loadOnce(async () => {
    const { openAuditStorage } = await import('./storage/audit-storage.ts');
    return openAuditStorage(options.storageUrl, credential);
  });
  const openStore = async (container: 'subjects' | 'content') => {
    const { createStateStore } = await import('./storage/state-store.ts');
    return createStateStore((await openStorage())[container]);
  };
  const loadStore = async () => {
    const { createAzureAppendStore } = await import('./ledger/azure-append-store.ts');
    // A request that hangs must be tried again within the time limit of a strict call.
    return createAzureAppendStore(ledgerUrl(options.storageUrl), credential, timeoutInMs / 2);
  };
  const writer = new LedgerWriter({
    loadStore,
    policyVersion,
    now,
    schedule,
    onCommitted: (block) => shipping.committed(block),
    onWaiting: () => writeAhead.entriesWait(),
  });
  const key = openAuditKey(options.keyUrl, credential, timeoutInMs);
  const shipping: ShippingThread = new ShippingThread({
    options: {
      writer: writer.name,
      sealKey: writer.sealKey,
      storageUrl: options.storageUrl,
      keyUrl: options.keyUrl,
      witnessUrl: options.witnessUrl,
      connectionString: options.connectionString,
      timeoutInMs,
      goneAfterInMs: GONE_AFTER_INTERVALS * checkpointIntervalInMs,
    },
    open: openShippingThread,
    append: (body) => trail.append(body),
    credential: options.credential,
    schedule,
    log: options.log,
  });
  const writeAhead = startWriteAhead({
    directory: options.writeAheadDirectory,
    writer,
    storageUrl: options.storageUrl,
    keyUrl: options.keyUrl,
    key,
    loadStore,
    maximumPendingBytes,
    schedule,
    log: options.log,
  });
  const append: LedgerTrail['append'] = (body, how) => trail.append(body, how);
  const wrapLater: typeof key.wrap = async (secret) => {
    await new Promise<void>((due) => schedule(due, WRAP_AFTER_IN_MS));
    return key.wrap(secret);
  };
  const digester = createDigester({ key: { wrap: wrapLater }, append, schedule });
  const contents = createContentKeeper({
    keys: createSubjectKeys({ loadStore: () => openStore('subjects'), key, now }),
    loadStore: () => openStore('content'),
    timeoutInMs,
    maximumPendingBytes,
    schedule,
  });
  const trail: LedgerTrail = new LedgerTrail({
    writer,
    timeoutInMs,
    maximumPendingBytes,
    checkpointIntervalInMs,
    sign: (name, place) => signCheckpoint(key, name, place),
    treeHead: () => shipping.treeHead(),
    shipped: () => shipping.shipped(),
    now: Date.now,
    schedule,
  });
  return {
    trail,
    digester,
    contents,
    seals: createSeals({ loadStore: () => openStore('subjects'), key, now }),
    sweep: () => shipping.sweep(),
    close: async (limitInMs) => {
      const startedAt = performance.now();
      const left = (): number => Math.max(0, limitInMs - (performance.now() - startedAt));
      await digester.close(Math.min(LAST_KEY_TIMEOUT_IN_MS, left()));
      await within(Math.max(0, left() - WRITE_AHEAD_TIME_IN_MS), trail.close());
      await within(left(), writeAhead.keepNow());
      await within(left(), contents.close());
      await shipping.close(left(), byTheClock);
    },
  };
}

/** Waits for the work, and keeps the process alive meanwhile, for at most `timeoutInMs`. */
function within(timeoutInMs: number, work: Promise<void>): Promise<void> {
  return waitAtMost(work, { schedule: byTheClock, timeoutInMs, onLate: () => undefined });
}
