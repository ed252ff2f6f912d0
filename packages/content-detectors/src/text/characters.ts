/** Classes of UTF-16 code units. A unit of no class ends a word. */
export const LOWER = 1;
export const UPPER = 2;
export const DIGIT = 4;
/** Letters that are not of ASCII, and marks that stand on them. */
export const OTHER_LETTER = 8;
/** Characters that join parts of a word: `-`, `.`, `_`, `/`, `+` and the like. */
export const JOINER = 16;
export const AT = 32;
/** `=` and `:`. */
export const ASSIGN = 64;

export const LETTER = LOWER | UPPER | OTHER_LETTER;
export const ALPHANUMERIC = LOWER | UPPER | DIGIT;

const JOINERS = '-._+/%&#!$^~*?\\';

/** Letters by range, so that the table is made in no time. https://www.unicode.org/Public/UCD/latest/ucd/Blocks.txt */
const LETTERS: readonly (readonly [number, number])[] = [
  [0xc0, 0x24f],
  [0x300, 0x3ff],
  [0x400, 0x58f],
  [0x5d0, 0x5ea],
  [0x620, 0x64a],
  [0x900, 0xdff],
  [0x1e00, 0x1fff],
];
const NO_LETTERS = [0xd7, 0xf7, 0x37e, 0x387];

function makeClasses(): Uint8Array {
  const classes = new Uint8Array(0x10000);
  classes.fill(LOWER, 0x61, 0x7b);
  classes.fill(UPPER, 0x41, 0x5b);
  classes.fill(DIGIT, 0x30, 0x3a);
  for (const joiner of JOINERS) classes[joiner.charCodeAt(0)] = JOINER;
  classes[0x40] = AT;
  classes[0x3d] = ASSIGN;
  classes[0x3a] = ASSIGN;
  for (const [first, last] of LETTERS) classes.fill(OTHER_LETTER, first, last + 1);
  for (const code of NO_LETTERS) classes[code] = 0;
  return classes;
}

/** The class of each code unit. */
export const CLASSES = makeClasses();
