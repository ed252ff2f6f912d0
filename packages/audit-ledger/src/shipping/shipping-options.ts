import type { AccessToken, GetTokenOptions } from '@azure/identity';
import type { SealPublicKey } from '../keys/seal-key.ts';
import type { EntryBody } from '../ledger/ledger-entry.ts';
import type { Checkpoint } from '../ledger/ledger-trail.ts';
import type { CommittedBlock } from '../ledger/ledger-writer.ts';
import type { ShippingCursor } from './shipping-cursor.ts';

/** The settings of shipping, which can be copied between threads. */
export interface ShippingOptions {
  /** The writer of this process. */
  readonly writer: string;
  /** The public half of the key that seals the chain of this process. */
  readonly sealKey: SealPublicKey;
  /** `https://{account}.blob.core.windows.net` */
  readonly storageUrl: string;
  readonly keyUrl: string;
  readonly witnessUrl: string | undefined;
  /** The connection string of Application Insights. */
  readonly connectionString: string;
  /** The time limit of a request to Key Vault. */
  readonly timeoutInMs: number;
  /** A chain without new entries for this long has lost its writer. */
  readonly goneAfterInMs: number;
  /** The place up to which the chain of this process is shipped already; undefined at its beginning. */
  readonly from: ShippingCursor | undefined;
}

/** The claims and tenant of a request for a token. */
export type TokenRequest = Pick<GetTokenOptions, 'claims' | 'tenantId' | 'enableCae'>;

/** The functions of the thread that serves calls, for the one that ships. */
export interface ServingFunctions {
  /** Puts an entry on the chain of this process. Resolves when it is committed. */
  readonly append: (body: EntryBody) => Promise<void>;
  readonly getToken: (scopes: string | string[], request: TokenRequest) => Promise<AccessToken | null>;
  /** Tells the place up to which the chain of this process is shipped. */
  readonly shipped: (cursor: ShippingCursor) => void;
  /** Tells the newest signed head of the transparency log. */
  readonly treeHead: (head: Checkpoint['tree']) => void;
}

/** The functions of the thread that ships. `LedgerShipping` says what they promise. */
export interface ShippingFunctions {
  readonly committed: (block?: CommittedBlock) => void;
  readonly sweep: () => Promise<unknown>;
  readonly close: (timeoutInMs: number) => Promise<void>;
}
