import type { AnswerLimits } from '../../../src/vertex/answer-limits.ts';

/** More than a test sends, unless it says otherwise; what is held goes into `sizes`. */
export function answerLimits(maximumBytes = 64 * 1_048_576): AnswerLimits & { readonly sizes: number[] } {
  const sizes: number[] = [];
  return { maximumBytes, sizes, held: { resize: (bytes) => void sizes.push(bytes) } };
}
