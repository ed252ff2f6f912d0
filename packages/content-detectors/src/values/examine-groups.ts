import { countrySpecs } from 'ibantools';
import { ALPHANUMERIC, CLASSES, DIGIT, LOWER, UPPER } from '../text/characters.ts';
import type { Asked } from '../scan/asked.ts';
import { idOf } from '../scan/context.ts';
import { iban } from './checksums.ts';
import { examinePhone } from './examine-phone.ts';
import { DOT, Groups, HYPHEN, isPartOf, MOST_IN_VALUE, SPACE } from './groups.ts';
import { IDENTIFIER_FORMS, MIXED } from './identifier-forms.ts';
import type { IdentifierForm } from './identifier-forms.ts';
import type { Candidate, Reading, Word } from '../scan/reading.ts';

const ORDER = idOf('order');
const VERSION = idOf('version');
/** The most code units between a value and the word before it that tells its kind. */
const REACH = 50;
const ORDER_REACH = 24;
/** The fewest letters and digits of a value in groups: those of a phone number. */
const SHORTEST_VALUE = 7;
const GROUPS_OF_ADDRESS = 4;
const DOTS = [DOT];
const WORK_OF_GROUP = 8;
const WORK_OF_FORM = 16;

/** A form, as it is looked up. */
interface Form extends IdentifierForm {
  /** The place in `IDENTIFIER_FORMS`. */
  readonly id: number;
  readonly needed: readonly number[];
  readonly isMixed: boolean;
  readonly mayBeCompact: boolean;
}

/** Forms by the lengths of their groups: a step for each group. */
interface Step {
  readonly next: (Step | undefined)[];
  readonly forms: Form[];
}

const LONGEST = 65;

function makeSteps(): Step {
  const makeStep = (): Step => ({ next: new Array<Step | undefined>(LONGEST).fill(undefined), forms: [] });
  const root = makeStep();
  IDENTIFIER_FORMS.forEach((form, id) => {
    const needed = (form.needs ?? []).map(idOf);
    const mayBeCompact = form.separators === undefined || form.groups.some((lengths) => lengths.length === 1);
    const known = { ...form, id, needed, mayBeCompact, isMixed: MIXED.has(form.kind) };
    for (const lengths of form.groups) {
      let step = root;
      for (const length of lengths) step = step.next[length] ??= makeStep();
      step.forms.push(known);
    }
  });
  return root;
}

const STEPS = makeSteps();

/** The lengths of IBANs by the two letters of their country, 0 where it has none. */
const IBAN_LENGTHS = new Uint8Array(32 * 32);
for (const [country, { chars }] of Object.entries(countrySpecs))
  IBAN_LENGTHS[countryOf(country.charCodeAt(0), country.charCodeAt(1))] = chars ?? 0;

/** The number of the country of two letters, in any case. */
function countryOf(first: number, second: number): number {
  return (first & 0x1f) * 32 + (second & 0x1f);
}

/** Looks for values that are written in groups: identifiers, IBANs, cards, phones, IPv4 addresses. */
export class GroupExaminer {
  readonly #groups = new Groups();
  readonly #asked: Asked;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /** Forgets the text before. */
  reset(): void {
    this.#groups.reset();
  }

  /** Looks at each group that begins in the word. @returns false when it needs more text. */
  examine(reading: Reading, word: Word, found: Candidate[]): boolean {
    const { units } = reading;
    let at = word.start;
    while (at < word.end) {
      const kind = (CLASSES[units[at] ?? 0] ?? 0) & ALPHANUMERIC;
      if (kind === 0) {
        at += 1;
        continue;
      }
      const index = this.#groups.read(reading, at);
      if (index < 0) {
        if (this.#groups.isCut && reading.isOpen) return false;
        while (at < word.end && ((CLASSES[units[at] ?? 0] ?? 0) & ALPHANUMERIC) !== 0) at += 1;
        continue;
      }
      const next = this.#examineFrom(reading, word.end, index, found);
      if (next < 0) return false;
      at = next;
    }
    return true;
  }

  /** @returns the place after the last group that it looked at, or -1 when it needs more text. */
  #examineFrom(reading: Reading, wordEnd: number, first: number, found: Candidate[]): number {
    const groups = this.#groups;
    let index = first;
    let at = groups.start[first] ?? 0;
    while (index < groups.count && (groups.start[index] ?? 0) < wordEnd) {
      if (groups.isCut && index + MOST_IN_VALUE >= groups.count) {
        if (reading.isOpen) return -1;
        const again = groups.read(reading, groups.start[index] ?? 0);
        if (again >= 0) index = again;
      }
      const taken = this.#examineOne(reading, index, found);
      const last = taken > 0 ? index + taken - 1 : index;
      at = groups.endOf(last);
      index = last + 1;
    }
    return at;
  }

