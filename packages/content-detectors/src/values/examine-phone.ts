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
  readonly isAmerican?: boolean;
}

const WRITTEN: readonly Written[] = [
  { groups: [3, 3, 4], separators: [HYPHEN, DOT, BRACKET], pattern: /^[2-9]\d\d[2-9]/, isAmerican: true },
  { groups: [2, 2, 2, 2, 2], separators: [SPACE, DOT, HYPHEN], pattern: /^0[1-79]/ },
  { groups: [5, 6], separators: [SPACE, HYPHEN], pattern: /^07/ },
  { groups: [5, 3, 3], separators: [SPACE, HYPHEN], pattern: /^07/ },
  { groups: [3, 4, 4], separators: [SPACE, HYPHEN, BRACKET], pattern: /^02/ },
  { groups: [4, 3, 4], separators: [SPACE, HYPHEN, BRACKET], pattern: /^01/ },
  { groups: [2, 4, 4], separators: [BRACKET], pattern: /^[1-9]/ },
  { groups: [2, 5, 4], separators: [BRACKET], pattern: /^[1-9]\d9/ },
  { groups: [4, 7], separators: [SPACE, SLASH, HYPHEN], pattern: /^01[5-7]/ },
  { groups: [4, 8], separators: [SPACE, SLASH, HYPHEN], pattern: /^01[5-7]/ },
  { groups: [3, 5], separators: [SLASH, BRACKET], pattern: /^0[1-9]/ },
  { groups: [3, 6], separators: [SLASH, BRACKET], pattern: /^0[1-9]/ },
  { groups: [3, 7], separators: [SLASH, BRACKET], pattern: /^0[1-9]/ },
  { groups: [3, 8], separators: [SLASH, BRACKET], pattern: /^0[1-9]/ },
  { groups: [4, 5], separators: [SLASH, BRACKET], pattern: /^0[1-9]/ },
  { groups: [4, 6], separators: [SLASH, BRACKET], pattern: /^0[1-9]/ },
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
  const wide = hasPlus || isNamed || (units[first] === ZERO && units[first + 1] === ZERO);
  const mayBeAny = wide || (units[first] === ZERO && groups.length[from] === 1);
  const marks = { hasPlus, isNamed, isBracketed };
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
    if (!mayBeAny && step?.written.length === 0) continue;
    work.units += WORK_OF_PLAN;
    if (isPhone(groups.join(text, from, index + 1), marks, step?.written, groups, from, index + 1))
      best = { start: first - (hasPlus || isBracketed ? 1 : 0), end: groups.endOf(index), next: index + 1 };
  }
  return best;
}

interface Marks {
  readonly hasPlus: boolean;
  readonly isNamed: boolean;
  readonly isBracketed: boolean;
}

function isPhone(
  digits: string,
  { hasPlus, isNamed, isBracketed }: Marks,
  written: readonly Written[] | undefined,
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
  if (written?.some((way) => isWritten(digits, way, groups, from, to, isBracketed)) === true) return true;
  return isNamed && !isDate(groups, from, to) && (isNational(digits) || isInternational(digits));
}

/** Tells if digits are written in a way, whose lengths of groups they have. */
function isWritten(
  digits: string,
  { separators, pattern, isAmerican }: Written,
  groups: Groups,
  from: number,
  to: number,
  isBracketed: boolean,
): boolean {
  const separator = groups.before[from + 1] ?? 0;
  if (!separators.includes(separator) || (separator === BRACKET) !== isBracketed) return false;
  for (let index = from + 2; index < to; index++)
    if (separator !== BRACKET && groups.before[index] !== separator) return false;
  if (!pattern.test(digits)) return false;
  return isAmerican === true ? isNorthAmerican(digits) : isNational(digits);
}

function isDate(groups: Groups, from: number, to: number): boolean {
  if (to !== from + 3) return false;
  const first = groups.length[from] ?? 0;
  const second = groups.length[from + 1] ?? 0;
  const third = groups.length[from + 2] ?? 0;
  if (first === 4) return second === 2 && third === 2;
  return third === 4 && first <= 2 && (second === 1 || second === 2);
}
