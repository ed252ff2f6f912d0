import { ASSIGN, AT, CLASSES, DIGIT, JOINER, LETTER, UPPER } from '../text/characters.ts';
import type { Asked } from './asked.ts';
import { bitOf } from './context.ts';
import type { Announced, Candidate, Reading, Word } from './reading.ts';
import { examineEmails, examineUrlPasswords } from '../values/examine-address-sign.ts';
import { examineDate, examineDateOfBorn } from '../values/examine-dates.ts';
import { GroupExaminer } from '../values/examine-groups.ts';
import { examineInstruction } from '../values/examine-instruction.ts';
import { examineNamedSecret } from '../values/examine-named-secret.ts';
import { examineNamedValues } from '../values/examine-named-values.ts';
import { examineNetwork } from '../values/examine-network.ts';
import { examinePerson } from '../values/examine-person.ts';
import { examineCoordinates, examineStreet } from '../values/examine-places.ts';
import { examinePrivateKey } from '../values/examine-private-key.ts';
import { examineTokens } from '../values/examine-tokens.ts';
import { examineWrapped } from '../values/examine-wrapped.ts';
import { NextDigit } from '../values/groups.ts';
import { isStreetName } from '../values/street-names.ts';
import type { OwnDetector, OwnExaminer } from '../own/own-detector.ts';

/** The facts of a word that reading it gave. */
export interface WordFacts {
  /** The classes of its units. */
  readonly flags: number;
  /** A bit for each context that it gives. */
  readonly mask: number;
  readonly announced: Announced | undefined;
  /** The place after `password=` in it, or -1. */
  readonly valueStart: number;
  /** True when a name was announced. */
  readonly isName: boolean;
  /** True when the word before is a label, which things have too: a name of two words at least is a person's. */
  readonly isLabelled: boolean;
}

const INSTRUCT = bitOf('instruct');
const STREET = bitOf('street');
const BLANK = 0x20;
const SHORTEST_KEY = 10;
const SHORTEST_TOKEN = 14;
const SHORTEST_NUMBER_NAMED = 5;
const LONGEST_NUMBER = 256;
/** The code units of work that looking at a word takes beside the reading of them. */
const WORK_OF_WORD = 8;

/** Runs those detectors at a word that may find something there. */
export class WordExaminer {
  readonly #asked: Asked;
  readonly #own: readonly OwnExaminer[];
  readonly #unwrap: ((text: string) => readonly Candidate[]) | undefined;
  readonly #groups: GroupExaminer;
  readonly #digits = new NextDigit();

  constructor(
    asked: Asked,
    own: readonly OwnDetector[],
    unwrap: ((text: string) => readonly Candidate[]) | undefined,
  ) {
    this.#asked = asked;
    this.#own = own.map((detector) => detector.open());
    this.#unwrap = unwrap;
    this.#groups = new GroupExaminer(asked);
  }

  /** Forgets the text before, of which places were remembered. */
  reset(): void {
    this.#groups.reset();
    this.#digits.reset();
  }

