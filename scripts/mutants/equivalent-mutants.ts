/** A mutant that no test can kill, or that none should. */
export interface EquivalentMutant {
  readonly file: string;
  /** The line on which the change begins, without indentation. */
  readonly line: string;
  /** The code before and after the change, as a run prints it. */
  readonly change: string;
  /** The reason: the change is none, or no test is worth it. */
  readonly why: string;
}

/** The mutants that may survive. A run fails for an entry that is none of its folder's mutants any more. */
export const EQUIVALENT_MUTANTS: readonly EquivalentMutant[] = [];
