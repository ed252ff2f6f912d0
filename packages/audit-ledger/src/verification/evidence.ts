import type { PublicKeys } from '../keys/signature.ts';
import type { ContentsEvidence } from './contents-evidence.ts';
import type { LogEvidence } from './log-evidence.ts';

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

/** A request that the edge counted. */
export interface EdgeRequest {
  /** The id that API Management gave the request; empty where its telemetry has none. */
  readonly requestId: string;
  /** W3C trace id; empty where none is known. */
  readonly traceId: string;
  readonly time: Date;
  /** The method and path of the request. */
  readonly operation: string;
  /**
   * True for a request that API Management handled as a call of an API, which is on record. The function app has no
   * record of any other request, and the edge may have one.
   */
  readonly isCall: boolean;
  /** True for a row of telemetry that also stands for requests that were left out. */
  readonly isSampled: boolean;
}

/** A record of a call in Application Insights, as far as it is held against the edge's requests. */
export interface CallRecord {
  /** The id that API Management gave the call; empty where the record has none. */
  readonly requestId: string;
  readonly traceId: string;
  readonly time: Date;
  /** True for a record of the edge, false for one of the function app. */
  readonly isOfEdge: boolean;
}

/** The edge's requests and the records of a stretch of time, each in any order. */
export interface TrafficSlice {
  /** The end of the stretch. Later slices are of later times. */
  readonly to: Date;
  readonly requests: readonly EdgeRequest[];
  readonly records: readonly CallRecord[];
  /** True where the stretch has more than could be read. */
  readonly isCut?: boolean;
}

/** The time for which Application Insights keeps records. */
export interface Retention {
  /** The retention of the workspace. */
  readonly days: number;
  /** The time from which on every record is kept. */
  readonly keptFrom: Date;
  /** The time of the oldest record that is kept; undefined where there is none. */
  readonly oldest: Date | undefined;
}

/** The evidence against which a ledger is verified. The report names the kinds of evidence that are left out. */
export interface LedgerEvidence {
  /** The anchors, which must be read before the ledger is listed. */
  readonly anchors?: readonly Anchor[];
  /** The sequence of the last shipped entry, by writer. Cursors must be read before the ledger is listed. */
  readonly cursors?: ReadonlyMap<string, number>;
  readonly publicKeys?: PublicKeys;
  readonly contents?: ContentsEvidence;
  /** The transparency log, which must be read before the ledger is listed. */
  readonly log?: LogEvidence;
  /** The shipped records, in the order of their writers and sequences, compared as texts and as numbers. */
  readonly records?: AsyncIterable<ShippedRecord>;
  /** The time for which records are kept. A record that was shipped is missed whatever its age when it is left out. */
  readonly retention?: Retention;
  /** The edge's requests, and the records of both recorders, slice by slice in the order of time. */
  readonly traffic?: AsyncIterable<TrafficSlice>;
}
