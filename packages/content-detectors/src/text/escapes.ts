import { CLASSES, LOWER } from './characters.ts';

/** The text ends within what may become an escape. */
export const OPEN = -1;
/** The bits of an escape that hold its length. The bits above hold the unit that it stands for. */
const LENGTH_BITS = 4;
const LENGTH_MASK = (1 << LENGTH_BITS) - 1;

/** Entities of ASCII characters that values are made of. https://html.spec.whatwg.org/multipage/named-characters.html */
const ENTITIES = new Map<string, number>(
  Object.entries({
    amp: '&',
    apos: "'",
    colon: ':',
    commat: '@',
    dash: '-',
    equals: '=',
    gt: '>',
    hyphen: '-',
    lowbar: '_',
    lt: '<',
    nbsp: ' ',
    num: '#',
    percnt: '%',
    period: '.',
    plus: '+',
    quot: '"',
    semi: ';',
    sol: '/',
  }).map(([name, character]) => [name, character.charCodeAt(0)]),
);
const SHORTEST_NAME = 2;
const LONGEST_NAME = 7;
const MOST_DIGITS = 6;
const MOST_HEXADECIMALS = 5;

/** The characters that a backslash and a letter stand for. */
const CONTROLS = new Uint8Array(0x80);
for (const [letter, control] of ['n\n', 'r\r', 't\t', '""', '//'].map((pair) => Array.from(pair)))
  CONTROLS[letter?.charCodeAt(0) ?? 0] = control?.charCodeAt(0) ?? 0;

const AMPERSAND = 0x26;
const PERCENT = 0x25;
const HASH = 0x23;
const SEMICOLON = 0x3b;
const LOWER_U = 0x75;
const LOWER_X = 0x78;

const NO_DIGIT = 0xff;
/** The number that a digit of base 16 stands for. */
const HEXADECIMALS = new Uint8Array(0x80).fill(NO_DIGIT);
for (let digit = 0; digit < 16; digit++) {
  const [written = ''] = digit.toString(16);
  HEXADECIMALS[written.charCodeAt(0)] = digit;
  HEXADECIMALS[written.toUpperCase().charCodeAt(0)] = digit;
}

/** Returns the unit that an escape stands for. */
export function unitOf(escape: number): number {
  return escape >> LENGTH_BITS;
}

/** Returns the code units that an escape is written in. */
export function lengthOf(escape: number): number {
  return escape & LENGTH_MASK;
}

/** Returns an escape as one number, and 0 for what stands for no character of the basic plane. */
function escapeOf(code: number, length: number): number {
  return code > 0 && code < 0xd800 ? (code << LENGTH_BITS) | length : 0;
}

/**
 * Reads the escape that begins with the `&`, `%` or `\` at a place: an entity of HTML, a percent or one of JSON.
 * @returns the escape, for `unitOf` and `lengthOf`; 0 when none is there, and `OPEN` when the text ends too early to tell.
 */
export function readEscape(units: Uint16Array, at: number, end: number): number {
  if (at + 1 === end) return OPEN;
  const mark = units[at];
  if (mark === AMPERSAND)
    return units[at + 1] === HASH ? readNumber(units, at, end) : readName(units, at, end);
  return mark === PERCENT ? readPercent(units, at, end) : readBackslash(units, at, end);
}

/** Returns the number that a digit of base 16 stands for, or `NO_DIGIT`. */
function digitOf(unit: number | undefined): number {
  return unit === undefined || unit > 0x7f ? NO_DIGIT : (HEXADECIMALS[unit] ?? NO_DIGIT);
}

function readNumber(units: Uint16Array, start: number, end: number): number {
  let at = start + 2;
  const isHexadecimal = at < end && ((units[at] ?? 0) | 0x20) === LOWER_X;
  if (isHexadecimal) at += 1;
  const base = isHexadecimal ? 16 : 10;
  const first = at;
  const limit = Math.min(end, first + (isHexadecimal ? MOST_HEXADECIMALS : MOST_DIGITS));
  let code = 0;
  for (; at < limit; at++) {
    const digit = digitOf(units[at]);
    if (digit >= base) break;
    code = code * base + digit;
  }
  if (at === end) return OPEN;
  return at > first && units[at] === SEMICOLON ? escapeOf(code, at + 1 - start) : 0;
}

function readName(units: Uint16Array, start: number, end: number): number {
  let at = start + 1;
  const limit = Math.min(end, at + LONGEST_NAME);
  while (at < limit && CLASSES[units[at] ?? 0] === LOWER) at += 1;
  if (at === end) return OPEN;
  if (units[at] !== SEMICOLON || at - start - 1 < SHORTEST_NAME) return 0;
  const name = String.fromCharCode(...units.subarray(start + 1, at));
  return escapeOf(ENTITIES.get(name) ?? 0, at + 1 - start);
}

function readPercent(units: Uint16Array, at: number, end: number): number {
  const first = digitOf(units[at + 1]);
  if (first === NO_DIGIT) return 0;
  if (at + 2 === end) return OPEN;
  const second = digitOf(units[at + 2]);
  const code = first * 16 + second;
  return second !== NO_DIGIT && code >= 0x20 && code < 0x7f ? escapeOf(code, 3) : 0;
}

function readBackslash(units: Uint16Array, start: number, end: number): number {
  const letter = units[start + 1] ?? 0;
  if (letter !== LOWER_U) return letter > 0x7f ? 0 : escapeOf(CONTROLS[letter] ?? 0, 2);
  let code = 0;
  for (let at = start + 2; at < start + 6; at++) {
    if (at === end) return OPEN;
    const digit = digitOf(units[at]);
    if (digit === NO_DIGIT) return 0;
    code = code * 16 + digit;
  }
  return escapeOf(code, 6);
}
