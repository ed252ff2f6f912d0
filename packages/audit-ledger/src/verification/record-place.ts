import type { Place } from './finding.ts';

/** The place of an opening or closing. */
export interface RecordPlace extends Place {
  readonly writer: string;
  readonly sequence: number;
}

/** An opening or closing, which its hash tells apart from all others. */
export interface HashedPlace extends RecordPlace {
  readonly hash: string;
}
