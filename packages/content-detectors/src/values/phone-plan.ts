import metadata from 'libphonenumber-js/min/metadata';

/** The places in a country's row. https://gitlab.com/catamphetamine/libphonenumber-js/-/blob/master/METADATA.md */
const PATTERN = 2;
const LENGTHS = 3;
const PREFIX = 5;

type Row = readonly unknown[];
const rows = metadata as unknown as {
  readonly country_calling_codes: Readonly<Record<string, readonly string[]>>;
  readonly countries: Readonly<Record<string, Row>>;
};

/** The most digits that are asked about: a calling code and a number, and a prefix. */
const MOST_DIGITS = 18;

/** Patterns of whole numbers by how many digits they have; null where none has so many, undefined until asked for. */
type ByLength = (RegExp | null | undefined)[];

function newByLength(): ByLength {
  return new Array<RegExp | null | undefined>(MOST_DIGITS).fill(undefined);
}

/** Returns the ways to write the national numbers of a country in so many digits, with a prefix or without. */
function waysOf(country: string, length: number, prefix: string | undefined): string[] {
  const row = rows.countries[country] ?? [];
  const lengths = row[LENGTHS] as number[];
  const number = `(?:${row[PATTERN] as string})`;
  const before = prefix ?? (typeof row[PREFIX] === 'string' ? row[PREFIX] : '0');
  const ways = lengths.includes(length) ? [number] : [];
  return before !== '' && lengths.includes(length - before.length) ? [...ways, before + number] : ways;
}

/** Tells if digits are a national number of one of some countries. The patterns are compiled when first asked for. */
function fits(
  digits: string,
  patterns: ByLength,
  countries: readonly string[],
  prefix: string | undefined,
): boolean {
  const { length } = digits;
  let pattern = patterns[length];
  if (pattern === undefined) {
    const ways = countries.flatMap((country) => waysOf(country, length, prefix));
    pattern = ways.length === 0 ? null : new RegExp(`^(?:${ways.join('|')})$`);
    patterns[length] = pattern;
  }
  return pattern?.test(digits) === true;
}

/** The countries and patterns of calling codes that were asked for. */
const codes = new Map<string, { readonly countries: readonly string[]; readonly patterns: ByLength }>();

/**
 * Tells if digits are a phone number with its calling code: `493012345678`. It has the lengths and beginnings of
 * https://github.com/google/libphonenumber. @param digits 7 to 17 of them.
 */
export function isInternational(digits: string): boolean {
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length);
    let known = codes.get(code);
    if (known === undefined) {
      const countries = rows.country_calling_codes[code];
      if (countries === undefined) continue;
      known = { countries, patterns: newByLength() };
      codes.set(code, known);
    }
    // Some write the 0 of the number within the country: +49 (0)30.
    return fits(digits.slice(length), known.patterns, known.countries, '0');
  }
  return false;
}

/** Countries whose national numbers are known without a calling code. */
const COUNTRIES = [
  'DE',
  'GB',
  'FR',
  'ES',
  'IT',
  'NL',
  'US',
  'IN',
  'BR',
  'AT',
  'CH',
  'BE',
  'PT',
  'PL',
  'AU',
  'SE',
  'IE',
  'JP',
];

const NATIONAL = newByLength();
const NORTH_AMERICAN = newByLength();

/** Tells if digits are a number as it is dialled in one of the large countries. @param digits 7 to 17 of them. */
export function isNational(digits: string): boolean {
  return fits(digits, NATIONAL, COUNTRIES, undefined);
}

/** Tells if ten digits are a number of North America. https://www.nanpa.com/numbering */
export function isNorthAmerican(digits: string): boolean {
  return fits(digits, NORTH_AMERICAN, ['US'], '') && /^[2-9]\d\d[2-9]/.test(digits);
}
