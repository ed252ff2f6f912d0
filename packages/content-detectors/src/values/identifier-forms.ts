import {
  brazilianCnpj,
  brazilianCpf,
  britishNhs,
  dutchBsn,
  frenchNir,
  germanHealthInsurance,
  germanSocialInsurance,
  germanTaxId,
  germanTaxIdCheckDigit,
  italianFiscalCode,
  luhn,
  spanishDni,
  spanishNie,
  verhoeff,
} from './checksums.ts';
import { DOT, HYPHEN, SLASH, SPACE } from './groups.ts';
import type { Context } from '../scan/naming-words.ts';

/** The ways an identifier is written, and the facts that tell it from other numbers. */
export interface IdentifierForm {
  readonly kind: string;
  /** The lengths of its groups, in each way it is written. */
  readonly groups: readonly (readonly number[])[];
  readonly separators?: readonly number[];
  /** The form without separators, in upper case. */
  readonly pattern: RegExp;
  readonly check?: (value: string) => boolean;
  /** The contexts of which one must stand before: always, when it is written in one piece, or never. */
  readonly needs?: readonly Context[];
  readonly needsWhen?: 'always' | 'compact' | 'not-hyphened';
  /** A form that products have too: words of orders before it rule it out, unless a word of `needs` comes later. */
  readonly isCommon?: boolean;
}

/** Issuers by their first digits and lengths. https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN) */
const ISSUERS =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|(?:50|5[6-9]|6[37])\d{14}|220[0-4]\d{12}|60\d{14}|9792\d{12})$/;

