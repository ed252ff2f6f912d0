import type { PublicKeys } from '../keys/signature.ts';

/** A chain's head at some time, as Application Insights keeps it. */
export interface Anchor {
  readonly writer: string;
  readonly sequence: number;
  readonly hash: string;
}

/** A record as Application Insights keeps it. */
export interface ShippedRecord {
  readonly writer: string;
  readonly sequence: number;
  /** Of its entry. */
  readonly hash: string;
  readonly time: Date;
  /** Its other fields; empty where they are not to be compared. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A request that the edge counted, or a record of one, by what both have. */
export interface TracedCall {
  /** W3C trace id, which is the operation id of the edge's request; empty where none is known. */
  readonly traceId: string;
  readonly time: Date;
  /** Of records. */
  readonly recordId?: string;
  /** Of requests: what the edge calls the operation. */
  readonly operation?: string;
  /** Of requests that can be without a record, because they are nobody's call. */
  readonly isOptional?: boolean;
  /** Of requests that stand for others as well, which were left out when they were counted. */
  readonly isSampled?: boolean;
}

/** From an instant to another; the last one is outside. */
export interface VerifiedPeriod {
  readonly from: Date;
  readonly to: Date;
}

/** What the ledger is held against. What is left out could not be asked, and the report says so. */
export interface LedgerEvidence {
  readonly anchors?: readonly Anchor[];
  /** The last entry that was shipped, by writer. To be asked before the ledger is listed, as anchors are. */
  readonly cursors?: ReadonlyMap<string, number>;
  readonly publicKeys?: PublicKeys;
  /** In the order of their writers and sequences, compared as texts and as numbers. */
  readonly records?: AsyncIterable<ShippedRecord>;
  /** What a shipped record has for fields, from the record in the ledger. */
  readonly fieldsOf?: (record: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** Requests that the edge counted, and records of either recorder, both in the order of their trace ids. */
  readonly traffic?: {
    readonly requests: AsyncIterable<TracedCall>;
    readonly records: AsyncIterable<TracedCall>;
  };
}
