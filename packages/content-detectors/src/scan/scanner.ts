import { ASSIGN, CLASSES, DIGIT, JOINER, LETTER, LOWER, UPPER } from '../text/characters.ts';
import { HIDDEN } from '../text/normalise.ts';
import { bitOf, ContextMemory, hashOf, lowered } from './context.ts';
import type { Announced, Candidate } from './reading.ts';
import { WordExaminer } from './word-examiner.ts';
import { isStreetName } from '../values/examine-places.ts';
import type { OwnDetector } from '../own/own-detector.ts';

/** The most code units of a word. One that is longer is cut into pieces, which are words. */
const LONGEST_WORD = 4096;

const PASSWORD = bitOf('password');
const KEY = bitOf('key');
const NOT_SECRET = bitOf('notSecret');
const PERSON = bitOf('person');
const TITLE = bitOf('title');

const NEWLINE = 0x0a;
const OPENING = 0x28;
/** The most words between one that announces a secret and the secret. */
const MOST_FILLERS = 6;
const LONGEST_PLAIN = 30;
const BIRTH_REACH = 80;
const FILLERS = new Set(
  'is was are ist war lautet est es è é será son to als as set number no nr num'.split(' '),
);

/** Characters between words that do not end what was announced: spaces, quotes, `>` and `[`. */
const KEEPS = new Uint8Array(0x80);
for (const mark of ' \t\r"\'`>[') KEEPS[mark.charCodeAt(0)] = 1;

/** A bounded part of a text that the scanner may look at. */
export interface Part {
  readonly text: string;
  /** True when more text follows that isn't here yet. */
  readonly isOpen: boolean;
  /** Returns the position up to which a value may reach that begins at a position: at most `LONGEST_VALUE` units of the original. */
  readonly reachOf: (start: number) => number;
  /** Tells if the reach ends because the text does, and not because a value would be too long. */
  readonly endsAt: (start: number) => boolean;
}

/**
 * Goes over a text once and looks for values at words that may be or announce one. It keeps what the text before
 * announced, so the parts of a text are scanned one after the other.
 */
export class Scanner {
  /** The candidates that stay, in their order, with positions in the part. */
  found: Candidate[] = [];

  readonly #context = new ContextMemory();
  #pendingName = false;
  /** True when nothing is announced, and no detector of one's own looks at each word. */
  #isQuiet: boolean;
  readonly #hasOwn: boolean;
  readonly #examiner: WordExaminer;
  readonly #candidates: Candidate[] = [];
  #base = 0;
  #secret: 'password' | 'key' | undefined;
  #isAssigned = false;
  #fillers = 0;
  #isTitle = false;
  #isName = false;
  /** True where the word for a name is a label: `name:`, which things have too. */
  #isLabelled = false;

  constructor(kinds: ReadonlySet<string>, own: readonly OwnDetector[], { unwraps }: { unwraps: boolean }) {
    this.#hasOwn = own.length > 0;
    this.#isQuiet = !this.#hasOwn;
    this.#examiner = new WordExaminer(kinds, own, unwraps ? (text) => scanWhole(text, kinds) : undefined);
  }

  /** Scans a part from its beginning. @returns the position up to which everything is decided. */
  scan(part: Part): number {
    this.found = [];
    this.#examiner.reset();
    const { text, isOpen } = part;
    const { length } = text;
    let at = 0;
    while (at < length) {
      const unit = text.charCodeAt(at);
      if ((CLASSES[unit] ?? 0) === 0 && !this.#beginsNumber(text, at)) {
        if (unit === OPENING && at + 1 === length && isOpen) return at;
        this.#passDelimiter(unit, at);
        at += 1;
        continue;
      }
      const plain = this.#plainWord(text, at);
      if (plain > 0) {
        at = plain;
        continue;
      }
      const next = this.#word(part, at);
      if (next < 0) return at;
      at = next;
    }
    return length;
  }

  /** Counts a decided part in, before the next is scanned. */
  advance(units: number): void {
    this.#base += units;
  }

