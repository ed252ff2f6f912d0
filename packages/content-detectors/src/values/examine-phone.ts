import { DIGIT } from '../text/characters.ts';
import { BRACKET, DOT, HYPHEN, isPartOf, SLASH, SPACE } from './groups.ts';
import type { Groups } from './groups.ts';
import { isInternational, isNational, isNorthAmerican } from './phone-plan.ts';
import type { Reading } from '../scan/reading.ts';

const PLUS = 0x2b;
const OPENING = 0x28;
/** The most code units between a national number and the word that makes it one. */
const REACH = 40;

/** The places of a phone number, and the group after its last. */
export interface FoundPhone {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** Ways of writing that only phone numbers have: lengths of groups, separators, first digits. */
const WRITTEN: readonly {
  readonly groups: readonly number[];
  readonly separators: readonly number[];
  readonly pattern: RegExp;
  readonly isAmerican?: boolean;
}[] = [
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

/** Finds a phone number that begins with a group. */
export function examinePhone(reading: Reading, groups: Groups, from: number): FoundPhone | undefined {
  if (groups.flags[from] !== DIGIT) return undefined;
  if (!hasEnoughDigits(groups, from)) return undefined;
  const first = groups.start[from] ?? 0;
  const { text } = reading;
  const mark = first > 0 ? text.charCodeAt(first - 1) : 0;
  const isBracketed = mark === OPENING;
  const hasPlus = mark === PLUS;
  const start = first - (hasPlus || isBracketed ? 1 : 0);
  const startsAt = reading.base + first;
  const isNamed = reading.context.names('phone', startsAt, REACH);
  const wide = hasPlus || text.startsWith('00', first) || isNamed;
  if (!hasPlus && isPartOf(text, first)) return undefined;
  let digits = '';
  let best: FoundPhone | undefined;
  for (let index = from; index < groups.count && index < from + 9; index++) {
    if (groups.flags[index] !== DIGIT) break;
    if (index > from && groups.before[index] === BRACKET && !wide && index > from + 1) break;
    const length = groups.length[index] ?? 0;
    const at = groups.start[index] ?? 0;
    digits += text.slice(at, at + length);
    if (digits.length > 17) break;
    if (digits.length < 7 || groups.isGlued(index + 1)) continue;
    if (isPhone(digits, { hasPlus, isNamed, isBracketed }, groups, from, index + 1))
      best = { start, end: groups.endOf(index), next: index + 1 };
  }
  return best;
}

/** Tells if a group and those after it have the seven digits that the shortest number has. */
function hasEnoughDigits(groups: Groups, from: number): boolean {
  let digits = 0;
  for (let index = from; index < groups.count && index < from + 9 && groups.flags[index] === DIGIT; index++) {
    digits += groups.length[index] ?? 0;
    if (digits >= 7) return true;
  }
  return false;
}

interface Marks {
  readonly hasPlus: boolean;
  readonly isNamed: boolean;
  readonly isBracketed: boolean;
}

function isPhone(
  digits: string,
  { hasPlus, isNamed, isBracketed }: Marks,
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
  if (isWritten(digits, groups, from, to, isBracketed)) return true;
  return isNamed && !isDate(groups, from, to) && (isNational(digits) || isInternational(digits));
}

function isWritten(digits: string, groups: Groups, from: number, to: number, isBracketed: boolean): boolean {
  return WRITTEN.some(({ groups: lengths, separators, pattern, isAmerican }) => {
    if (lengths.length !== to - from) return false;
    for (let index = from; index < to; index++)
      if (groups.length[index] !== lengths[index - from]) return false;
    if (!pattern.test(digits)) return false;
    const separator = groups.before[from + 1] ?? 0;
    if (!separators.includes(separator) || (separator === BRACKET) !== isBracketed) return false;
    for (let index = from + 2; index < to; index++)
      if (separator !== BRACKET && groups.before[index] !== separator) return false;
    return isAmerican === true ? isNorthAmerican(digits) : isNational(digits);
  });
}

function isDate(groups: Groups, from: number, to: number): boolean {
  if (to !== from + 3) return false;
  const lengths = `${groups.length[from] ?? 0}${groups.length[from + 1] ?? 0}${groups.length[from + 2] ?? 0}`;
  return (
    lengths === '422' || lengths === '224' || lengths === '124' || lengths === '114' || lengths === '214'
  );
}
