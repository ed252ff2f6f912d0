/** Checks of digits by their last ones. Each takes digits and letters without separators, in upper case. */

function digit(value: string, at: number): number {
  return value.charCodeAt(at) - 48;
}

function weigh(value: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * digit(value, at), 0);
}

function isOneDigit(value: string): boolean {
  return value === value.charAt(0).repeat(value.length);
}

/** https://www.iso.org/standard/70484.html, annex B: payment cards. */
export function luhn(value: string): boolean {
  let sum = 0;
  for (let at = value.length - 1, twice = false; at >= 0; at--, twice = !twice) {
    const one = digit(value, at) * (twice ? 2 : 1);
    sum += one > 9 ? one - 9 : one;
  }
  return sum % 10 === 0;
}

/** ISO 7064, MOD 97-10. Letters count as 10 to 35. */
function mod97(value: string): number {
  let rest = 0;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    rest = code < 58 ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97;
  }
  return rest;
}

/** https://www.swift.com/standards/data-standards/iban-international-bank-account-number */
export function iban(value: string): boolean {
  return mod97(value.slice(4) + value.slice(0, 4)) === 1;
}

/** The check digit of German tax numbers by ISO 7064 MOD 11,10. */
export function germanTaxIdCheckDigit(value: string): boolean {
  let product = 10;
  for (let at = 0; at < 10; at++) {
    const sum = (digit(value, at) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digit(value, 10);
}

/** https://de.wikipedia.org/wiki/Steuerliche_Identifikationsnummer: the check digit, and one digit twice or three times. */
export function germanTaxId(value: string): boolean {
  if (value.startsWith('0')) return false;
  const counts = new Array<number>(10).fill(0);
  for (let at = 0; at < 10; at++) counts[digit(value, at)] = (counts[digit(value, at)] ?? 0) + 1;
  const repeated = counts.filter((count) => count > 1);
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3 && germanTaxIdCheckDigit(value);
}

function crossSum(value: number): number {
  return value > 9 ? Math.floor(value / 10) + (value % 10) : value;
}

/** https://de.wikipedia.org/wiki/Versicherungsnummer: area, birthday, letter, serial number, check digit. */
export function germanSocialInsurance(value: string): boolean {
  const day = Number(value.slice(2, 4));
  const month = Number(value.slice(4, 6));
  if (day < 1 || day > 81 || month < 1 || month > 12) return false;
  const letter = String(value.charCodeAt(8) - 64).padStart(2, '0');
  const digits = value.slice(0, 8) + letter + value.slice(9, 11);
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
  const sum = weights.reduce((total, weight, at) => total + crossSum(weight * digit(digits, at)), 0);
  return sum % 10 === digit(value, 11);
}

/** https://de.wikipedia.org/wiki/Krankenversichertennummer: a letter as two digits, weights 1 and 2 in turn. */
export function germanHealthInsurance(value: string): boolean {
  const digits = String(value.charCodeAt(0) - 64).padStart(2, '0') + value.slice(1, 9);
  let sum = 0;
  for (let at = 0; at < digits.length; at++) sum += crossSum(digit(digits, at) * (at % 2 === 0 ? 1 : 2));
  return sum % 10 === digit(value, 9);
}

/** https://fr.wikipedia.org/wiki/Numéro_de_sécurité_sociale_en_France: 97 less the rest by 97; Corsica counts as 19 and 18. */
export function frenchNir(value: string): boolean {
  const month = Number(value.slice(3, 5));
  if (!((month >= 1 && month <= 12) || (month >= 20 && month <= 42) || (month >= 50 && month <= 99)))
    return false;
  const body = value.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - (Number(body) % 97) === Number(value.slice(13));
}

const SPANISH_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** https://www.interior.gob.es/opencms/es/servicios-al-ciudadano/tramites-y-gestiones/dni/calculo-del-digito-de-control-del-nif-nie/ */
export function spanishDni(value: string): boolean {
  return SPANISH_LETTERS[Number(value.slice(0, 8)) % 23] === value.charAt(8);
}

/** As `spanishDni`, with X, Y and Z for 0, 1 and 2. */
export function spanishNie(value: string): boolean {
  const number = Number(`${'XYZ'.indexOf(value.charAt(0))}${value.slice(1, 8)}`);
  return SPANISH_LETTERS[number % 23] === value.charAt(8);
}

const ODD_VALUES = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/** https://www.agenziaentrate.gov.it/portale/web/guest/schede/istanze/richiesta-ts_cf/informazioni-codificazione-pf */
export function italianFiscalCode(value: string): boolean {
  let sum = 0;
  for (let at = 0; at < 15; at++) {
    const code = value.charCodeAt(at);
    const one = code < 58 ? code - 48 : code - 65;
    sum += at % 2 === 0 ? (ODD_VALUES[one] ?? 0) : one;
  }
  return sum % 26 === value.charCodeAt(15) - 65;
}

/** https://nl.wikipedia.org/wiki/Burgerservicenummer: the test of eleven, the last digit counted as negative. */
export function dutchBsn(value: string): boolean {
  return !isOneDigit(value) && weigh(value, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** https://www.datadictionary.nhs.uk/attributes/nhs_number.html */
export function britishNhs(value: string): boolean {
  const check = (11 - (weigh(value, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return check === digit(value, 9) && !isOneDigit(value);
}

const VERHOEFF_PRODUCT = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const VERHOEFF_PERMUTATION = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

/** https://uidai.gov.in: the last digit is one of Verhoeff's. https://en.wikipedia.org/wiki/Verhoeff_algorithm */
export function verhoeff(value: string): boolean {
  let check = 0;
  for (let at = value.length - 1, place = 0; at >= 0; at--, place++) {
    const permuted = Number(VERHOEFF_PERMUTATION[place % 8]?.[digit(value, at)]);
    check = Number(VERHOEFF_PRODUCT[check]?.[permuted]);
  }
  return check === 0;
}

function brazilianDigit(value: string, weights: readonly number[]): number {
  const rest = weigh(value, weights) % 11;
  return rest < 2 ? 0 : 11 - rest;
}

const CNPJ_WEIGHTS = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];

/** https://www.gov.br/receitafederal: two check digits, weights 10 to 2 and 11 to 2. */
export function brazilianCpf(value: string): boolean {
  if (isOneDigit(value)) return false;
  return (
    brazilianDigit(value, [10, 9, 8, 7, 6, 5, 4, 3, 2]) === digit(value, 9) &&
    brazilianDigit(value, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === digit(value, 10)
  );
}

/** As `brazilianCpf`, with weights 2 to 9 from behind. */
export function brazilianCnpj(value: string): boolean {
  if (isOneDigit(value)) return false;
  return (
    brazilianDigit(value, CNPJ_WEIGHTS.slice(1)) === digit(value, 12) &&
    brazilianDigit(value, CNPJ_WEIGHTS) === digit(value, 13)
  );
}

function isDigits(value: string): boolean {
  return /^\d+$/.test(value);
}

/** The checks that detectors of one's own can name. Each takes any letters and digits. */
export const CHECKSUMS = {
  luhn: (value: string) => isDigits(value) && luhn(value),
  'mod-97': (value: string) => mod97(value) === 1,
  iban,
  verhoeff: (value: string) => isDigits(value) && verhoeff(value),
} as const;
