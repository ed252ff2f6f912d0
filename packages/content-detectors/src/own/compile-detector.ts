import { RE2JS } from 're2js';
import type { Candidate, Reading, Word } from '../scan/reading.ts';
import { CLASSES, DIGIT, LETTER } from '../text/characters.ts';
import { CHECKSUMS } from '../values/checksums.ts';
import { DetectorInvalid } from './detector-invalid.ts';
import type { OwnDetector, OwnExaminer } from './own-detector.ts';
import { shapeOf } from './pattern-shape.ts';
import { Phrases } from './phrases.ts';

/** The definition of a detector of one's own, as documents have it. */
export interface DetectorDefinition {
  readonly name: string;
  /** A regular expression in RE2's syntax that matches at most `LONGEST_MATCH` units. It is tried where words begin. */
  readonly pattern?: string | undefined;
  /** The checksum of what the pattern matches: one of `CHECKSUM_NAMES`. Separators are left out. */
  readonly checksum?: string | undefined;
  /** Phrases of which one must stand at most 100 units before what the pattern matches. */
  readonly context?: readonly string[] | undefined;
  /** Texts that are found as words of their own, in any case. */
  readonly words?: readonly string[] | undefined;
}

/** The most code units that a pattern may match: a stream holds so many back where one can begin. */
const LONGEST_MATCH = 256;
const REACH = 100;
const IGNORE_CASE = '(?i)';

/** The names of checksums that a definition can have. */
export const CHECKSUM_NAMES: readonly string[] = Object.keys(CHECKSUMS);

/**
 * Compiles a detector of one's own. Its matching is linear in the text.
 * @throws DetectorInvalid when the pattern is no pattern of RE2, matches the empty text or texts of any length, or when
 * the checksum is unknown. Its message says which in plain words.
 */
export function compileDetector({
  name,
  pattern,
  checksum,
  context,
  words,
}: DetectorDefinition): OwnDetector {
  const matcher = pattern === undefined ? undefined : compilePattern(pattern);
  const check = checksum === undefined ? undefined : checksumOf(checksum);
  const denied = words && new Phrases(words);
  const near = context && new Phrases(context);
  return { kind: name, open: () => new Examiner(name, { matcher, check, denied, near }) };
}

function checksumOf(name: string): (value: string) => boolean {
  const entry = Object.entries(CHECKSUMS).find(([known]) => known === name);
  if (entry) return entry[1];
  throw new DetectorInvalid('checksum', `"${name}" is no checksum. Known are ${CHECKSUM_NAMES.join(', ')}.`);
}

interface Matcher {
  readonly longest: number;
  /** One for each character of ASCII that a match can begin with. Others are always tried. */
  readonly firsts: Uint8Array;
  lengthOf(text: string): number;
}

function compilePattern(pattern: string): Matcher {
  const refuse = (reason: string): never => {
    throw new DetectorInvalid('pattern', `the pattern cannot be used: ${reason}.`);
  };
  const isAnyCase = pattern.startsWith(IGNORE_CASE);
  const bare = isAnyCase ? pattern.slice(IGNORE_CASE.length) : pattern;
  try {
    const compiled = RE2JS.compile(pattern);
    const { longest, shortest, firsts } = shapeOf(bare);
    if (shortest === 0) return refuse('it matches the empty text');
    if (longest === Infinity) return refuse('it repeats without an end. Give a bound, as in {1,20}');
    if (longest > LONGEST_MATCH)
      return refuse(`it matches ${longest} characters, and at most ${LONGEST_MATCH} are possible`);
    return {
      longest,
      firsts: tableOf(firsts, isAnyCase),
      lengthOf: (text) => {
        const match = compiled.matcher(text);
        return match.lookingAt() ? match.end() : 0;
      },
    };
  } catch (error) {
    if (error instanceof DetectorInvalid) throw error;
    return refuse(error instanceof Error ? error.message : 'it is no pattern of RE2');
  }
}

function tableOf(firsts: readonly string[], isAnyCase: boolean): Uint8Array {
  const table = new Uint8Array(0x80);
  const first = RE2JS.compile(`${isAnyCase ? IGNORE_CASE : ''}(?:${firsts.join('|')})`);
  for (let unit = 0; unit < table.length; unit++)
    if (first.matches(String.fromCharCode(unit))) table[unit] = 1;
  return table;
}

interface Parts {
  readonly matcher: Matcher | undefined;
  readonly check: ((value: string) => boolean) | undefined;
  readonly denied: Phrases | undefined;
  readonly near: Phrases | undefined;
}

const WORD = LETTER | DIGIT;

class Examiner implements OwnExaminer {
  readonly #kind: string;
  readonly #parts: Parts;
  #lastContext = Number.NEGATIVE_INFINITY;

  constructor(kind: string, parts: Parts) {
    this.#kind = kind;
    this.#parts = parts;
  }

  examine(reading: Reading, word: Word, found: Candidate[]): boolean {
    const { text } = reading;
    let before = 0;
    for (let at = word.start; at < word.end; at++) {
      const kind = CLASSES[text.charCodeAt(at)] ?? 0;
      const isStart = at === word.start || ((before & WORD) === 0 && (kind & WORD) !== 0);
      before = kind;
      if (isStart && !this.#examineAt(reading, at, found)) return false;
    }
    return true;
  }

  #examineAt(reading: Reading, at: number, found: Candidate[]): boolean {
    const { text, end, isOpen, base } = reading;
    const { matcher, check, denied, near } = this.#parts;
    const contextual = near?.lengthAt(text, at, end, isOpen) ?? 0;
    const listed = denied?.lengthAt(text, at, end, isOpen) ?? 0;
    if (contextual < 0 || listed < 0) return false;
    if (contextual > 0) this.#lastContext = base + at + contextual;
    if (listed > 0) this.#push(at, listed, found);
    if (matcher === undefined) return true;
    const first = text.charCodeAt(at);
    if (first < 0x80 && matcher.firsts[first] === 0) return true;
    if (near !== undefined && base + at - this.#lastContext > REACH) return true;
    // One unit more: the pattern may ask what stands behind its match.
    const limit = Math.min(end, at + matcher.longest + 1);
    if (isOpen && limit === end) return false;
    const length = matcher.lengthOf(text.slice(at, limit));
    const value = text.slice(at, at + length);
    if (length > 0 && (check === undefined || check(value.replace(/[^A-Za-z0-9]/g, '').toUpperCase())))
      this.#push(at, length, found);
    return true;
  }

  #push(start: number, length: number, found: Candidate[]): void {
    found.push({ kind: this.#kind, detector: this.#kind, start, end: start + length, rank: -1 });
  }
}
