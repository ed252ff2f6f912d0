import metadata from 'libphonenumber-js/min/metadata';

/** The numbers of a country: lengths and form without the calling code. */
interface Plan {
  readonly lengths: readonly number[];
  readonly pattern: RegExp;
  /** The digits before a national number when it is dialled within the country: mostly 0. */
  readonly prefix: string;
}

/** The places in a country's row. https://gitlab.com/catamphetamine/libphonenumber-js/-/blob/master/METADATA.md */
const PATTERN = 2;
const LENGTHS = 3;
const PREFIX = 5;

type Row = readonly unknown[];
const rows = metadata as unknown as {
  readonly country_calling_codes: Readonly<Record<string, readonly string[]>>;
  readonly countries: Readonly<Record<string, Row>>;
};

const plans = new Map<string, Plan>();

/** Compiles a country's row when it is first asked for. */
function planOf(country: string): Plan {
  let plan = plans.get(country);
  if (plan === undefined) {
    const row = rows.countries[country] ?? [];
    plan = {
      lengths: row[LENGTHS] as number[],
      pattern: new RegExp(`^(?:${row[PATTERN] as string})$`),
      prefix: typeof row[PREFIX] === 'string' ? row[PREFIX] : '0',
    };
    plans.set(country, plan);
  }
  return plan;
}

function fits(national: string, country: string): boolean {
  const { lengths, pattern } = planOf(country);
  return lengths.includes(national.length) && pattern.test(national);
}

/**
 * Tells if digits are a phone number with its calling code: `493012345678`. It has the lengths and beginnings of
 * https://github.com/google/libphonenumber. @param digits 7 to 15 of them.
 */
export function isInternational(digits: string): boolean {
  for (let length = 1; length <= 3; length++) {
    const countries = rows.country_calling_codes[digits.slice(0, length)];
    if (countries === undefined) continue;
    const national = digits.slice(length);
    // Some write the 0 of the number within the country: +49 (0)30.
    return countries.some(
      (country) => fits(national, country) || (national.startsWith('0') && fits(national.slice(1), country)),
    );
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

/** Tells if digits are a number as it is dialled in one of the large countries. @param digits 7 to 15 of them. */
export function isNational(digits: string): boolean {
  return COUNTRIES.some((country) => {
    const { prefix } = planOf(country);
    return (
      fits(digits, country) ||
      (prefix !== '' && digits.startsWith(prefix) && fits(digits.slice(prefix.length), country))
    );
  });
}

/** Tells if ten digits are a number of North America. https://www.nanpa.com/numbering */
export function isNorthAmerican(digits: string): boolean {
  return fits(digits, 'US') && /^[2-9]\d\d[2-9]/.test(digits);
}
