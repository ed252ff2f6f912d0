import { hashEntry, NO_PREVIOUS } from '../ledger/ledger-entry.ts';
import type { Place } from './finding.ts';
import type { ReadEntry } from './read-entry.ts';
import type { Line } from './read-lines.ts';

/** Entries that stand one after the other, each naming the hash of the one before. An untouched chain is one segment. */
export interface Segment {
  /** Its place among all segments and unreadable lines. */
  readonly order: number;
  /** Sequences of its first and last entry. */
  readonly first: number;
  last: number;
  /** The hash that its first entry names as the one before. */
  readonly before: string;
  /** The hash that its last entry names as the one before. */
  beforeLast: string;
  /** The hash of its last entry. */
  hash: string;
  readonly start: Place;
  end: Place;
  /** Whether its last entry says that the chain is at its end. */
  isEnd: boolean;
}

/** A line that is no entry of this chain. */
export interface Unreadable {
  readonly order: number;
  readonly hash: string;
  readonly start: Place;
  readonly isWhole: boolean;
}

export type Piece = Segment | Unreadable;

export function isSegment(piece: Piece): piece is Segment {
  return 'first' in piece;
}

/** A chain in more pieces than this is not told apart any further. */
const MOST_PIECES = 4_000;

/** Takes the lines of a chain as they stand and finds where they link. */
export interface Segments {
  /** @returns the hash of the line. */
  add(line: Line, part: number, entry: ReadEntry | undefined): string;
  pieces(): readonly Piece[];
  /** Whether there were too many pieces, so that what came later is not among them. */
  areTooMany(): boolean;
}

export function createSegments(): Segments {
  const pieces: Piece[] = [];
  let current: Segment | undefined;
  let areTooMany = false;
  return {
    add({ bytes, number, isWhole }, part, entry) {
      const hash = hashEntry(bytes);
      const place = { part, line: number };
      if (entry && isWhole && current?.hash === entry.previous && entry.sequence === current.last + 1) {
        current.last = entry.sequence;
        current.beforeLast = entry.previous;
        current.hash = hash;
        current.end = place;
        current.isEnd = entry.kind === 'end';
        return hash;
      }
      current = undefined;
      if (pieces.length >= MOST_PIECES) {
        areTooMany = true;
        return hash;
      }
      const order = pieces.length;
      if (entry && isWhole) {
        current = {
          order,
          first: entry.sequence,
          last: entry.sequence,
          before: entry.previous,
          beforeLast: entry.previous,
          hash,
          start: place,
          end: place,
          isEnd: entry.kind === 'end',
        };
        pieces.push(current);
      } else {
        pieces.push({ order, hash, start: place, isWhole });
      }
      return hash;
    },
    pieces: () => pieces,
    areTooMany: () => areTooMany,
  };
}

/** What every chain begins after: nothing. */
export function createBeginning(): Segment {
  const place = { part: 0, line: 0 };
  return {
    order: -1,
    first: -1,
    last: -1,
    before: '',
    beforeLast: '',
    hash: NO_PREVIOUS,
    start: place,
    end: place,
    isEnd: false,
  };
}
