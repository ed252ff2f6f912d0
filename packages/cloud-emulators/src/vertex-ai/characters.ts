/** A prompt's words are looked for so far: what a whole book says is beside the point. */
const WORDS_WITHIN = 256 * 1024;

const OUTSIDE_THE_FIRST_PLANE = /[\ud800-\udbff]/;

/** How many characters a text has, each of Unicode's as one. */
export function countCharacters(text: string): number {
  if (!OUTSIDE_THE_FIRST_PLANE.test(text)) return text.length;
  let pairs = 0;
  for (let index = 0; index < text.length; index += 1)
    if ((text.codePointAt(index) ?? 0) > 0xffff) pairs += 1;
  return text.length - pairs;
}

/** The words of a text, as prompts are measured and echoed; of a long one those of its first 256 Ki characters. */
export function wordsOf(text: string): string[] {
  return text.slice(0, WORDS_WITHIN).match(/[\p{L}\p{N}]+/gu) ?? [];
}
