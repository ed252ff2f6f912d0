import { ASSIGN, AT, CLASSES, DIGIT, JOINER, LETTER, UPPER } from '../text/characters.ts';
import { bitOf } from './context.ts';
import type { Announced, Candidate, Reading, Word } from './reading.ts';
import { examineEmails, examineUrlPasswords } from '../values/examine-address-sign.ts';
import { examineDate } from '../values/examine-dates.ts';
import { GroupExaminer } from '../values/examine-groups.ts';
import { examineInstruction } from '../values/examine-instruction.ts';
import { examineNamedSecret } from '../values/examine-named-secret.ts';
import { examineNamedValues } from '../values/examine-named-values.ts';
import { examineNetwork } from '../values/examine-network.ts';
import { examinePerson } from '../values/examine-person.ts';
import { examineCoordinates, examineStreet, isStreetName } from '../values/examine-places.ts';
import { examinePrivateKey } from '../values/examine-private-key.ts';
import { examineTokens } from '../values/examine-tokens.ts';
import { examineWrapped } from '../values/examine-wrapped.ts';
import type { OwnDetector, OwnExaminer } from '../own/own-detector.ts';
import { KINDS } from '../kinds.ts';

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
const SHORTEST_KEY = 10;
const SHORTEST_TOKEN = 14;
const SHORTEST_NUMBER_NAMED = 5;
const SECRETS: readonly string[] = Object.entries(KINDS).flatMap(([kind, { group }]) =>
  group === 'secret' ? [kind] : [],
);
const TOKENS = SECRETS.filter((kind) => !['private-key', 'named-secret', 'connection-string'].includes(kind));
const NAMED_SECRETS = ['named-secret', 'aws-key', 'twilio-key', 'azure-secret', 'connection-string'];
const NAMED_VALUES = ['bic', 'passport', 'driving-licence', 'health-insurance', 'insurance-policy'];

/** Runs those detectors at a word that may find something there. */
export class WordExaminer {
  readonly #kinds: ReadonlySet<string>;
  readonly #own: readonly OwnExaminer[];
  readonly #unwrap: ((text: string) => readonly Candidate[]) | undefined;
  readonly #groups: GroupExaminer;
  readonly #looksForTokens: boolean;
  readonly #looksForNamedSecrets: boolean;
  readonly #looksForNamedValues: boolean;

  constructor(
    kinds: ReadonlySet<string>,
    own: readonly OwnDetector[],
    unwrap: ((text: string) => readonly Candidate[]) | undefined,
  ) {
    this.#kinds = kinds;
    this.#own = own.map((detector) => detector.open());
    this.#unwrap = unwrap;
    this.#groups = new GroupExaminer(kinds);
    this.#looksForTokens = TOKENS.some((kind) => kinds.has(kind));
    this.#looksForNamedSecrets = NAMED_SECRETS.some((kind) => kinds.has(kind));
    this.#looksForNamedValues = NAMED_VALUES.some((kind) => kinds.has(kind));
  }

  /** Forgets the text before, of which places were remembered. */
  reset(): void {
    this.#groups.reset();
  }

  /** Looks for values that begin in a word. @returns false when it needs more text. */
  examine(reading: Reading, word: Word, facts: WordFacts, found: Candidate[]): boolean {
    const kinds = this.#kinds;
    const { flags } = facts;
    const length = word.end - word.start;
    if ((flags & AT) !== 0) {
      if (kinds.has('connection-string')) examineUrlPasswords(reading, word, found);
      if (kinds.has('email')) examineEmails(reading, word, found);
    }
    if ((flags & JOINER) !== 0 || length >= SHORTEST_TOKEN) {
      if (!this.#examineLong(reading, word, flags, found)) return false;
    }
    if (!this.#examineDigits(reading, word, facts, found)) return false;
    if (this.#looksForNamedSecrets && facts.announced !== undefined)
      examineNamedSecret(
        reading,
        word,
        facts.announced,
        facts.valueStart < 0 ? word.start : facts.valueStart,
        found,
      );
    if (
      facts.isName &&
      kinds.has('person') &&
      (flags & UPPER) !== 0 &&
      !examinePerson(reading, word, facts, found)
    )
      return false;
    if (
      (facts.mask & INSTRUCT) !== 0 &&
      kinds.has('prompt-instruction') &&
      !examineInstruction(reading, word, found)
    )
      return false;
    for (const examiner of this.#own) if (!examiner.examine(reading, word, found)) return false;
    if (found.length > 0) drop(found, kinds);
    return true;
  }

  #examineLong(reading: Reading, word: Word, flags: number, found: Candidate[]): boolean {
    const length = word.end - word.start;
    if (this.#looksForTokens) examineTokens(reading, word, this.#kinds, found);
    if (
      length >= SHORTEST_KEY &&
      (flags & (JOINER | UPPER)) === (JOINER | UPPER) &&
      this.#kinds.has('private-key')
    ) {
      if (!examinePrivateKey(reading, word, found)) return false;
    }
    if (found.length === 0 && this.#unwrap !== undefined) examineWrapped(reading, word, this.#unwrap, found);
    return true;
  }

  #examineDigits(reading: Reading, word: Word, { flags, mask }: WordFacts, found: Candidate[]): boolean {
    const kinds = this.#kinds;
    const { text } = reading;
    const { start, end } = word;
    const hasDigit = (flags & DIGIT) !== 0;
    if (!hasDigit && (flags & UPPER) === 0 && mask === 0 && (flags & ASSIGN) === 0) return true;
    const isLong = end - start > 256;
    if (hasDigit && !isLong) {
      if (kinds.has('date-of-birth') && !examineDate(reading, word, found)) return false;
      if (kinds.has('coordinates') && !examineCoordinates(reading, word, found)) return false;
    } else if (
      kinds.has('date-of-birth') &&
      (flags & LETTER) !== 0 &&
      !isLong &&
      !examineDate(reading, word, found)
    )
      return false;
    if ((flags & (ASSIGN | JOINER)) !== 0 && !isLong) examineNetwork(reading, word, kinds, found);
    const startsNino = !hasDigit && flags === UPPER && end - start === 2;
    if (startsNino && end + 1 >= reading.end && reading.isOpen) return false;
    if (
      (hasDigit && !isLong) ||
      (startsNino && text[end] === ' ' && CLASSES[text.charCodeAt(end + 1)] === DIGIT)
    ) {
      if (!this.#groups.examine(reading, word, found)) return false;
    }
    const mayBeNamed = (hasDigit && end - start >= SHORTEST_NUMBER_NAMED) || (flags & UPPER) !== 0;
    if (mayBeNamed && !isLong && this.#looksForNamedValues) examineNamedValues(reading, word, kinds, found);
    const mayBeStreet =
      kinds.has('street-address') && (hasDigit || (mask & STREET) !== 0 || isStreetName(text, start, end));
    return !mayBeStreet || examineStreet(reading, word, found);
  }
}

/** Drops candidates of kinds that nobody asked for. */
function drop(found: Candidate[], kinds: ReadonlySet<string>): void {
  let kept = 0;
  for (const candidate of found) if (kinds.has(candidate.kind)) found[kept++] = candidate;
  found.length = kept;
}
