import type { EquivalentMutant } from './equivalent-mutants.ts';
import type { MutantName } from './name-mutant.ts';

/** A mutant of a folder, and what became of it. */
export interface TestedMutant extends MutantName {
  readonly file: string;
  /** The line's number, from 1. */
  readonly lineNumber: number;
  /** Undefined for a mutant outside of the sample, and for one that no test can run because the code does not load. */
  readonly isKilled: boolean | undefined;
}

/** The verdict of a folder's mutants about its tests. */
export interface Judgement {
  readonly killed: number;
  /** Mutants that no test noticed and that the list does not explain. */
  readonly survivors: readonly TestedMutant[];
  /** Mutants of the sample that survived, which the list explains. They count neither way. */
  readonly explained: number;
  /** Entries of the list that are none of the folder's mutants. */
  readonly unknown: readonly EquivalentMutant[];
  /** The share of the mutants that tests noticed, in percent; 100 for an empty sample. */
  readonly score: number;
}

/**
 * Judges the mutants of a folder.
 * @param mutants all of the folder's, also those outside of the sample.
 * @param explanations the entries of the list about the folder.
 */
export function judgeMutants(
  mutants: readonly TestedMutant[],
  explanations: readonly EquivalentMutant[],
): Judgement {
  const killed = mutants.filter(({ isKilled }) => isKilled === true).length;
  const alive = mutants.filter(({ isKilled }) => isKilled === false);
  const survivors = alive.filter((mutant) => !explanations.some((one) => isSame(one, mutant)));
  return {
    killed,
    survivors,
    explained: alive.length - survivors.length,
    unknown: explanations.filter((one) => !mutants.some((mutant) => isSame(one, mutant))),
    score: killed + survivors.length === 0 ? 100 : (100 * killed) / (killed + survivors.length),
  };
}

function isSame(one: MutantName & { readonly file: string }, other: MutantName & { readonly file: string }) {
  return one.file === other.file && one.line === other.line && one.change === other.change;
}
