import type { SealPublicKey } from '../keys/seal-key.ts';
import type { PublicKeys } from '../keys/signature.ts';
import type { EntryBody } from '../ledger/ledger-entry.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import type { StateStore } from '../storage/state-store.ts';
import type { Schedule } from '../time/schedule.ts';
import type { EventDelivery } from './event-delivery.ts';
import type { GrowingLog } from './log-chain-heads.ts';
import type { DescribeRecord } from './ledger-events.ts';
import type { ShippingCursor } from './shipping-cursor.ts';

/** The place up to which a process has shipped its own chain. */
interface OwnCursor {
  /** The place up to which the chain is shipped already; its beginning when left out. */
  readonly from?: ShippingCursor | undefined;
  /** Called with each place up to which it is shipped. */
  readonly onMoved: (cursor: ShippingCursor) => void;
}

/** The dependencies of shipping: of a process's own chain, of sweeps and of recoveries alike. */
export interface ShippingDependencies {
  /** The writer of this process. */
  readonly writer: string;
  /** Puts an entry on the chain of this process. Resolves when it is committed. */
  readonly append: (body: EntryBody) => Promise<void>;
  /** The public half of the key that seals the chain of this process. */
  readonly sealKey: SealPublicKey;
  /** The public halves of the audit key, which tell the chains of processes from forged ones. */
  readonly publicKeys: PublicKeys;
  readonly ledger: LedgerReader;
  /** The store of cursors and recoveries. */
  readonly state: StateStore;
  readonly heads: GrowingLog;
  readonly delivery: Pick<EventDelivery, 'deliver' | 'problem' | 'hurry' | 'close'>;
  readonly describe: DescribeRecord;
  readonly ownCursor?: OwnCursor;
  /** A chain without new entries for this long has lost its writer. */
  readonly goneAfterInMs: number;
  readonly now: () => Date;
  readonly schedule: Schedule;
}
