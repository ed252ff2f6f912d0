import { CONTEXTS, NAMING_WORDS } from './naming-words.ts';
import type { Context } from './naming-words.ts';

const SIZE = 8192;
const MASK = SIZE - 1;

/** The step of the hash of a word: the hash of the letters before, and a letter in lower case. */
export function hashOf(hash: number, unit: number): number {
  return (Math.imul(hash, 31) + unit) | 0;
}

/** Returns a letter in lower case. */
export function lowered(unit: number): number {
  if (unit < 0x80) return unit | 0x20;
  const isUpper = (unit >= 0xc0 && unit <= 0xde) || (unit >= 0x410 && unit <= 0x42f);
  return isUpper ? unit + 0x20 : unit;
}

function hashWord(word: string): number {
  let hash = 0;
  for (let at = 0; at < word.length; at++) hash = hashOf(hash, word.charCodeAt(at));
  return hash;
}

/** Naming words, and by the same numbers the hashes and the contexts of each, as bits. Number 0 is none. */
const WORDS: string[] = [''];
const HASHES = [0];
const MASKS = [0];
/** The number of a word by its hash, at the first free place. Most words of prose find 0. */
const NUMBERS = new Uint16Array(SIZE);

function placeOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & MASK;
}

CONTEXTS.forEach((context, id) => {
  for (const word of NAMING_WORDS[context].split(' ')) {
    const hash = hashWord(word);
    let place = placeOf(hash);
    while (NUMBERS[place] !== 0 && WORDS[NUMBERS[place] ?? 0] !== word) place = (place + 1) & MASK;
    if (NUMBERS[place] === 0) {
      NUMBERS[place] = WORDS.length;
      WORDS.push(word);
      HASHES.push(hash);
      MASKS.push(0);
    }
    const number = NUMBERS[place] ?? 0;
    MASKS[number] = (MASKS[number] ?? 0) | (1 << id);
  }
});

/** Returns the number of the word that has a hash, and 0 when no word has. */
function numberOf(hash: number): number {
  let place = placeOf(hash);
  for (;;) {
    const number = NUMBERS[place] ?? 0;
    if (number === 0 || HASHES[number] === hash) return number;
    place = (place + 1) & MASK;
  }
}

/** Tells if a word may give a context, by its hash. */
export function mayName(hash: number): boolean {
  return NUMBERS[placeOf(hash)] !== 0 && numberOf(hash) !== 0;
}

const IDS = Object.fromEntries(CONTEXTS.map((context, id) => [context, id])) as Record<Context, number>;

/** The number of a context. */
export function idOf(context: Context): number {
  return IDS[context];
}

/** The bit of a context. */
export function bitOf(context: Context): number {
  return 1 << IDS[context];
}

/** The words that competing identifiers are known by: the last of them names the number that follows. */
const RIVALS = (
  ['phone', 'bank', 'card', 'passport', 'licence', 'health', 'policy', 'order', 'birth'] as const
).map(idOf);

/** The contexts of values that nothing but a word before them tells. */
const TELLING = (['birth', 'place', 'bank', 'passport', 'licence', 'health', 'policy'] as const)
  .map(bitOf)
  .reduce((mask, bit) => mask | bit);
/** The most code units between such a word and the beginning of the value. */
const TELLING_REACH = 100;

/** Remembers where a text gave which context last. It holds places and no text. */
export class ContextMemory {
  readonly #last: number[] = CONTEXTS.map(() => Number.NEGATIVE_INFINITY);
  #lastTelling = Number.NEGATIVE_INFINITY;

  /** Forgets the text before. */
  reset(): void {
    this.#last.fill(Number.NEGATIVE_INFINITY);
    this.#lastTelling = Number.NEGATIVE_INFINITY;
  }

  /** Notes a word, if it gives a context. @returns a bit for each context. */
  note(hash: number, units: Uint16Array, start: number, end: number, base: number): number {
    const number = numberOf(hash);
    if (number === 0) return 0;
    const word = WORDS[number] ?? '';
    if (word.length !== end - start) return 0;
    for (let at = start; at < end; at++)
      if (lowered(units[at] ?? 0) !== word.charCodeAt(at - start)) return 0;
    const mask = MASKS[number] ?? 0;
    for (let rest = mask; rest !== 0; rest &= rest - 1)
      this.#last[31 - Math.clz32(rest & -rest)] = base + end;
    if ((mask & TELLING) !== 0) this.#lastTelling = base + end;
    return mask;
  }

  /** The last place where a value may begin that only a word before it tells. */
  get tellingEnd(): number {
    return this.#lastTelling + TELLING_REACH;
  }

  /** Tells if a word may be near that announces a value which nothing else tells. */
  isTelling(at: number): boolean {
    return at <= this.tellingEnd;
  }

  /** Tells if a context, by its number, was given at most `reach` units before a place. */
  isNear(context: number, at: number, reach: number): boolean {
    const distance = at - (this.#last[context] ?? 0);
    return distance >= 0 && distance <= reach;
  }

  /** Tells if a context is near and no other identifier was named since. */
  names(context: number, at: number, reach: number): boolean {
    if (!this.isNear(context, at, reach)) return false;
    const mine = this.#last[context] ?? 0;
    for (const id of RIVALS) {
      const other = this.#last[id] ?? 0;
      if (other > mine && other <= at) return false;
    }
    return true;
  }
}
