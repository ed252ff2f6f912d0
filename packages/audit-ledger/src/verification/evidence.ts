import type { PublicKeys } from '../keys/signature.ts';

/** An anchor: the head of a chain at some time, as Application Insights keeps it. */
export interface Anchor {
  readonly writer: string;
  readonly sequence: number;
  readonly hash: string;
}

/** A record as Application Insights keeps it. */
export interface ShippedRecord {
  readonly writer: string;
  readonly sequence: number;
  /** The hash of its entry. */
  readonly hash: string;
  /** The time of the event. */
  readonly time: Date;
  /** The name of the event. */
  readonly name: string;
  /** The number of events for which it stands; 1 unless somebody says that it is a sample. */
  readonly itemCount: number;
  /** All properties of the event, those of the entry's place included. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly measurements: Readonly<Record<string, unknown>>;
}

/** A request that the edge counted, or a record of a call. */
export interface TracedCall {
  /** W3C trace id, which is the operation id of the edge's request; empty where none is known. */
  readonly traceId: string;
  readonly time: Date;
  /** The request id by which records are told apart; absent for requests. */
  readonly recordId?: string;
  /** The edge's name of the operation; absent for records. */
  readonly operation?: string;
  /** True for a request that may have no record. */
  readonly isOptional?: boolean;
  /** True for a request that also stands for others, which sampling left out. */
  readonly isSampled?: boolean;
}

/** The evidence against which a ledger is verified. The report names the kinds of evidence that are left out. */
export interface LedgerEvidence {
  /** The anchors, which must be read before the ledger is listed. */
  readonly anchors?: readonly Anchor[];
  /** The sequence of the last shipped entry, by writer. Cursors must be read before the ledger is listed. */
  readonly cursors?: ReadonlyMap<string, number>;
  readonly publicKeys?: PublicKeys;
  /** The shipped records, in the order of their writers and sequences, compared as texts and as numbers. */
  readonly records?: AsyncIterable<ShippedRecord>;
  /** The edge's requests, and the records of both recorders, each in the order of their trace ids. */
  readonly traffic?: {
    readonly requests: AsyncIterable<TracedCall>;
    readonly records: AsyncIterable<TracedCall>;
  };
}
