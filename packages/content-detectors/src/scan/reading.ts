import type { ContextMemory } from './context.ts';

/** The part of a text that detectors look at. Its values hold until the next word is examined. */
export interface Reading {
  readonly text: string;
  /** The code units of `text`, and some zeros behind them. */
  readonly units: Uint16Array;
  /** The end of what may be looked at. */
  readonly end: number;
  /** True when more text follows at `end` that isn't here yet. */
  readonly isOpen: boolean;
  /** The length of the text before this reading: `base` and a position in it is a place in the whole. */
  readonly base: number;
  readonly context: ContextMemory;
  readonly work: Work;
}

/** The work that a text took, counted and not timed. */
export interface Work {
  /** The code units that were looked at, once for each look. A call of a detector counts as some more. */
  units: number;
}

/** A word: units without spaces, quotes and brackets between them. */
export interface Word {
  readonly start: number;
  readonly end: number;
}

/** A secret that the words before a value announced: `my password is`, or a name and a password: `curl -u`. */
export interface Announced {
  readonly secret: 'password' | 'key' | 'login';
  /** True when `=` or `:` stands before the value. */
  readonly isAssigned: boolean;
}

/** A value that may stand at a place. Of candidates that overlap, the one of the lowest rank stays. */
export interface Candidate {
  readonly kind: string;
  readonly detector: string;
  readonly start: number;
  readonly end: number;
  readonly rank: number;
}
