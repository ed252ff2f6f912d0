/** The longest pattern that is read, and the longest text that is made of one, in characters. */
const MAXIMUM_PATTERN = 1_000;
const MAXIMUM_TEXT = 1_000;

/** A member of a character class, with the characters that it stands for: a range, or a class of its own. */
interface ClassMember {
  readonly example: string;
  readonly members: RegExp | readonly [first: string, last: string];
}

/** The characters that are tried for a class that only says which characters it has not. */
const CANDIDATES = 'a1A -_.,/é';
const CLASSES: Readonly<Record<string, ClassMember>> = {
  d: { example: '1', members: /\d/ },
  D: { example: 'a', members: /\D/ },
  w: { example: 'a', members: /\w/ },
  W: { example: '-', members: /\W/ },
  s: { example: ' ', members: /\s/ },
  S: { example: 'a', members: /\S/ },
};
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' };

/**
 * Makes a text that a regular expression of JSON Schema matches. Of alternatives it takes the first, of repetitions the
 * fewest.
 * Source: https://json-schema.org/draft/2020-12/json-schema-core#section-6.4
 * @param least the wanted length, which repetitions without an end are stretched to
 * @returns undefined for a pattern with look-around, references or properties of Unicode, and for one that is too long
 */
export function exampleOfPattern(pattern: string, least = 0): string | undefined {
  if (pattern.length > MAXIMUM_PATTERN || least > MAXIMUM_TEXT) return undefined;
  try {
    const shortest = new PatternReader(pattern, 0).read();
    return shortest.length >= least ? shortest : new PatternReader(pattern, least).read();
  } catch (error) {
    if (error instanceof UnreadablePattern) return undefined;
    throw error;
  }
}

class UnreadablePattern extends Error {}

/** Reads a pattern from left to right, and makes the example on the way. */
class PatternReader {
  readonly #pattern: string;
  readonly #leastOfMany: number;
  #at = 0;

  /** @param leastOfMany how often a repetition without an end occurs at least */
  constructor(pattern: string, leastOfMany: number) {
    this.#pattern = pattern;
    this.#leastOfMany = leastOfMany;
  }

  read(): string {
    const example = this.#alternatives();
    if (this.#at < this.#pattern.length) throw new UnreadablePattern();
    return example;
  }

  #alternatives(): string {
    const first = this.#sequence();
    while (this.#take('|')) this.#sequence();
    return first;
  }

  #sequence(): string {
    let text = '';
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#next())) {
      const atom = this.#atom();
      const count = this.#repetitions();
      if (text.length + atom.length * count > MAXIMUM_TEXT) throw new UnreadablePattern();
      text += atom.repeat(count);
    }
    return text;
  }

  #atom(): string {
    const character = this.#read();
    switch (character) {
      case '^':
      case '$':
        return '';
      case '.':
        return 'a';
      case '(':
        return this.#group();
      case '[':
        return this.#characterClass();
      case '\\':
        return this.#take('b') ? '' : this.#escape().example;
      case '*':
      case '+':
      case '?':
        throw new UnreadablePattern();
      default:
        return character;
    }
  }

  #group(): string {
    if (this.#take('?') && !this.#take(':')) {
      const name = /^<[A-Za-z_]\w*>/.exec(this.#pattern.slice(this.#at));
      if (!name) throw new UnreadablePattern();
      this.#at += name[0].length;
    }
    const example = this.#alternatives();
    if (!this.#take(')')) throw new UnreadablePattern();
    return example;
  }

  #characterClass(): string {
    const isNegated = this.#take('^');
    const members: ClassMember[] = [];
    while (!this.#take(']')) {
      const first = this.#classMember();
      const isRange = this.#next() === '-' && this.#pattern[this.#at + 1] !== ']';
      if (!isRange) members.push(first);
      else {
        this.#read();
        members.push({ ...first, members: [first.example, this.#classMember().example] });
      }
    }
    const has = (character: string): boolean =>
      members.some(({ members: part }) =>
        part instanceof RegExp ? part.test(character) : part[0] <= character && character <= part[1],
      );
    const example = isNegated ? Array.from(CANDIDATES).find((each) => !has(each)) : plainestOf(members, has);
    if (example === undefined) throw new UnreadablePattern();
    return example;
  }

  #classMember(): ClassMember {
    const character = this.#read();
    if (character === '\\') return this.#escape();
    return { example: character, members: [character, character] };
  }

  #escape(): ClassMember {
    const character = this.#read();
    const known = CLASSES[character];
    if (known) return known;
    if (/[1-9bckp]/i.test(character)) throw new UnreadablePattern();
    const digits = { x: 2, u: 4 }[character];
    const code = digits === undefined ? undefined : this.#pattern.slice(this.#at, this.#at + digits);
    if (code !== undefined && !/^[\dA-Fa-f]+$/.test(code)) throw new UnreadablePattern();
    this.#at += digits ?? 0;
    const example =
      code === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16));
    return { example, members: [example, example] };
  }

  /** Reads a quantifier, which may be lazy. */
  #repetitions(): number {
    const [written = '', least, most] =
      /^(?:[*+?]|\{(\d{1,9})(,\d{0,9})?\})\??/.exec(this.#pattern.slice(this.#at)) ?? [];
    this.#at += written.length;
    if (written === '') return 1;
    if (written.startsWith('?')) return 0;
    if (least === undefined) return Math.max(written.startsWith('+') ? 1 : 0, this.#leastOfMany);
    return most === ',' ? Math.max(Number(least), this.#leastOfMany) : Number(least);
  }

  #next(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #read(): string {
    const character = this.#pattern[this.#at];
    if (character === undefined) throw new UnreadablePattern();
    this.#at += 1;
    return character;
  }

  #take(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#at += 1;
    return true;
  }
}

/** Prefers a plain letter or digit to the first character that the class names. */
function plainestOf(
  members: readonly ClassMember[],
  has: (character: string) => boolean,
): string | undefined {
  return Array.from('aA1').find(has) ?? members[0]?.example;
}
