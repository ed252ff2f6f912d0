import type { Candidate, Reading, Word } from '../scan/reading.ts';

/** A detector of one's own, compiled. */
export interface OwnDetector {
  readonly kind: string;
  readonly name: string;
  /** The most code units of a value. */
  readonly longest: number;
  /** Looks for values that begin in a word. @returns false when it needs more text. */
  examine(reading: Reading, word: Word, found: Candidate[]): boolean;
}
