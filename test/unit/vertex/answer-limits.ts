import type { AnswerLimits } from '../../../src/vertex/answer-limits.ts';

/** Makes limits that are above the bytes of most tests; `sizes` has the numbers of bytes that were held. */
export function answerLimits(maximumBytes = 64 * 1_048_576): AnswerLimits & { readonly sizes: number[] } {
  const sizes: number[] = [];
  return { maximumBytes, sizes, held: { resize: (bytes) => void sizes.push(bytes) } };
}
