import fc from 'fast-check';

const CODE_POINTS = 0x110000;
const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;

/**
 * Any Unicode character. It stands for fast-check's own unit `binary`, which makes a table of a million entries when a
 * file first uses it.
 */
const anyCharacter = fc
  .nat(CODE_POINTS - SURROGATES - 1)
  .map((index) => String.fromCodePoint(index < FIRST_SURROGATE ? index : index + SURROGATES), indexOf);

/** Text of any Unicode characters. */
export function anyText(constraints: Omit<fc.StringConstraints, 'unit'> = {}): fc.Arbitrary<string> {
  return fc.string({ unit: anyCharacter, ...constraints });
}

/** The inverse, by which fast-check finds the dangerous strings that these characters can spell. */
function indexOf(value: unknown): number {
  const [character = '', ...others] = typeof value === 'string' ? value : [];
  const code = character.codePointAt(0);
  if (code === undefined || others.length > 0) throw new Error('It is not one character.');
  return code < FIRST_SURROGATE ? code : code - SURROGATES;
}