  /** @returns how many groups the value has that begins with this one; 0 when none does. */
  #examineOne(reading: Reading, index: number, found: Candidate[]): number {
    const groups = this.#groups;
    const flags = groups.flags[index] ?? 0;
    reading.work.units += WORK_OF_GROUP;
    if (flags === LOWER || (flags === UPPER && index + 1 === groups.count)) return 0;
    const isShort = groups.unitsFrom(index) < SHORTEST_VALUE;
    if (isShort && index + GROUPS_OF_ADDRESS > groups.count) return 0;
    if (!isShort) {
      const byIban = flags === DIGIT ? 0 : this.#iban(reading, index, found);
      if (byIban > 0) return byIban;
      const byForm = this.#form(reading, index, found);
      if (byForm > 0) return byForm;
    }
    if (flags !== DIGIT) return 0;
    const byAddress = this.#address(reading, index, found);
    if (byAddress > 0) return byAddress;
    if (!this.#asked.phone || isShort) return 0;
    const phone = examinePhone(reading, groups, index);
    if (phone === undefined) return 0;
    found.push({ kind: 'phone', detector: 'phone', start: phone.start, end: phone.end, rank: 40 });
    return phone.next - index;
  }

  #form(reading: Reading, from: number, found: Candidate[]): number {
    const groups = this.#groups;
    let step = STEPS;
    let taken = 0;
    const limit = Math.min(groups.count, from + MOST_IN_VALUE);
    for (let index = from; index < limit; index++) {
      const next = step.next[groups.length[index] ?? 0];
      if (next === undefined) break;
      step = next;
      for (const form of step.forms)
        if (this.#asked.forms[form.id] === true && this.#matches(reading, form, from, index + 1)) {
          found.push({
            kind: form.kind,
            detector: form.kind,
            start: groups.start[from] ?? 0,
            end: groups.endOf(index),
            rank: 30 - (index - from),
          });
          taken = index + 1 - from;
          break;
        }
    }
    return taken;
  }

  #matches(reading: Reading, form: Form, from: number, to: number): boolean {
    const groups = this.#groups;
    const isCompact = to === from + 1;
    const allowed = form.separators ?? [SPACE, HYPHEN];
    if (!isCompact) {
      if (form.isMixed) {
        for (let index = from + 1; index < to; index++)
          if (!allowed.includes(groups.before[index] ?? 0)) return false;
      } else if (!groups.isSeparatedBy(from, to, allowed)) return false;
    } else if (!form.mayBeCompact) return false;
    const { text, units, base, context } = reading;
    const start = groups.start[from] ?? 0;
    if (groups.isGlued(to) || isPartOf(units, start)) return false;
    const at = base + start;
    const isNamed = form.needed.some((need) => context.isNear(need, at, REACH));
    const isUnlikely =
      form.needsWhen === 'always' ||
      (form.needsWhen === 'compact' && isCompact) ||
      (form.isCommon === true && context.isNear(ORDER, at, ORDER_REACH));
    if (isUnlikely && !isNamed) return false;
    reading.work.units += WORK_OF_FORM;
    const value = groups.join(text, from, to);
    return form.pattern.test(value) && (form.check === undefined || form.check(value));
  }

  #iban({ text, units }: Reading, from: number, found: Candidate[]): number {
    const groups = this.#groups;
    const start = groups.start[from] ?? 0;
    if ((groups.length[from] ?? 0) < 4 || !this.#asked.iban || isPartOf(units, start)) return 0;
    const first = units[start] ?? 0;
    const second = units[start + 1] ?? 0;
    if ((CLASSES[first] ?? 0) & DIGIT || (CLASSES[second] ?? 0) & DIGIT) return 0;
    if (CLASSES[units[start + 2] ?? 0] !== DIGIT || CLASSES[units[start + 3] ?? 0] !== DIGIT) return 0;
    const chars = IBAN_LENGTHS[countryOf(first, second)] ?? 0;
    if (chars === 0) return 0;
    let length = 0;
    let to = from;
    const separator = groups.before[from + 1];
    while (to < groups.count && length < chars) {
      if (to > from && (groups.before[to] !== separator || (separator !== SPACE && separator !== HYPHEN)))
        break;
      length += groups.length[to] ?? 0;
      to += 1;
    }
    if (length !== chars || !iban(groups.join(text, from, to))) return 0;
    found.push({ kind: 'iban', detector: 'iban', start, end: groups.endOf(to - 1), rank: 10 });
    return to - from;
  }

  #address({ text, units, base, context }: Reading, from: number, found: Candidate[]): number {
    const groups = this.#groups;
    const to = from + GROUPS_OF_ADDRESS;
    if (to > groups.count || groups.before[from + 1] !== DOT || !this.#asked.ipAddress) return 0;
    if (!groups.areDigits(from, to) || !groups.isSeparatedBy(from, to, DOTS)) return 0;
    const start = groups.start[from] ?? 0;
    if ((to < groups.count && groups.before[to] === DOT) || isPartOf(units, start)) return 0;
    const end = groups.endOf(to - 1);
    const value = text.slice(start, end);
    if (!/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}$/.test(value)) return 0;
    if (/^(?:127|0)\.|^255\.255\.|^224\./.test(value) || context.isNear(VERSION, base + start, 20)) return 0;
    found.push({ kind: 'ip-address', detector: 'ip-address', start, end, rank: 20 });
    return 4;
  }
}
