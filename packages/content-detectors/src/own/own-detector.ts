import type { Candidate, Reading, Word } from '../scan/reading.ts';

/** A detector of one's own, compiled. One is used for many texts. */
export interface OwnDetector {
  /** The kind of its findings, which is its name. */
  readonly kind: string;
  /** Begins a text. */
  open(): OwnExaminer;
}

/** A detector of one's own in one text. */
export interface OwnExaminer {
  /** Looks for values that begin in a word. @returns false when it needs more text. */
  examine(reading: Reading, word: Word, found: Candidate[]): boolean;
}