/** https://www.ssa.gov/employer/randomization.html: no area 000, 666 and 9xx, no group 00, no serial 0000. */
const SSN = /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/;
/** https://www.irs.gov/individuals/international-taxpayers/individual-taxpayer-identification-number */
const ITIN = /^9\d{2}(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/;
/** https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110 */
const NINO = /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/;
/** https://www.cms.gov/medicare/new-medicare-card/understanding-the-mbi-format */
const MBI =
  /^[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d[AC-HJKMNP-RT-Y]{2}\d{2}$/;
/** https://en.wikipedia.org/wiki/Driving_licence_in_the_United_Kingdom#Driver_numbers */
const DVLA = /^(?=[A-Z])[A-Z9]{5}\d(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9]{3}$/;

const PLAIN = [SPACE, HYPHEN] as const;

export const IDENTIFIER_FORMS: readonly IdentifierForm[] = [
  {
    kind: 'payment-card',
    groups: [
      [16],
      [4, 4, 4, 4],
      [15],
      [4, 6, 5],
      [14],
      [4, 6, 4],
      [13],
      [19],
      [4, 4, 4, 4, 3],
      [6, 10],
      [18],
      [17],
      [8, 8],
    ],
    separators: [SPACE, HYPHEN, DOT],
    pattern: ISSUERS,
    check: luhn,
    needs: ['card'],
    isCommon: true,
  },
  // Cards of airlines (UATP) begin with 1, as many other numbers do.
  {
    kind: 'payment-card',
    groups: [[15], [4, 5, 6]],
    separators: PLAIN,
    pattern: /^1\d{14}$/,
    check: luhn,
    needs: ['card'],
    needsWhen: 'always',
  },
  {
    kind: 'fr-nir',
    groups: [[15], [1, 2, 2, 2, 3, 3, 2], [13, 2], [1, 2, 2, 2, 6, 2], [1, 4, 2, 3, 3, 2]],
    separators: [SPACE, HYPHEN, DOT],
    pattern: /^[1-478]\d{4}(?:\d{2}|2[AB])\d{8}$/,
    check: frenchNir,
  },
  {
    kind: 'it-codice-fiscale',
    groups: [[16], [6, 5, 5], [3, 3, 5, 5], [3, 3, 5, 4, 1]],
    pattern: /^[A-Z]{6}[\dLMNP-V]{2}[ABCDEHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]$/,
    check: italianFiscalCode,
  },
  {
    kind: 'de-social-insurance',
    groups: [[12], [2, 6, 1, 3], [8, 1, 3], [2, 6, 4], [2, 2, 2, 2, 1, 3]],
    separators: [SPACE, HYPHEN, SLASH],
    pattern: /^\d{8}[A-Z]\d{3}$/,
    check: germanSocialInsurance,
  },
  {
    kind: 'de-tax-id',
    groups: [[11], [2, 3, 3, 3], [3, 3, 3, 2]],
    separators: [SPACE, SLASH],
    pattern: /^\d{11}$/,
    check: germanTaxId,
    needs: ['tax'],
    isCommon: true,
  },
  // Numbers that are made up for documents and tests have a right check digit and any others.
  {
    kind: 'de-tax-id',
    groups: [[11], [2, 3, 3, 3]],
    separators: [SPACE, SLASH],
    pattern: /^[1-9]\d{10}$/,
    check: germanTaxIdCheckDigit,
    needs: ['tax'],
    needsWhen: 'always',
  },
  {
    kind: 'es-dni',
    groups: [[9], [8, 1], [2, 3, 3, 1], [2, 3, 4]],
    separators: [SPACE, HYPHEN, DOT, SLASH],
    pattern: /^\d{8}[A-Z]$/,
    check: spanishDni,
    isCommon: true,
    needs: ['dni'],
  },
  // Numbers of early holders are written without zeros before them.
  {
    kind: 'es-dni',
    groups: [[8], [7, 1], [1, 3, 3, 1]],
    separators: [SPACE, HYPHEN, DOT],
    pattern: /^\d{7}[A-Z]$/,
    check: (value) => spanishDni(`0${value}`),
    needs: ['dni'],
    needsWhen: 'always',
  },
  {
    kind: 'es-nie',
    groups: [[9], [1, 7, 1], [1, 8], [8, 1]],
    pattern: /^[XYZ]\d{7}[A-Z]$/,
    check: spanishNie,
  },
  {
    kind: 'nl-bsn',
    groups: [[9], [4, 2, 3], [3, 3, 3]],
    separators: [SPACE, DOT, HYPHEN],
    pattern: /^\d{9}$/,
    check: dutchBsn,
    needs: ['bsn'],
    needsWhen: 'always',
  },
  { kind: 'us-ssn', groups: [[3, 2, 4]], separators: [HYPHEN], pattern: SSN, isCommon: true, needs: ['ssn'] },
  {
    kind: 'us-ssn',
    groups: [[9], [3, 2, 4]],
    separators: [SPACE, DOT],
    pattern: SSN,
    needs: ['ssn'],
    needsWhen: 'always',
  },
  { kind: 'us-itin', groups: [[3, 2, 4]], separators: [HYPHEN], pattern: ITIN },
  {
    kind: 'us-itin',
    groups: [[9], [3, 2, 4]],
    separators: [SPACE, DOT],
    pattern: ITIN,
    needs: ['tax'],
    needsWhen: 'always',
  },
  {
    kind: 'uk-nhs',
    groups: [[10], [3, 3, 4]],
    separators: PLAIN,
    pattern: /^\d{10}$/,
    check: britishNhs,
    needs: ['nhs'],
    needsWhen: 'always',
  },
  {
    kind: 'uk-nhs',
    groups: [[3, 3, 4]],
    separators: [SPACE],
    pattern: /^\d{10}$/,
    check: britishNhs,
    isCommon: true,
    needs: ['nhs'],
  },
  {
    kind: 'uk-nino',
    groups: [[9], [2, 2, 2, 2, 1], [2, 6, 1], [8, 1], [2, 7]],
    pattern: NINO,
    isCommon: true,
    needs: ['ssn'],
  },
  {
    kind: 'in-aadhaar',
    groups: [[4, 4, 4], [12]],
    separators: PLAIN,
    pattern: /^[2-9]\d{11}$/,
    check: verhoeff,
    needs: ['aadhaar'],
    needsWhen: 'compact',
    isCommon: true,
  },
  {
    kind: 'in-pan',
    groups: [[10], [5, 4, 1]],
    pattern: /^[A-Z]{3}[ABCFGHLJPT][A-Z](?!0000)\d{4}[A-Z]$/,
    isCommon: true,
    needs: ['card'],
  },
  { kind: 'in-pan', groups: [[10]], pattern: /^[A-Z]{5}\d{4}[A-Z]$/, needs: ['card'], needsWhen: 'always' },
  {
    kind: 'br-cpf',
    groups: [[3, 3, 3, 2], [9, 2], [11]],
    separators: [DOT, HYPHEN, SPACE, SLASH],
    pattern: /^\d{11}$/,
    check: brazilianCpf,
    needs: ['taxBr'],
    needsWhen: 'compact',
  },
  {
    kind: 'br-cnpj',
    groups: [[2, 3, 3, 4, 2], [14], [8, 4, 2], [8, 6]],
    separators: [DOT, SLASH, HYPHEN, SPACE],
    pattern: /^\d{14}$/,
    check: brazilianCnpj,
    needs: ['taxBr'],
    needsWhen: 'compact',
  },
  { kind: 'health-insurance', groups: [[11], [4, 3, 4]], separators: PLAIN, pattern: MBI },
  {
    kind: 'health-insurance',
    groups: [[10], [1, 9], [4, 3, 3], [1, 3, 3, 3]],
    separators: PLAIN,
    pattern: /^[A-Z]\d{9}$/,
    check: germanHealthInsurance,
    needs: ['health'],
    needsWhen: 'always',
  },
  { kind: 'driving-licence', groups: [[16], [5, 6, 5], [5, 6, 2, 3]], separators: PLAIN, pattern: DVLA },
  {
    kind: 'mac-address',
    groups: [[4, 4, 4]],
    separators: [DOT],
    pattern: /^(?=.*[A-F])(?=.*\d)[\dA-F]{12}$/,
  },
];

/** Separators that may differ within one value: `123.456.789-09`, `12.345.678/0001-95`, `12.345.678-Z`. */
export const MIXED = new Set([
  'br-cpf',
  'br-cnpj',
  'es-dni',
  'es-nie',
  'de-social-insurance',
  'fr-nir',
  'de-tax-id',
]);
