import { Normaliser } from '../text/normalise.ts';

/** Phrases that are looked for in any case, as words of their own. */
export class Phrases {
  readonly #byFirst = new Map<number, string[]>();

  constructor(phrases: readonly string[]) {
    const normaliser = new Normaliser();
    for (const phrase of phrases) {
      const plain = normaliser.normalise(phrase.trim(), true).text.toLowerCase();
      const first = plain.charCodeAt(0);
      this.#byFirst.set(
        first,
        [...(this.#byFirst.get(first) ?? []), plain].toSorted((a, b) => b.length - a.length),
      );
    }
  }

  /** Returns the length of the longest phrase at a place, 0 when none is there, -1 when more text is needed. */
  lengthAt(text: string, at: number, end: number, isOpen: boolean): number {
    const phrases = this.#byFirst.get(text.charAt(at).toLowerCase().charCodeAt(0));
    if (phrases === undefined) return 0;
    for (const phrase of phrases) {
      const last = Math.min(end, at + phrase.length);
      const part = text.slice(at, last).toLowerCase();
      if (isOpen && last === end && phrase.startsWith(part)) return -1;
      if (part === phrase && !isWord(text, last, end)) return phrase.length;
    }
    return 0;
  }
}

/** Tells if a letter or a digit stands at a place, so that a word goes on there. */
function isWord(text: string, at: number, end: number): boolean {
  return at < end && /[\p{L}\p{N}_]/u.test(text.charAt(at));
}
