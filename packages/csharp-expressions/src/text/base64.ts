import { raise } from '../evaluation-error.ts';

/** .NET's strict base64: padding required, white space ignored. @throws FormatException */
export function decodeBase64(text: string): Uint8Array {
  const compact = text.replace(/[\t\n\r ]/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    raise(
      'FormatException',
      'The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters.',
    );
  }
  return Uint8Array.from(Buffer.from(compact, 'base64'));
}
