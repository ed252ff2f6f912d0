import { CONTEXTS, NAMING_WORDS } from './naming-words.ts';
import type { Context } from './naming-words.ts';

const SIZE = 4096;
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

interface Entry {
  readonly word: string;
  readonly contexts: number[];
  /** A bit for each of its contexts. */
  mask: number;
}

const ENTRIES: (Entry | undefined)[] = new Array<Entry | undefined>(SIZE).fill(undefined);
/** One for each place in the table that is taken: most words are ruled out by one byte. */
const TAKEN = new Uint8Array(SIZE);

CONTEXTS.forEach((context, id) => {
  for (const word of NAMING_WORDS[context].split(' ')) {
    let place = hashWord(word) & MASK;
    while (ENTRIES[place] !== undefined && ENTRIES[place]?.word !== word) place = (place + 1) & MASK;
    const entry = (ENTRIES[place] ??= { word, contexts: [], mask: 0 });
    entry.contexts.push(id);
    entry.mask |= 1 << id;
    TAKEN[place] = 1;
  }
});

const NUMBERS: Readonly<Record<Context, number>> = Object.fromEntries(
  CONTEXTS.map((context, id) => [context, id]),
) as Record<Context, number>;

/** The bit of a context. */
export function bitOf(context: Context): number {
  return 1 << NUMBERS[context];
}

/** The words that competing identifiers are known by: the last of them names the number that follows. */
const RIVALS = (
  ['phone', 'bank', 'card', 'passport', 'licence', 'health', 'policy', 'order', 'birth'] as const
).map((context) => NUMBERS[context]);

/** Remembers where a text gave which context last. It holds places and no text. */
export class ContextMemory {
  readonly #last = new Float64Array(CONTEXTS.length).fill(Number.NEGATIVE_INFINITY);

  /** Tells if a word may give a context, by its hash. */
  isKnown(hash: number): boolean {
    return TAKEN[hash & MASK] === 1;
  }

  /** Notes a word, if it gives a context. @param end the place after it, in the whole text. @returns a bit for each context. */
  note(hash: number, text: string, start: number, end: number, base: number): number {
    let place = hash & MASK;
    if (TAKEN[place] === 0) return 0;
    const word = text.slice(start, end).toLowerCase();
    for (let entry = ENTRIES[place]; entry !== undefined; entry = ENTRIES[place]) {
      if (entry.word === word) {
        for (const id of entry.contexts) this.#last[id] = base + end;
        return entry.mask;
      }
      place = (place + 1) & MASK;
    }
    return 0;
  }

  /** Tells if a context was given at most `reach` units before a place. */
  isNear(context: Context, at: number, reach: number): boolean {
    const distance = at - (this.#last[NUMBERS[context]] ?? 0);
    return distance >= 0 && distance <= reach;
  }

  /** The place after the last word of a context. */
  last(context: Context): number {
    return this.#last[NUMBERS[context]] ?? Number.NEGATIVE_INFINITY;
  }

  /** Tells if a context is near and no other identifier was named since. */
  names(context: Context, at: number, reach: number): boolean {
    if (!this.isNear(context, at, reach)) return false;
    const mine = this.last(context);
    return RIVALS.every((id) => (this.#last[id] ?? 0) <= mine || (this.#last[id] ?? 0) > at);
  }
}
