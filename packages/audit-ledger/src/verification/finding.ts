/** The kinds of findings. Findings of one kind ask the same of an auditor; their sentences say which of its cases it is. */
export const FINDING_KINDS = [
  'chain-changed',
  'truncated',
  'unvouched',
  'tree-changed',
  'unwitnessed',
  'unreadable',
  'bad-signature',
  'never-closed',
  'closed-twice',
  'false-closing',
  'erasure-unfinished',
  'content-changed',
  'content-unknown',
  'never-shipped',
  'refused',
  'missing-in-application-insights',
  'contradicts-ledger',
  'request-without-record',
  'record-without-request',
  'sampled-requests',
  'bundle-file',
] as const;
/** One of the kinds of findings. */
export type FindingKind = (typeof FINDING_KINDS)[number];

/** The place of a line in a chain. Parts and lines count from 1. */
export interface Place {
  readonly part: number;
  readonly line: number;
}

/** One thing that is wrong, with its place. It names entries and records, and holds nothing of their contents. */
export interface Finding extends Partial<Place> {
  readonly kind: FindingKind;
  /** One sentence in plain English. */
  readonly message: string;
  readonly writer?: string;
  /** The sequence of the entry, or of the first of several. */
  readonly sequence?: number;
  /** The sequence of the last entry, where there are several. */
  readonly lastSequence?: number;
  readonly recordId?: string;
  readonly traceId?: string;
  /** The path of a file of a bundle or of the transparency log. */
  readonly file?: string;
}

/** Writes "entry 7" or "entries 7 to 9". */
export function nameEntries(first: number, last: number): string {
  return first === last ? `entry ${first}` : `entries ${first} to ${last}`;
}