  /** Tells if a bracket stands before digits or a plus, as in phone numbers. */
  #beginsNumber(text: string, at: number): boolean {
    if (text.charCodeAt(at) !== OPENING) return false;
    const next = text.charCodeAt(at + 1);
    return next === 0x2b || CLASSES[next] === DIGIT;
  }

  #passDelimiter(unit: number, at: number): void {
    if (unit === HIDDEN) {
      this.#candidates.push({
        kind: 'hidden-text',
        detector: 'hidden-text',
        start: at,
        end: at + 1,
        rank: 0,
      });
      this.#settle();
    }
    if (this.#isQuiet || KEEPS[unit] === 1 || (unit === NEWLINE && this.#isAssigned)) return;
    this.#forget();
  }

  #forget(): void {
    this.#secret = undefined;
    this.#isAssigned = false;
    this.#fillers = 0;
    this.#isTitle = false;
    this.#isName = false;
    this.#isQuiet = !this.#hasOwn && !this.#pendingName;
  }

  /**
   * Passes a word of prose: lower-case letters, maybe after one capital, that announce nothing and that nothing announced.
   * @returns the place after it, or -1 when it is no such word.
   */
  #plainWord(text: string, start: number): number {
    if (!this.#isQuiet) return -1;
    let at = start;
    let hash = 0;
    let unit = text.charCodeAt(at);
    const isCapital = CLASSES[unit] === UPPER;
    if (isCapital) {
      hash = unit | 0x20;
      unit = text.charCodeAt(++at);
    }
    while (CLASSES[unit] === LOWER) {
      hash = hashOf(hash, unit);
      unit = text.charCodeAt(++at);
    }
    // The end of the text is no end of a word: `NaN` has no class.
    if (CLASSES[unit] !== 0 || at - start > LONGEST_PLAIN || at - start < 2 || this.#context.isKnown(hash))
      return -1;
    if (isStreetName(text, start, at)) return -1;
    return isCapital && this.#context.isNear('birth', this.#base + at, BIRTH_REACH) ? -1 : at;
  }

  /** Reads a word and looks at it. @returns the place after it and its values, or -1 when it needs more text. */
  #word(part: Part, start: number): number {
    const { text, isOpen } = part;
    const reach = part.reachOf(start);
    const limit = Math.min(reach, start + LONGEST_WORD);
    let flags = 0;
    let mask = 0;
    let lastMask = 0;
    let runs = 0;
    let runStart = -1;
    let hash = 0;
    let before = 0;
    let secret: 'password' | 'key' | undefined;
    let valueStart = -1;
    let at = text.charCodeAt(start) === OPENING ? start + 1 : start;
    for (; at <= limit; at++) {
      const unit = at < limit ? text.charCodeAt(at) : 0;
      const kind = at < limit ? (CLASSES[unit] ?? 0) : 0;
      const isLetter = (kind & LETTER) !== 0;
      // A run of letters ends: also between `access` and `Token`.
      if (runStart >= 0 && (!isLetter || (before === LOWER && kind === UPPER))) {
        const isPartial = at === text.length && isOpen && at - start < LONGEST_WORD && part.endsAt(start);
        if (!isPartial) {
          const previous = lastMask;
          lastMask = this.#context.note(hash, text, runStart, at, this.#base);
          mask |= lastMask;
          const isOther = runs === 0 && this.#context.isNear('notSecret', this.#base + start, 2);
          if (valueStart < 0) secret = secretOf(lastMask, isOther ? NOT_SECRET : previous, secret);
        }
        runs += 1;
        runStart = -1;
      }
      if (kind === 0) break;
      if (isLetter) {
        if (runStart < 0) {
          runStart = at;
          hash = 0;
        }
        hash = hashOf(hash, lowered(unit));
      } else if (kind === ASSIGN && valueStart < 0 && secret !== undefined && at > start) {
        valueStart = at + 1;
      } else if (valueStart === at && (unit === 0x2a || unit === 0x5f)) valueStart = at + 1;
      if (kind === ASSIGN && valueStart === at) valueStart = at + 1;
      flags |= kind;
      before = kind;
    }
    const end = at > limit ? limit : at;
    if (end === text.length && isOpen && end - start < LONGEST_WORD && part.endsAt(start)) return -1;
    const word = { start, end };
    const examined = this.#examiner.examine(
      { text, end: reach, isOpen: isOpen && part.endsAt(start), base: this.#base, context: this.#context },
      word,
      {
        flags,
        mask,
        announced: this.#announced(secret, valueStart, end),
        valueStart,
        isName: this.#isTitle || this.#isName,
        isLabelled: this.#isLabelled && !this.#isTitle,
      },
      this.#candidates,
    );
    if (!examined) {
      this.#candidates.length = 0;
      return -1;
    }
    this.#announce(text, word, { flags, lastMask, mask, runs, secret, valueStart });
    this.#isQuiet = !(
      this.#hasOwn ||
      this.#pendingName ||
      this.#isTitle ||
      this.#isName ||
      this.#secret !== undefined
    );
    return Math.max(end, this.#settle());
  }

  /** Returns what is announced for the value in a word, or for the word itself. */
  #announced(secret: 'password' | 'key' | undefined, valueStart: number, end: number): Announced | undefined {
    if (secret !== undefined)
      return valueStart >= 0 && valueStart < end ? { secret, isAssigned: true } : undefined;
    return this.#secret === undefined ? undefined : { secret: this.#secret, isAssigned: this.#isAssigned };
  }

  /** Remembers what a word announces for the next. */
  #announce(text: string, { start, end }: { start: number; end: number }, word: ReadWord): void {
    const { flags, lastMask, mask, runs, secret, valueStart } = word;
    if (secret !== undefined) {
      this.#forget();
      if (valueStart >= 0 && valueStart < end) return;
      this.#secret = secret;
      this.#isAssigned = valueStart >= 0;
      return;
    }
    const endsAssigned = (flags & ASSIGN) !== 0 && CLASSES[text.charCodeAt(end - 1)] === ASSIGN;
    this.#isTitle = runs === 1 && (lastMask & TITLE) !== 0 && !endsSentence(text, start, end);
    if (runs === 1 && (mask & PERSON) !== 0) {
      this.#isName = endsAssigned;
      this.#isLabelled = endsAssigned;
      this.#secret = undefined;
      this.#pendingName = !endsAssigned;
      return;
    }
    const isMark = runs === 0 && (flags & ~(ASSIGN | JOINER)) === 0;
    const isFiller = isMark || (end - start <= 6 && FILLERS.has(text.slice(start, end)));
    this.#isName = this.#pendingName && isFiller;
    this.#isLabelled = isMark;
    this.#pendingName = false;
    if (this.#secret === undefined) return;
    if (isMark && (flags & ASSIGN) !== 0) {
      this.#isAssigned = true;
      return;
    }
    this.#fillers += 1;
    const isPlain =
      (flags & ~(LOWER | JOINER | ASSIGN)) === 0 && (mask & NOT_SECRET) === 0 && end - start <= 14;
    const mayGoOn = isPlain && !this.#isAssigned && this.#fillers <= MOST_FILLERS && text[end - 1] !== '.';
    if (!mayGoOn) this.#forget();
    else if (endsAssigned) this.#isAssigned = true;
  }

  /** Decides between candidates that overlap. @returns the place after the last that stays. */
  #settle(): number {
    const candidates = this.#candidates;
    if (candidates.length === 0) return -1;
    const kept: Candidate[] = [];
    candidates.sort((a, b) => a.rank - b.rank || a.start - b.start || b.end - a.end);
    for (const candidate of candidates)
      if (kept.every(({ start, end }) => candidate.end <= start || candidate.start >= end))
        kept.push(candidate);
    candidates.length = 0;
    kept.sort((a, b) => a.start - b.start);
    this.found.push(...kept);
    if (kept.length > 0) this.#forget();
    return kept.at(-1)?.end ?? -1;
  }
}