  /** Looks for values that begin in a word. @returns false when it needs more text. */
  examine(reading: Reading, word: Word, facts: WordFacts, found: Candidate[]): boolean {
    const asked = this.#asked;
    const { flags } = facts;
    const length = word.end - word.start;
    reading.work.units += WORK_OF_WORD + length;
    if ((flags & AT) !== 0) {
      if (asked.connectionString && (flags & ASSIGN) !== 0) examineUrlPasswords(reading, word, found);
      if (asked.email) examineEmails(reading, word, found);
    }
    if (length >= SHORTEST_KEY && !this.#examineLong(reading, word, flags, found)) return false;
    if (!this.#examineDigits(reading, word, facts, found)) return false;
    if (facts.announced !== undefined && asked.namedSecrets)
      examineNamedSecret(
        reading,
        word,
        facts.announced,
        facts.valueStart < 0 ? word.start : facts.valueStart,
        found,
      );
    if (facts.isName && asked.person && (flags & UPPER) !== 0 && !examinePerson(reading, word, facts, found))
      return false;
    if ((facts.mask & INSTRUCT) !== 0 && asked.promptInstruction && !examineInstruction(reading, word, found))
      return false;
    for (const examiner of this.#own) if (!examiner.examine(reading, word, found)) return false;
    if (found.length > 0) drop(found, asked.kinds);
    return true;
  }

  #examineLong(reading: Reading, word: Word, flags: number, found: Candidate[]): boolean {
    const asked = this.#asked;
    const isToken = word.end - word.start >= SHORTEST_TOKEN;
    if (isToken && asked.tokens) examineTokens(reading, word, asked.kinds, found);
    if (
      (flags & (JOINER | UPPER)) === (JOINER | UPPER) &&
      asked.privateKey &&
      !examinePrivateKey(reading, word, found)
    )
      return false;
    if (isToken && found.length === 0 && this.#unwrap !== undefined)
      examineWrapped(reading, word, this.#unwrap, found);
    return true;
  }

  #examineDigits(reading: Reading, word: Word, { flags, mask }: WordFacts, found: Candidate[]): boolean {
    if ((flags & (DIGIT | UPPER | ASSIGN)) === 0 && mask === 0) return true;
    const asked = this.#asked;
    const { units } = reading;
    const { start, end } = word;
    const hasDigit = (flags & DIGIT) !== 0;
    const isLong = end - start > LONGEST_NUMBER;
    const isTelling = reading.context.isTelling(reading.base + start);
    if (isTelling && !isLong && !this.#examineTold(reading, word, flags, found)) return false;
    if (hasDigit && (flags & LETTER) === 0 && asked.dateOfBirth && !isTelling) {
      if (!examineDateOfBorn(reading, word, found)) return false;
    }
    if ((flags & (ASSIGN | JOINER)) !== 0 && asked.network && !isLong)
      examineNetwork(reading, word, asked.kinds, found);
    // `AB 12 34 56 C`, and `RSS MRA 80A01 H501U`.
    const startsNino = flags === UPPER && end - start === 2;
    const startsFiscalCode = flags === UPPER && end - start === 3;
    if ((startsNino || startsFiscalCode) && end + 1 >= reading.end && reading.isOpen) return false;
    const next = units[end] === BLANK ? CLASSES[units[end + 1] ?? 0] : 0;
    if ((hasDigit && !isLong) || (startsNino && next === DIGIT) || (startsFiscalCode && next === UPPER)) {
      if (!this.#groups.examine(reading, word, found)) return false;
    }
    const mayBeNamed = (hasDigit && end - start >= SHORTEST_NUMBER_NAMED) || (flags & UPPER) !== 0;
    if (isTelling && mayBeNamed && !isLong && asked.namedValues)
      examineNamedValues(reading, word, asked.kinds, found);
    if (!asked.streetAddress) return true;
    // No name of a street has a digit in it.
    const mayBeStreet = hasDigit
      ? CLASSES[units[start] ?? 0] === DIGIT
      : (mask & STREET) !== 0 || isStreetName(units, start, end);
    return !mayBeStreet || examineStreet(reading, word, this.#digits, found);
  }

  /** Looks for what a word before tells. @returns false when it needs more text. */
  #examineTold(reading: Reading, word: Word, flags: number, found: Candidate[]): boolean {
    const hasDigit = (flags & DIGIT) !== 0;
    const { dateOfBirth, coordinates } = this.#asked;
    if (dateOfBirth && (flags & (DIGIT | LETTER)) !== 0 && !examineDate(reading, word, found)) return false;
    return !hasDigit || !coordinates || examineCoordinates(reading, word, found);
  }
}

/** Drops candidates of kinds that nobody asked for. */
function drop(found: Candidate[], kinds: ReadonlySet<string>): void {
  let kept = 0;
  for (const candidate of found) if (kinds.has(candidate.kind)) found[kept++] = candidate;
  found.length = kept;
}
