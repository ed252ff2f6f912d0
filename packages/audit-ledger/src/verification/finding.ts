/** Everything that a verification can find wrong. */
export const FINDING_KINDS = [
  'removed',
  'altered',
  'reordered',
  'inserted',
  'truncated',
  'rewritten',
  'unvouched',
  'chain-missing',
  'unreadable',
  'bad-signature',
  'unknown-key',
  'never-closed',
  'closed-twice',
  'never-shipped',
  'refused',
  'missing-in-application-insights',
  'differs-in-application-insights',
  'unknown-to-ledger',
  'request-without-record',
  'record-without-request',
  'bundle-file',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Where a line stands. Parts and lines count from 1. */
export interface Place {
  readonly part: number;
  readonly line: number;
}

/** One thing that is wrong, and where. It names entries and records, and says nothing of what they hold. */
export interface Finding extends Partial<Place> {
  readonly kind: FindingKind;
  /** One sentence in plain English. */
  readonly message: string;
  readonly writer?: string;
  /** The entry, or the first one of several. */
  readonly sequence?: number;
  /** The last one, where there are several. */
  readonly lastSequence?: number;
  readonly recordId?: string;
  readonly traceId?: string;
  /** A file of a bundle. */
  readonly file?: string;
}

/** "entry 7" or "entries 7 to 9". */
export function nameEntries(first: number, last: number): string {
  return first === last ? `entry ${first}` : `entries ${first} to ${last}`;
}
