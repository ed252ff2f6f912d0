import { ASSIGN, AT, CLASSES, DIGIT, JOINER, LETTER, LOWER, UPPER } from '../text/characters.ts';
import { HIDDEN } from '../text/normalise.ts';
import type { View } from '../text/normalise.ts';
import type { Asked } from './asked.ts';
import { bitOf, ContextMemory, hashOf, idOf, lowered, mayName } from './context.ts';
import { isDull, isDullNumber } from './dull-words.ts';
import { beginsNumber, OPENING, passProse } from './pass-prose.ts';
import { endsAtText, reachOf } from './reach.ts';
import type { Announced, Candidate, Work } from './reading.ts';
import { WordExaminer } from './word-examiner.ts';
import { isLoneGroup } from '../values/lone-groups.ts';
import { isStreetName } from '../values/street-names.ts';
import type { OwnDetector } from '../own/own-detector.ts';

/** The most code units of a word. One that is longer is cut into pieces, which are words. */
const LONGEST_WORD = 4096;

const PASSWORD = bitOf('password');
const KEY = bitOf('key');
const NOT_SECRET = bitOf('notSecret');
const PERSON = bitOf('person');
const TITLE = bitOf('title');
/** The contexts of words that begin something themselves, or announce it. */
const ACTING = TITLE | PERSON | bitOf('instruct') | bitOf('street');
const CURL = idOf('curl');
const NOT_SECRET_ID = idOf('notSecret');
const PHONE = idOf('phone');
/** The most code units between a phone number and the word that announces it. */
const PHONE_REACH = 40;
const LONGEST_LONE = 6;
/** The code units behind a number that are looked at for the number that follows. */
const LONE_REACH = 40;

const NEWLINE = 0x0a;
const HYPHEN = 0x2d;
const STOP = 0x2e;
const GREATER = 0x3e;
const COMMA = 0x2c;
const CLOSING = 0x5d;
const ZERO = 0x30;
const STAR = 0x2a;
const UNDERSCORE = 0x5f;
/** The most words between one that announces a secret and the secret. */
const MOST_FILLERS = 6;
const LONGEST_FILLER = 6;
const LONGEST_PLAIN = 14;
/** `API`, and `API:`. */
const LONGEST_ACRONYM = 4;
const LONGEST_ABBREVIATION = 10;
const FILLERS = new Set(
  'is was are ist war lautet est es è é será son to als as set number no nr num'.split(' '),
);

/** The words between `Authorization:` and what authorizes. https://www.iana.org/assignments/http-authschemes */
const SCHEMES = new Set(['Basic', 'basic', 'Digest', 'ApiKey', 'Token', 'Bearer']);
/** Options that a name and a password follow. https://curl.se/docs/manpage.html#-u */
const LOGIN_OPTIONS = new Set(['-u', '--user', '--proxy-user']);
const LONGEST_COMMAND = 1000;

/** Characters between words that do not end what was announced: spaces, quotes, `>` and `[`. */
const KEEPS = new Uint8Array(0x80);
for (const mark of ' \t\r"\'`>[') KEEPS[mark.charCodeAt(0)] = 1;

/** The marks that texts are quoted by. */
const QUOTES = new Uint8Array(0x80);
for (const mark of '"\'`') QUOTES[mark.charCodeAt(0)] = 1;

/**
 * Goes over a text once and looks for values at words that may be or announce one. It keeps what the text before
 * announced, so the parts of a text are scanned one after the other.
 */
export class Scanner {
  /** The candidates that stay, in their order, with positions in the part. */
  found: Candidate[] = [];

