import { idOf } from '../scan/context.ts';
import { DIGIT } from '../text/characters.ts';
import { BRACKET, DOT, HYPHEN, isPartOf, SLASH, SPACE } from './groups.ts';
import type { Groups } from './groups.ts';
import { isInternational, isNational, isNorthAmerican } from './phone-plan.ts';
import type { Reading } from '../scan/reading.ts';

const PHONE = idOf('phone');
const PLUS = 0x2b;
const ZERO = 0x30;
const OPENING = 0x28;
/** The most code units between a national number and the word that makes it one. */
const REACH = 40;

/** The places of a phone number, and the group after its last. */
export interface FoundPhone {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** A way of writing that only phone numbers have. */
interface Written {
  /** The lengths of its groups. */
  readonly groups: readonly number[];
  readonly separators: readonly number[];
  /** The first digits. */
  readonly pattern: RegExp;
  readonly startsWithZero?: boolean;
  readonly isAmerican?: boolean;
}

/** The ways of writing that only phone numbers have. */
export const WRITTEN: readonly Written[] = [
  { groups: [3, 3, 4], separators: [HYPHEN, DOT, BRACKET], pattern: /^[2-9]\d\d[2-9]/, isAmerican: true },
  { groups: [2, 2, 2, 2, 2], separators: [SPACE, DOT, HYPHEN], pattern: /^0[1-79]/, startsWithZero: true },
  { groups: [5, 6], separators: [SPACE, HYPHEN], pattern: /^07/, startsWithZero: true },
  { groups: [5, 3, 3], separators: [SPACE, HYPHEN], pattern: /^07/, startsWithZero: true },
  { groups: [3, 4, 4], separators: [SPACE, HYPHEN, BRACKET], pattern: /^02/, startsWithZero: true },
  { groups: [4, 3, 4], separators: [SPACE, HYPHEN, BRACKET], pattern: /^01/, startsWithZero: true },
  { groups: [2, 4, 4], separators: [BRACKET], pattern: /^[1-9]/ },
  { groups: [2, 5, 4], separators: [BRACKET], pattern: /^[1-9]\d9/ },
  { groups: [4, 7], separators: [SPACE, SLASH, HYPHEN], pattern: /^01[5-7]/, startsWithZero: true },
  { groups: [4, 8], separators: [SPACE, SLASH, HYPHEN], pattern: /^01[5-7]/, startsWithZero: true },
  { groups: [3, 5], separators: [SLASH, BRACKET], pattern: /^0[1-9]/, startsWithZero: true },
  { groups: [3, 6], separators: [SLASH, BRACKET], pattern: /^0[1-9]/, startsWithZero: true },
  { groups: [3, 7], separators: [SLASH, BRACKET], pattern: /^0[1-9]/, startsWithZero: true },
  { groups: [3, 8], separators: [SLASH, BRACKET], pattern: /^0[1-9]/, startsWithZero: true },
  { groups: [4, 5], separators: [SLASH, BRACKET], pattern: /^0[1-9]/, startsWithZero: true },
  { groups: [4, 6], separators: [SLASH, BRACKET], pattern: /^0[1-9]/, startsWithZero: true },
];

/** Ways of writing by the lengths of their groups: a step for each group. */
interface Step {
  readonly next: (Step | undefined)[];
  readonly written: Written[];
}

const LONGEST_GROUP = 65;

function makeSteps(): Step {
  const makeStep = (): Step => ({
    next: new Array<Step | undefined>(LONGEST_GROUP).fill(undefined),
    written: [],
  });
  const root = makeStep();
  for (const written of WRITTEN) {
    let step = root;
    for (const length of written.groups) step = step.next[length] ??= makeStep();
    step.written.push(written);
  }
  return root;
}

const STEPS = makeSteps();

const FEWEST_DIGITS = 7;
const MOST_DIGITS = 17;
const MOST_GROUPS = 9;
const WORK_OF_PLAN = 32;

/** Finds a phone number that begins with a group. */
export function examinePhone(reading: Reading, groups: Groups, from: number): FoundPhone | undefined {
  if (groups.flags[from] !== DIGIT) return undefined;
  const first = groups.start[from] ?? 0;
  const { text, units, context, work } = reading;
  const mark = first > 0 ? (units[first - 1] ?? 0) : 0;
  const isBracketed = mark === OPENING;
  const hasPlus = mark === PLUS;
  if (!hasPlus && isPartOf(units, first)) return undefined;
  const isNamed = context.names(PHONE, reading.base + first, REACH);
  // No calling code begins with 0, and no number at home with two.
  if (!hasPlus && !isNamed && startsWithZeros(groups, units, from)) return undefined;
  const wide = hasPlus || isNamed || (units[first] === ZERO && units[first + 1] === ZERO);
  const mayBeAny = wide || (units[first] === ZERO && groups.length[from] === 1);
  const marks = { hasPlus, isNamed };
  let step: Step | undefined = STEPS;
  let digits = 0;
  let best: FoundPhone | undefined;
  const limit = Math.min(groups.count, from + MOST_GROUPS);
  for (let index = from; index < limit; index++) {
    if (groups.flags[index] !== DIGIT) break;
    if (index > from + 1 && groups.before[index] === BRACKET && !wide) break;
    const length: number = groups.length[index] ?? 0;
    step = step?.next[length];
    if (step === undefined && !mayBeAny) break;
    digits += length;
    if (digits > MOST_DIGITS) break;
    if (digits < FEWEST_DIGITS || groups.isGlued(index + 1)) continue;
    const written = waysAt(step, units[first] ?? 0, groups, from, index + 1, isBracketed);
    if (!mayBeAny && written.length === 0) continue;
    work.units += WORK_OF_PLAN;
    if (isPhone(groups.join(text, from, index + 1), marks, written, groups, from, index + 1))
      best = { start: first - (hasPlus || isBracketed ? 1 : 0), end: groups.endOf(index), next: index + 1 };
  }
  return best;
}

/** Tells if digits in groups begin with three zeros. */
function startsWithZeros(groups: Groups, units: Uint16Array, from: number): boolean {
  let zeros = 0;
  for (let index = from; index < groups.count; index++) {
    const end = groups.endOf(index);
    for (let at = groups.start[index] ?? 0; at < end; at++) {
      if (units[at] !== ZERO) return false;
      zeros += 1;
      if (zeros === 3) return true;
    }
  }
  return false;
}

interface Marks {
  readonly hasPlus: boolean;
  readonly isNamed: boolean;
}

function isPhone(
  digits: string,
  { hasPlus, isNamed }: Marks,
  written: readonly Written[],
  groups: Groups,
  from: number,
  to: number,
): boolean {
  if (hasPlus) return isInternational(digits);
  if (
    digits.startsWith('00') &&
    digits.length > 9 &&
    (isNamed || to > from + 1) &&
    isInternational(digits.slice(2))
  )
    return true;
  if (written.some((way) => isWritten(digits, way))) return true;
  return isNamed && !isDate(groups, from, to) && (isNational(digits) || isInternational(digits));
}

const NO_WAYS: readonly Written[] = [];

/** Returns the ways of writing that groups have by their lengths, their separators and their first digit. */
function waysAt(
  step: Step | undefined,
  firstDigit: number,
  groups: Groups,
  from: number,
  to: number,
  isBracketed: boolean,
): readonly Written[] {
  if (step === undefined || step.written.length === 0) return NO_WAYS;
  return step.written.filter(
    (way) =>
      (firstDigit === ZERO) === (way.startsWithZero === true) &&
      isSeparatedAs(way, groups, from, to, isBracketed),
  );
}

/** Tells if groups, whose lengths a way of writing has, have its separators. */
function isSeparatedAs(
  { separators }: Written,
  groups: Groups,
  from: number,
  to: number,
  isBracketed: boolean,
): boolean {
  const separator = groups.before[from + 1] ?? 0;
  if (!separators.includes(separator) || (separator === BRACKET) !== isBracketed) return false;
  for (let index = from + 2; index < to; index++)
    if (separator !== BRACKET && groups.before[index] !== separator) return false;
  return true;
}

function isWritten(digits: string, { pattern, isAmerican }: Written): boolean {
  return pattern.test(digits) && (isAmerican === true ? isNorthAmerican(digits) : isNational(digits));
}

function isDate(groups: Groups, from: number, to: number): boolean {
  if (to !== from + 3) return false;
  const first = groups.length[from] ?? 0;
  const second = groups.length[from + 1] ?? 0;
  const third = groups.length[from + 2] ?? 0;
  if (first === 4) return second === 2 && third === 2;
  return third === 4 && first <= 2 && (second === 1 || second === 2);
}
