import type { TokenCredential } from '@azure/identity';
import { auditCredential } from '../azure/audit-credential.ts';
import { openAuditKey } from '../keys/audit-key.ts';
import { createAuditPublicKeys } from '../keys/audit-public-keys.ts';
import type { EntryBody } from '../ledger/ledger-entry.ts';
import type { Checkpoint } from '../ledger/ledger-trail.ts';
import { toEventAttributes } from '../record/event-attributes.ts';
import { ledgerUrl } from '../storage/container-urls.ts';
import { loadOnce } from '../time/load-once.ts';
import { inTheBackground } from '../time/schedule.ts';
import { createTreeHeadCheck } from '../transparency-log/check-tree-head.ts';
import { TransparencyLog } from '../transparency-log/transparency-log.ts';
import { EventDelivery } from './event-delivery.ts';
import { lazyLedgerReader, lazyLogReader, lazyStateStore, lazyWitness } from './lazy-storage.ts';
import { LedgerShipping } from './ledger-shipping.ts';
import type { GrowingLog } from './log-chain-heads.ts';
import type { ShippingCursor } from './shipping-cursor.ts';
import type { ShippingOptions } from './shipping-options.ts';

/** The dependencies of shipping on the writer of the chain. */
interface ShippingSurroundings {
  /** Puts an entry on the chain of this process. Resolves when it is committed. */
  readonly append: (body: EntryBody) => Promise<void>;
  readonly credential: TokenCredential;
  /** Called with each place up to which the chain of this process is shipped. */
  readonly onShipped: (cursor: ShippingCursor) => void;
}

/** The shipping of a ledger, and the log over its chains that a sweep grows. */
export interface OpenedShipping {
  readonly shipping: Pick<LedgerShipping, 'committed' | 'sweep' | 'close'>;
  /** Gives the newest signed head of the transparency log that is known; undefined where none is. */
  readonly treeHead: () => Checkpoint['tree'];
}

/** The time limit of an append to the transparency log, for which no call waits. */
const LOG_TIMEOUT_IN_MS = 10_000;

/** Opens the shipping of a ledger in Azure Storage to Application Insights. Reads nothing yet. */
export function openShipping(
  options: ShippingOptions,
  { append, credential: given, onShipped }: ShippingSurroundings,
): OpenedShipping {
  const { writer, sealKey, keyUrl, witnessUrl, connectionString, goneAfterInMs } = options;
  const now = () => new Date();
  const schedule = inTheBackground;
  const credential = auditCredential(given);
  // The packages are slow to load, so the first use loads them.
  const openStorage = loadOnce(async () => {
    const { openAuditStorage } = await import('../storage/audit-storage.ts');
    return openAuditStorage(options.storageUrl, credential);
  });
  const openLedger = loadOnce(async () => {
    const { createLedgerReader } = await import('../ledger/ledger-reader.ts');
    return createLedgerReader((await openStorage()).ledger);
  });
  const openState = loadOnce(async () => {
    const { createStateStore } = await import('../storage/state-store.ts');
    return createStateStore((await openStorage()).state);
  });
  const publicKeys = createAuditPublicKeys(keyUrl, () => credential);
  const isSigned = createTreeHeadCheck(publicKeys);
  const heads: GrowingLog = {
    log: new TransparencyLog({
      reader: lazyLogReader(
        loadOnce(async () => {
          const { createLogReader } = await import('../transparency-log/log-parts.ts');
          return createLogReader((await openStorage()).ledger);
        }),
      ),
      loadStore: async () => {
        const { createAzureAppendStore } = await import('../ledger/azure-append-store.ts');
        return createAzureAppendStore(ledgerUrl(options.storageUrl), credential, LOG_TIMEOUT_IN_MS);
      },
      key: openAuditKey(keyUrl, credential, options.timeoutInMs),
      isSigned,
    }),
    isSigned,
    witness:
      witnessUrl === undefined
        ? undefined
        : lazyWitness(
            loadOnce(async () => {
              const { openWitness } = await import('../transparency-log/open-witness.ts');
              return openWitness(witnessUrl, credential, 1);
            }),
          ),
  };
  const delivery = new EventDelivery({
    loadSender: async () => {
      const { startAzureMonitorEventSender } = await import('./azure-monitor-event-sender.ts');
      return startAzureMonitorEventSender({ connectionString, credential });
    },
    now,
    schedule,
    random: Math.random,
  });
  const shipping = new LedgerShipping({
    writer,
    append,
    sealKey,
    publicKeys,
    heads,
    ledger: lazyLedgerReader(openLedger),
    state: lazyStateStore(openState),
    delivery,
    describe: toEventAttributes,
    ownCursor: { from: options.from, onMoved: onShipped },
    goneAfterInMs,
    now,
    schedule,
  });
  return {
    shipping,
    treeHead: () => {
      const { head } = heads.log;
      return head && { size: head.size, root: head.root };
    },
  };
}