  readonly #context = new ContextMemory();
  readonly #hasOwn: boolean;
  readonly #examiner: WordExaminer;
  readonly #candidates: Candidate[] = [];
  readonly #reading = {
    text: '',
    units: new Uint16Array(0) as Uint16Array,
    end: 0,
    isOpen: false,
    base: 0,
    context: this.#context,
    work: { units: 0 },
  };
  readonly #word = new ReadWord();
  #base = 0;
  #pendingName = false;
  /** True when nothing is announced, and no detector of one's own looks at each word. */
  #isQuiet: boolean;
  #secret: Announced['secret'] | undefined;
  #isAssigned = false;
  #fillers = 0;
  /** True behind a quote that closes what a secret was announced in. */
  #isQuoted = false;
  #isTitle = false;
  #isName = false;
  /** True where the word for a name is a label: `name:`, which things have too. */
  #isLabelled = false;

  /**
   * @param work counts what the texts take.
   * @param unwrap finds what stands in a text that was wrapped in base64.
   */
  constructor(
    asked: Asked,
    own: readonly OwnDetector[],
    work: Work,
    unwrap: ((text: string) => readonly Candidate[]) | undefined,
  ) {
    this.#reading.work = work;
    this.#hasOwn = own.length > 0;
    this.#isQuiet = !this.#hasOwn;
    this.#examiner = new WordExaminer(asked, own, unwrap);
  }

  /** Forgets the text before, and begins another. */
  reset(): void {
    this.#base = 0;
    this.#context.reset();
    this.#pendingName = false;
    this.#isLabelled = false;
    this.#forget();
  }

  /**
   * Scans a part of a text from its beginning.
   * @param isOpen true when more text follows that isn't here yet.
   * @returns the position up to which everything is decided.
   */
  scan(view: View, isOpen: boolean): number {
    this.found = [];
    this.#examiner.reset();
    const { units } = view;
    const { length } = view.text;
    const reading = this.#reading;
    reading.text = view.text;
    reading.units = units;
    reading.base = this.#base;
    reading.work.units += length;
    let at = 0;
    for (;;) {
      if (this.#isQuiet) at = passProse(units, at, length, this.#context.tellingEnd - this.#base);
      if (at >= length) return length;
      const unit = units[at] ?? 0;
      let from = at;
      if (CLASSES[unit] === 0) {
        if (unit === OPENING && at + 1 === length && isOpen) return at;
        if (unit !== OPENING || !beginsNumber(units[at + 1] ?? 0)) {
          this.#passDelimiter(unit, at);
          at += 1;
          continue;
        }
        from += 1;
      }
      const limit = this.#limitOf(view, at);
      let flags = 0;
      let hash = 0;
      let before = 0;
      let isNaming = false;
      let end = from;
      for (; end < limit; end++) {
        const next = units[end] ?? 0;
        const kind = CLASSES[next] ?? 0;
        if (kind === LOWER) hash = hashOf(hash, next);
        else if ((kind & LETTER) !== 0) {
          if (kind === UPPER && before === LOWER) {
            isNaming ||= mayName(hash);
            hash = 0;
          }
          hash = hashOf(hash, lowered(next));
        } else {
          if (hash !== 0) {
            isNaming ||= mayName(hash);
            hash = 0;
          }
          if (kind === 0) break;
        }
        flags |= kind;
        before = kind;
      }
      if (hash !== 0) isNaming ||= mayName(hash);
      if (end === length && isOpen && end - at < LONGEST_WORD && endsAtText(view, at)) return at;
      if (this.#isQuiet && !isNaming && this.#isDull(at, end, flags, length)) {
        at = end;
        continue;
      }
      const word = this.#word;
      word.begin(at, end, flags);
      if (isNaming) {
        this.#readNames(word);
        if (this.#isQuiet && this.#namesAlone(word)) {
          at = end;
          continue;
        }
      }
      const next = this.#examineWord(view, isOpen, word);
      if (next < 0) return at;
      at = next;
    }
  }

  /** Counts a decided part in, before the next is scanned. */
  advance(units: number): void {
    this.#base += units;
  }

  /** Returns the place up to which a word may reach that begins at a place. */
  #limitOf(view: View, start: number): number {
    const { places, text } = view;
    const last = Math.min(text.length, start + LONGEST_WORD);
    return places === undefined ? last : Math.min(last, reachOf(view, start));
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
    if (this.#isQuiet) return;
    // The value of an element of XML: `<password>`, and the value on the next line.
    if (unit === GREATER && this.#secret !== undefined) this.#isAssigned = true;
    if (KEEPS[unit] !== 1 && !this.#keepsAnnounced(unit)) this.#forget();
    this.#isQuoted = QUOTES[unit] === 1;
  }

  /** Tells if what is announced is for a value behind this delimiter: `set("TOKEN", "…")`, `env["TOKEN"] = "…"`. */
  #keepsAnnounced(unit: number): boolean {
    return (unit === NEWLINE && this.#isAssigned) || (this.#isQuoted && (unit === COMMA || unit === CLOSING));
  }

  #forget(): void {
    this.#secret = undefined;
    this.#isAssigned = false;
    this.#fillers = 0;
    this.#isQuoted = false;
    this.#isTitle = false;
    this.#isName = false;
    this.#isQuiet = !this.#hasOwn && !this.#pendingName;
  }

  /** Tells if a word that is no naming word can be passed where nothing is announced. */
  #isDull(start: number, end: number, flags: number, length: number): boolean {
    const { units } = this.#reading;
    const isTelling = (flags & (DIGIT | UPPER | ASSIGN)) !== 0 && this.#context.isTelling(this.#base + start);
    if ((flags & DIGIT) === 0) return isDull(units, start, end, flags, isTelling);
    if (isTelling) return false;
    return isDullNumber(units, start, end, flags, length) || this.#isLone(start, end, flags, length);
  }

  /** Tells if a word is a short number, and no value begins with it and the number behind. */
  #isLone(start: number, end: number, flags: number, length: number): boolean {
    const { units } = this.#reading;
    const from = units[start] === OPENING ? start + 1 : start;
    return (
      flags === DIGIT &&
      end - from <= LONGEST_LONE &&
      end + LONE_REACH <= length &&
      (units[from] !== ZERO || units[from + 1] !== ZERO) &&
      (units[from] !== ZERO || end - from > 1) &&
      !this.#context.isNear(PHONE, this.#base + from, PHONE_REACH) &&
      isLoneGroup(units, from, end)
    );
  }

  /** Tells if a naming word does nothing but give contexts to what follows. An option, such as `--user`, may do more. */
  #namesAlone({ start, end, flags, mask, secret }: ReadWord): boolean {
    return (
      secret === undefined &&
      (mask & ACTING) === 0 &&
      this.#reading.units[start] !== HYPHEN &&
      (flags & (DIGIT | AT)) === 0 &&
      this.#isDull(start, end, flags, end) &&
      !isStreetName(this.#reading.units, start, end)
    );
  }

  /** Looks at a word. @returns the place after it and its values, or -1 when it needs more text. */
  #examineWord(view: View, isOpen: boolean, word: ReadWord): number {
    const { start, end } = word;
    if (this.#reading.units[start + 1] === STOP && end - start <= LONGEST_ABBREVIATION)
      this.#noteAbbreviation(view.text.slice(start, end), end);
    word.announced = this.#announced(word);
    word.isName = this.#isTitle || this.#isName;
    word.isLabelled = this.#isLabelled && !this.#isTitle;
    const reading = this.#reading;
    reading.end = reachOf(view, start);
    reading.isOpen = isOpen && endsAtText(view, start);
    if (!this.#examiner.examine(reading, word, word, this.#candidates)) {
      this.#candidates.length = 0;
      return -1;
    }
    this.#announce(view.text, word);
    this.#isQuiet = !(
      this.#hasOwn ||
      this.#pendingName ||
      this.#isTitle ||
      this.#isName ||
      this.#secret !== undefined
    );
    return Math.max(end, this.#settle());
  }

  /** Reads the runs of letters of a word that may give contexts: `access` and `Token` are two. */
  #readNames(word: ReadWord): void {
    const { units } = this.#reading;
    const { start, end } = word;
    let runStart = -1;
    let hash = 0;
    let before = 0;
    for (let at = units[start] === OPENING ? start + 1 : start; at <= end; at++) {
      const unit = at < end ? (units[at] ?? 0) : 0;
      const kind = CLASSES[unit] ?? 0;
      const isLetter = (kind & LETTER) !== 0;
      if (runStart >= 0 && (!isLetter || (before === LOWER && kind === UPPER))) {
        this.#readRun(word, hash, runStart, at);
        runStart = -1;
      }
      if (kind === 0) break;
      if (isLetter) {
        if (runStart < 0) {
          runStart = at;
          hash = 0;
        }
        hash = hashOf(hash, lowered(unit));
      } else if (kind === ASSIGN && word.valueStart < 0 && word.secret !== undefined && at > start) {
        word.valueStart = at + 1;
      } else if (word.valueStart === at && (unit === STAR || unit === UNDERSCORE)) word.valueStart = at + 1;
      if (kind === ASSIGN && word.valueStart === at) word.valueStart = at + 1;
      before = kind;
    }
  }

  /** Notes a run of letters of a word, and the secret that it names. */
  #readRun(word: ReadWord, hash: number, start: number, end: number): void {
    const previous = word.lastMask;
    word.lastMask = this.#context.note(hash, this.#reading.units, start, end, this.#base);
    word.mask |= word.lastMask;
    const isOther = word.runs === 0 && this.#context.isNear(NOT_SECRET_ID, this.#base + word.start, 2);
    if (word.valueStart < 0)
      word.secret = secretOf(word.lastMask, isOther ? NOT_SECRET : previous, word.secret);
    word.runs += 1;
  }

  /** Notes a word whose letters have stops: `D.O.B.`. */
  #noteAbbreviation(word: string, end: number): void {
    const letters = word.replace(/[.:]/g, '');
    if (!/^[A-Za-z]{2,6}$/.test(letters)) return;
    const units = Uint16Array.from(letters, (letter) => letter.charCodeAt(0));
    const hash = units.reduce((before, unit) => hashOf(before, lowered(unit)), 0);
    this.#context.note(hash, units, 0, units.length, this.#base + end - units.length);
  }

  /** Returns what is announced for the value in a word, or for the word itself. */
  #announced({ secret, valueStart, end, flags }: ReadWord): Announced | undefined {
    // A value that was announced may have a naming word in it: `password: hunter2secret`.
    const isValue = this.#secret === 'login' || (this.#isAssigned && (flags & DIGIT) !== 0);
    if (secret !== undefined && (valueStart >= 0 || !isValue))
      return valueStart >= 0 && valueStart < end ? { secret, isAssigned: true } : undefined;
    return this.#secret === undefined ? undefined : { secret: this.#secret, isAssigned: this.#isAssigned };
  }

  /** Remembers what a word announces for the next. */
  #announce(text: string, word: ReadWord): void {
    const { start, end, flags, lastMask, mask, runs, secret, valueStart } = word;
    if (secret !== undefined) {
      this.#forget();
      if (valueStart >= 0 && valueStart < end) return;
      this.#secret = secret;
      this.#isAssigned = valueStart >= 0;
      return;
    }
    const endsAssigned = (flags & ASSIGN) !== 0 && CLASSES[this.#reading.units[end - 1] ?? 0] === ASSIGN;
    this.#isTitle = runs === 1 && (lastMask & TITLE) !== 0 && !endsSentence(text, start, end);
    if (runs === 1 && (mask & PERSON) !== 0) {
      this.#isName = endsAssigned;
      this.#isLabelled = endsAssigned;
      this.#secret = undefined;
      this.#pendingName = !endsAssigned;
      return;
    }
    const isMark = (flags & ~(ASSIGN | JOINER)) === 0;
    this.#isName =
      this.#pendingName && (isMark || (end - start <= LONGEST_FILLER && FILLERS.has(text.slice(start, end))));
    this.#isLabelled = isMark;
    this.#pendingName = false;
    if ((flags & JOINER) !== 0 && this.#announcesLogin(text, start, end)) {
      this.#secret = 'login';
      return;
    }
    if (this.#secret === undefined) return;
    if (isMark && (flags & ASSIGN) !== 0) {
      this.#isAssigned = true;
      return;
    }
    this.#fillers += 1;
    if (this.#isAssigned && SCHEMES.has(text.slice(start, end))) return;
    const isAcronym = (flags & ~(UPPER | ASSIGN)) === 0 && end - start <= LONGEST_ACRONYM;
    const isPlain =
      isAcronym ||
      ((flags & ~(LOWER | JOINER | ASSIGN)) === 0 &&
        (mask & NOT_SECRET) === 0 &&
        end - start <= LONGEST_PLAIN);
    const mayGoOn =
      isPlain && !this.#isAssigned && this.#fillers <= MOST_FILLERS && text.charCodeAt(end - 1) !== STOP;
    if (!mayGoOn) this.#forget();
    else if (endsAssigned) this.#isAssigned = true;
  }

  /** Tells if a word is the option of a program that a name and a password follow. */
  #announcesLogin(text: string, start: number, end: number): boolean {
    return (
      LOGIN_OPTIONS.has(text.slice(start, end)) &&
      this.#context.isNear(CURL, this.#base + end, LONGEST_COMMAND)
    );
  }

  /** Decides between candidates that overlap. @returns the place after the last that stays. */
  #settle(): number {
    const candidates = this.#candidates;
    if (candidates.length === 0) return -1;
    const [only] = candidates;
    if (only !== undefined && candidates.length === 1) {
      candidates.length = 0;
      this.found.push(only);
      this.#forget();
      return only.end;
    }
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

/** A word and what reading it gave. One is used for all words. */
class ReadWord {
  start = 0;
  end = 0;
  flags = 0;
  /** The contexts of its last run of letters, and of all. */
  lastMask = 0;
  mask = 0;
  /** The runs of letters in it, counted in words that may give contexts. */
  runs = 0;
  secret: 'password' | 'key' | undefined;
  valueStart = -1;
  announced: Announced | undefined;
  isName = false;
  isLabelled = false;

  begin(start: number, end: number, flags: number): void {
    this.start = start;
    this.end = end;
    this.flags = flags;
    this.lastMask = 0;
    this.mask = 0;
    this.runs = 0;
    this.secret = undefined;
    this.valueStart = -1;
  }
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

/** The titles that are written with a stop. */
const ABBREVIATED = /^(?:mr|mrs|ms|mx|dr|prof|mme|mlle|sr|sra|srta|sig|dott|dhr|mevr)\.$/i;

/** True for a word with a stop that ends a sentence, as in `a cache miss. Then`, and is no abbreviation. */
function endsSentence(text: string, start: number, end: number): boolean {
  return text[end - 1] === '.' && !ABBREVIATED.test(text.slice(start, end));
}
