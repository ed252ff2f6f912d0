import { Decimal } from '../values/decimal.ts';
import { dropDigits, exactDigits } from './exact-digits.ts';

/** A C# number without its box: every integer type, double and float, decimal. */
export type NumberValue = number | bigint | Decimal;

/** Returns a magnitude's sign and its digits with exactly so many places, halves away from zero. */
export function fixed(value: NumberValue, places: number): string {
  if (value instanceof Decimal) {
    const rounded = value.round(Math.min(places, 28), true);
    const text = rounded.toString();
    const missing = places - rounded.scale;
    const padded = missing <= 0 ? text : text + (rounded.scale === 0 ? '.' : '') + '0'.repeat(missing);
    return negativeZero(padded);
  }
  if (typeof value === 'bigint') return value.toString() + (places === 0 ? '' : `.${'0'.repeat(places)}`);
  const { digits, scale } = exactDigits(value);
  const text = dropDigits(digits, scale - places)
    .toString()
    .padStart(places + 1, '0');
  const whole = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
  return value < 0 || Object.is(value, -0) ? `-${whole}` : whole;
}

/** Puts commas between thousands. */
export function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`;
}

/** Returns a number as per cent. */
export function timesHundred(value: NumberValue): NumberValue {
  if (value instanceof Decimal) return value.multiply(new Decimal(100n));
  if (typeof value === 'bigint') return value * 100n;
  return Number(`${value}e2`.replace(/e([-+]\d+)e2$/, (_, exponent: string) => `e${Number(exponent) + 2}`));
}

function negativeZero(text: string): string {
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}
