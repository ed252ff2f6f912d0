/**
 * Texts of programs in the place of a secret, which have no value of their own:
 * - members (`settings.Mail`, `z.string`), unless a number ends them, as it ends many passwords,
 * - versions (`^5.3.0`, `express@4.21.2`), resource types (`Microsoft.Storage/storageAccounts@2024-01-01`),
 * - numbers (`0x0B96`), and what code without spaces has next (`a=b.c`, `limit:-1`).
 */
const CODE: readonly RegExp[] = [
  /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*\.[A-Za-z_$]+\\?$/,
  /^(?:@?[\w.-]+(?:\/[\w.-]+)?@)?[~^<>=]{0,2}v?\d+\.\d+\.\d+(?:-[\w.]+)?$/,
  /^Microsoft\.\w+\/[\w/]+/,
  /^0x[\da-f]+$/i,
  /^[A-Za-z_$]{1,2}=[\w$.]+$/,
  /^[A-Za-z_$]+:-?\d+$/,
];

/** Names of several words, as code has them. */
const JOINED_WORDS = /^_*[A-Za-z][a-z]*\d{0,2}(?:[A-Z]+[a-z]*\d{0,2})*[A-Z]+[a-z]+\\?$/;
const CONSTANT = /^[A-Z]+(?:_[A-Z]+)+$/;
/** Letters of chance have more capital letters than words have. */
const LEAST_UNITS_OF_A_WORD = 3;

/**
 * Tells whether a value is a text of a program that names something or is a number.
 * @param isQuoted true for a value in quotes, which is a text in a program too, and no name of a variable.
 */
export function isCode(value: string, isQuoted: boolean): boolean {
  return CODE.some((pattern) => pattern.test(value)) || (!isQuoted && isName(value));
}

/** Tells whether a value has the form of `accountKey`, `OAuth2TokenCredential` or `CLIENT_ID`, which ends with a letter. */
function isName(value: string): boolean {
  if (CONSTANT.test(value)) return true;
  return JOINED_WORDS.test(value) && value.length >= LEAST_UNITS_OF_A_WORD * value.split(/(?=[A-Z])/).length;
}
