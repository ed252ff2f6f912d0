/** The length of a prompt, in characters, within which its words are looked for. */
const WORDS_WITHIN = 256 * 1024;

const OUTSIDE_THE_FIRST_PLANE = /[\ud800-\udbff]/;

/** Counts the characters of a text; a code point of Unicode is one. */
export function countCharacters(text: string): number {
  if (!OUTSIDE_THE_FIRST_PLANE.test(text)) return text.length;
  let pairs = 0;
  for (let index = 0; index < text.length; index += 1)
    if ((text.codePointAt(index) ?? 0) > 0xffff) pairs += 1;
  return text.length - pairs;
}

/**
 * Lists the words of a text that prompts are measured by and answers repeat. A long text gives those of its first 256
 * Ki characters.
 */
export function wordsOf(text: string): string[] {
  return text.slice(0, WORDS_WITHIN).match(/[\p{L}\p{N}]+/gu) ?? [];
}
