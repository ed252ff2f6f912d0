/** The facts of a pattern that say where and how far it can match. */
export interface PatternShape {
  /** The most code units that it matches; infinite when it repeats without an end. */
  readonly longest: number;
  readonly shortest: number;
  /** The characters and classes that a match can begin with, as the pattern has them. */
  readonly firsts: readonly string[];
}

const NOTHING: PatternShape = { longest: 0, shortest: 0, firsts: [] };
const QUANTIFIER = /(?:[?*+]|\{(\d+)(?:(,)(\d*))?\})\??/y;
const CLASS = /\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]/y;
const ESCAPED = /\\(?:[pP](?:\{\^?\w+\}|\w)|x(?:[\da-fA-F]{2}|\{[\da-fA-F]+\})|.)/sy;
const GROUP = /\((?:\?(?::|P?<\w+>))?/y;
/** Characters and classes that may match a character of two code units. */
const WIDE = /^\.|\[\^|\\[pPDWS]|[\ud800-\udfff]/;
const EDGES = new Set(['\\b', '\\B', '\\A', '\\z']);

/** Reads the shape of a pattern in RE2's syntax. https://github.com/google/re2/wiki/Syntax. @throws SyntaxError */
export function shapeOf(pattern: string): PatternShape {
  const reader = new ShapeReader(pattern);
  const shape = reader.alternatives();
  if (!reader.isAtEnd) throw new SyntaxError('it has a bracket that nothing opens');
  return shape;
}

class ShapeReader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#pattern.length;
  }

  alternatives(): PatternShape {
    let shape = this.#sequence();
    while (this.#pattern[this.#at] === '|') {
      this.#at += 1;
      const other = this.#sequence();
      shape = {
        longest: Math.max(shape.longest, other.longest),
        shortest: Math.min(shape.shortest, other.shortest),
        firsts: [...shape.firsts, ...other.firsts],
      };
    }
    return shape;
  }

  #sequence(): PatternShape {
    let shape = NOTHING;
    while (!this.isAtEnd && !'|)'.includes(this.#pattern.charAt(this.#at))) {
      const part = this.#quantified();
      shape = {
        longest: shape.longest + part.longest,
        shortest: shape.shortest + part.shortest,
        firsts: shape.shortest === 0 ? [...shape.firsts, ...part.firsts] : shape.firsts,
      };
    }
    return shape;
  }

  #quantified(): PatternShape {
    const atom = this.#atom();
    const match = this.#take(QUANTIFIER);
    if (match === undefined) return atom;
    const [mark, from, comma, to] = match;
    if (mark.startsWith('?')) return { ...atom, shortest: 0 };
    if (!mark.startsWith('{'))
      return { ...atom, longest: Infinity, shortest: mark.startsWith('*') ? 0 : atom.shortest };
    const least = Number(from);
    const most = comma === undefined ? least : to === '' ? Infinity : Number(to);
    return {
      longest: most === 0 ? 0 : atom.longest * most,
      shortest: atom.shortest * least,
      firsts: atom.firsts,
    };
  }

  #atom(): PatternShape {
    const character = this.#pattern.charAt(this.#at);
    if (character === '(') return this.#group();
    if (character === '^' || character === '$') {
      this.#at += 1;
      return NOTHING;
    }
    const unit = this.#take(CLASS)?.[0] ?? this.#take(ESCAPED)?.[0];
    if (unit !== undefined)
      return EDGES.has(unit) ? NOTHING : { longest: WIDE.test(unit) ? 2 : 1, shortest: 1, firsts: [unit] };
    this.#at += 1;
    return {
      longest: WIDE.test(character) ? 2 : 1,
      shortest: 1,
      firsts: [character === '.' ? '[^\\n]' : `\\x{${hexOf(character)}}`],
    };
  }

  #group(): PatternShape {
    if (/^\(\?(?:[=!]|<[=!])/.test(this.#pattern.slice(this.#at, this.#at + 4)))
      throw new SyntaxError('it looks ahead or behind, which takes no bounded time');
    if (this.#take(GROUP) === undefined || this.#pattern[this.#at] === '?')
      throw new SyntaxError('it has a flag within. Only (?i) at its beginning is known');
    const shape = this.alternatives();
    if (this.#pattern[this.#at] !== ')') throw new SyntaxError('it has a bracket that nothing closes');
    this.#at += 1;
    return shape;
  }

  #take(part: RegExp): RegExpExecArray | undefined {
    part.lastIndex = this.#at;
    const match = part.exec(this.#pattern);
    if (match === null) return undefined;
    this.#at = part.lastIndex;
    return match;
  }
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16);
}