interface ReadWord {
  readonly flags: number;
  readonly lastMask: number;
  readonly mask: number;
  readonly runs: number;
  readonly secret: 'password' | 'key' | undefined;
  readonly valueStart: number;
}

/** Returns the secret that a word names, from its last run of letters and the one before: not `publicKey`, `tokenCount`. */
function secretOf(
  mask: number,
  previous: number,
  secret: 'password' | 'key' | undefined,
): 'password' | 'key' | undefined {
  if ((mask & PASSWORD) !== 0) return 'password';
  if ((mask & KEY) !== 0) return (previous & NOT_SECRET) !== 0 ? undefined : 'key';
  return secret !== undefined && mask === 0 ? undefined : (mask & NOT_SECRET) !== 0 ? undefined : secret;
}

/** Scans a text that is complete. */
function scanWhole(text: string, kinds: ReadonlySet<string>): readonly Candidate[] {
  const scanner = new Scanner(kinds, [], { unwraps: false });
  scanner.scan({ text, isOpen: false, reachOf: () => text.length, endsAt: () => true });
  return scanner.found;
}

/** The titles that are written with a stop. */
const ABBREVIATED = /^(?:mr|mrs|ms|mx|dr|prof|mme|mlle|sr|sra|srta|sig|dott|dhr|mevr)\.$/i;

/** True for a word with a stop that ends a sentence, as in `a cache miss. Then`, and is no abbreviation. */
function endsSentence(text: string, start: number, end: number): boolean {
  return text[end - 1] === '.' && !ABBREVIATED.test(text.slice(start, end));
}
