import { countrySpecs } from 'ibantools';
import { ALPHANUMERIC, CLASSES, DIGIT, LOWER, UPPER } from '../text/characters.ts';
import { iban } from './checksums.ts';
import { examinePhone } from './examine-phone.ts';
import { DOT, Groups, HYPHEN, isPartOf, MOST_IN_VALUE, SPACE } from './groups.ts';
import { IDENTIFIER_FORMS, MIXED } from './identifier-forms.ts';
import type { IdentifierForm } from './identifier-forms.ts';
import type { Candidate, Reading, Word } from '../scan/reading.ts';

/** The most code units between a value and the word before it that tells its kind. */
const REACH = 50;
const ORDER_REACH = 24;

/** Forms by the lengths of their groups: a step for each group. */
interface Step {
  readonly next: (Step | undefined)[];
  readonly forms: IdentifierForm[];
}

const LONGEST = 35;

function makeSteps(): Step {
  const root: Step = { next: [], forms: [] };
  for (const form of IDENTIFIER_FORMS)
    for (const lengths of form.groups) {
      let step = root;
      for (const length of lengths)
        step = step.next[length] ??= { next: new Array<Step | undefined>(LONGEST), forms: [] };
      step.forms.push(form);
    }
  return root;
}

const STEPS = makeSteps();

/** Looks for values that are written in groups: identifiers, IBANs, cards, phones, IPv4 addresses. */
export class GroupExaminer {
  readonly #groups = new Groups();
  readonly #kinds: ReadonlySet<string>;

  constructor(kinds: ReadonlySet<string>) {
    this.#kinds = kinds;
  }

  /** Forgets the text before. */
  reset(): void {
    this.#groups.reset();
  }

  /** Looks at each group that begins in the word. @returns false when it needs more text. */
  examine(reading: Reading, word: Word, found: Candidate[]): boolean {
    const { text } = reading;
    let at = word.start;
    while (at < word.end) {
      const kind = (CLASSES[text.charCodeAt(at)] ?? 0) & ALPHANUMERIC;
      if (kind === 0) {
        at += 1;
        continue;
      }
      const index = this.#groups.read(reading, at);
      if (index < 0) {
        if (this.#groups.isCut && reading.isOpen) return false;
        while (at < word.end && ((CLASSES[text.charCodeAt(at)] ?? 0) & ALPHANUMERIC) !== 0) at += 1;
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
    if (flags === LOWER || (flags === UPPER && index + 1 === groups.count)) return 0;
    const byIban = this.#iban(reading, index, found);
    if (byIban > 0) return byIban;
    const byForm = this.#form(reading, index, found);
    if (byForm > 0) return byForm;
    if (flags !== DIGIT) return 0;
    const byAddress = this.#address(reading, index, found);
    if (byAddress > 0) return byAddress;
    if (!this.#kinds.has('phone')) return 0;
    const phone = examinePhone(reading, groups, index);
    if (phone === undefined) return 0;
    found.push({ kind: 'phone', detector: 'phone', start: phone.start, end: phone.end, rank: 40 });
    return phone.next - index;
  }

  #form(reading: Reading, from: number, found: Candidate[]): number {
    const groups = this.#groups;
    let step: Step | undefined = STEPS;
    let taken = 0;
    for (let index = from; index < groups.count && index < from + MOST_IN_VALUE; index++) {
      step = step.next[groups.length[index] ?? 0];
      if (step === undefined) break;
      for (const form of step.forms)
        if (this.#kinds.has(form.kind) && this.#matches(reading, form, from, index + 1)) {
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

  #matches({ text, base, context }: Reading, form: IdentifierForm, from: number, to: number): boolean {
    const groups = this.#groups;
    const isCompact = to === from + 1;
    const allowed = form.separators ?? [SPACE, HYPHEN];
    if (!isCompact) {
      if (MIXED.has(form.kind)) {
        for (let index = from + 1; index < to; index++)
          if (!allowed.includes(groups.before[index] ?? 0)) return false;
      } else if (!groups.isSeparatedBy(from, to, allowed)) return false;
    } else if (form.separators !== undefined && !form.groups.some((lengths) => lengths.length === 1))
      return false;
    if (groups.isGlued(to) || isPartOf(text, groups.start[from] ?? 0)) return false;
    const value = groups.join(text, from, to);
    if (!form.pattern.test(value) || (form.check !== undefined && !form.check(value))) return false;
    const at = base + (groups.start[from] ?? 0);
    const needs = form.needs ?? [];
    const isNamed = needs.some((need) => context.isNear(need, at, REACH));
    if (isNamed) return true;
    if (form.needsWhen === 'always' || (form.needsWhen === 'compact' && isCompact)) return false;
    return form.isCommon !== true || !context.isNear('order', at, ORDER_REACH);
  }

  #iban({ text }: Reading, from: number, found: Candidate[]): number {
    const groups = this.#groups;
    const start = groups.start[from] ?? 0;
    if (
      (groups.flags[from] ?? 0) === DIGIT ||
      (groups.length[from] ?? 0) < 4 ||
      !this.#kinds.has('iban') ||
      isPartOf(text, start)
    )
      return 0;
    const country = text.slice(start, start + 2).toUpperCase();
    const spec =
      /^[A-Z]{2}$/.test(country) && isDigits(text, start + 2, 2) ? countrySpecs[country] : undefined;
    const chars = spec?.chars ?? 0;
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

  #address({ text, base, context }: Reading, from: number, found: Candidate[]): number {
    const groups = this.#groups;
    const to = from + 4;
    if (!this.#kinds.has('ip-address') || to > groups.count || !groups.areDigits(from, to)) return 0;
    if (!groups.isSeparatedBy(from, to, [DOT])) return 0;
    const start = groups.start[from] ?? 0;
    if ((to < groups.count && groups.before[to] === DOT) || isPartOf(text, start)) return 0;
    const end = groups.endOf(to - 1);
    const value = text.slice(start, end);
    if (!/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}$/.test(value)) return 0;
    if (/^(?:127|0)\.|^255\.255\.|^224\./.test(value) || context.isNear('version', base + start, 20))
      return 0;
    found.push({ kind: 'ip-address', detector: 'ip-address', start, end, rank: 20 });
    return 4;
  }
}

function isDigits(text: string, at: number, count: number): boolean {
  for (let index = at; index < at + count; index++)
    if (CLASSES[text.charCodeAt(index)] !== DIGIT) return false;
  return true;
}
