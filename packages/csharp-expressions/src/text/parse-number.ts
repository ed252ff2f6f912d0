import { raise } from '../evaluation-error.ts';
import { fitOrRaise, isInteger, rangeOf } from '../numeric.ts';
import { Decimal } from '../values/decimal.ts';

/** Reads a number as .NET's `Parse` of that type does with the invariant culture. */
export function parseNumber(text: string, type: string): unknown {
  const value = readNumber(text, type);
  if (value === 'overflow') return fitOrRaise(rangeOf(type)[1] + 1n, type);
  return value ?? raise('FormatException', `The input string '${text}' was not in a correct format.`);
}

/** Reads a number, or gives null where .NET's `TryParse` gives false. */
export function tryParseNumber(text: string | null, type: string): unknown {
  const value = text === null ? null : readNumber(text, type);
  return value === 'overflow' ? null : value;
}

function readNumber(text: string, type: string): unknown {
  const trimmed = text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '');
  if (isInteger(type)) return readInteger(trimmed, type);
  const plain = readPlain(trimmed, type !== 'decimal');
  if (type === 'decimal') return plain === null ? null : Decimal.parse(plain);
  const word = /^([-+]?)(infinity|nan|∞)$/i.exec(trimmed);
  if (word) return word[2]?.toLowerCase() === 'nan' ? NaN : word[1] === '-' ? -Infinity : Infinity;
  if (plain === null) return null;
  return type === 'float' ? Math.fround(Number(plain)) : Number(plain);
}

function readInteger(text: string, type: string): unknown {
  if (!/^[-+]?\d+$/.test(text)) return null;
  const value = BigInt(text.replace(/^\+/, ''));
  const [least, most] = rangeOf(type);
  if (value < least || value > most) return 'overflow';
  return fitOrRaise(value, type);
}

// Thousands separators may stand anywhere before the point.
function readPlain(text: string, exponent: boolean): string | null {
  const match = /^([-+]?)([\d,]*)(\.\d*)?(e[-+]?\d+)?$/i.exec(text);
  if (!match) return null;
  const [, sign = '', whole = '', fraction = '', power = ''] = match;
  if (!/\d/.test(whole + fraction) || whole.startsWith(',') || (power !== '' && !exponent)) return null;
  return (
    sign.replace('+', '') + (whole.replaceAll(',', '') || '0') + (fraction === '.' ? '' : fraction) + power
  );
}
