import { createHash } from 'node:crypto';
import type { MutantName } from './name-mutant.ts';

const LARGEST = 2 ** 32;

/**
 * Tells if a mutant is drawn for the sample of a seed. The same seed always draws the same mutants, whatever else there is
 * in the file or in the repository.
 * @param share the share of all mutants that are drawn, from 0 to 1.
 */
export function isDrawn(seed: number, share: number, file: string, { line, change }: MutantName): boolean {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, file, line, change]))
    .digest();
  return digest.readUInt32BE() < share * LARGEST;
}
