import { NO_PREVIOUS } from '../../ledger/ledger-entry.ts';
import type { Place } from '../finding.ts';
import type { ChainLine } from '../read-chain.ts';
import { hashAt, type SealedStretch } from '../scanning/read-sealed.ts';

/** Consecutive entries, each of which names the hash of the one before. An untouched chain is one segment. */
export interface Segment {
  /** The segment's position among all segments and unreadable lines. */
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
  /** True when its last entries are the end of the chain and the seal of that. */
  isEnd: boolean;
}

/** A line that is no entry of this chain. */
interface Unreadable {
  readonly order: number;
  readonly hash: string;
  readonly start: Place;
  readonly isWhole: boolean;
}

/** A segment or an unreadable line. The pieces of a chain stand in the order of `order`. */
export type Piece = Segment | Unreadable;

/** Tells segments from unreadable lines. */
export function isSegment(piece: Piece): piece is Segment {
  return 'first' in piece;
}

/** The most pieces of a chain that are kept. */
const MOST_PIECES = 4_000;

/** Takes the lines of a chain in their order, and joins them to segments by their hashes. */
interface Segments {
  /** Adds the next line. */
  add(line: ChainLine): void;
  /** Adds the lines of a stretch, which follows on the lines before it, or begins the chain. */
  addStretch(stretch: SealedStretch): void;
  /** Gives the pieces in their order. */
  pieces(): readonly Piece[];
  /** True when there were too many pieces, so that later ones were dropped. */
  areTooMany(): boolean;
}

/** Starts the segments of one chain. */
export function createSegments(): Segments {
  const pieces: Piece[] = [];
  let current: Segment | undefined;
  let areTooMany = false;
  /** True when the last line is the end of the chain, which only its seal may follow. */
  let isAtEnd = false;
  return {
    add({ entry, hash, place, isWhole }) {
      if (entry && isWhole && current?.hash === entry.previous && entry.sequence === current.last + 1) {
        current.last = entry.sequence;
        current.beforeLast = entry.previous;
        current.hash = hash;
        current.end = place;
        current.isEnd = isAtEnd && entry.kind === 'seal';
        isAtEnd = entry.kind === 'end';
        return;
      }
      current = undefined;
      isAtEnd = false;
      if (pieces.length >= MOST_PIECES) {
        areTooMany = true;
        return;
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
          isEnd: false,
        };
        isAtEnd = entry.kind === 'end';
        pieces.push(current);
      } else {
        pieces.push({ order, hash, start: place, isWhole });
      }
    },
    addStretch({ scan, place: start, lines }) {
      const { first, last, before, isEnd } = scan;
      const ending = {
        last,
        beforeLast: last === first ? before : hashAt(scan, last - 1),
        hash: hashAt(scan, last),
        end: { part: start.part, line: start.line + lines - 1 },
        isEnd,
      };
      isAtEnd = false;
      if (current) Object.assign(current, ending);
      else {
        current = { order: pieces.length, first, before, start, ...ending };
        pieces.push(current);
      }
    },
    pieces: () => pieces,
    areTooMany: () => areTooMany,
  };
}

/** Makes the empty segment to which the first entry of a chain links. */
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
