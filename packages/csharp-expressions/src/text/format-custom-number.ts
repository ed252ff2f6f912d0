import { Decimal } from '../values/decimal.ts';
import { fixed, type NumberValue, timesHundred } from './number-digits.ts';

/** C#'s custom numeric formats: `0 # . , % ;`, quoted and escaped text. Exponents are not supported. */
export function formatCustomNumber(number: NumberValue, format: string): string {
  const value = withFifteenDigits(number);
  const sections = splitSections(format);
  const negative = isNegative(value);
  const zero = value instanceof Decimal ? value.mantissa === 0n : Number(value) === 0;
  const [positive = '', forNegative, forZero] = sections;
  if (negative && forNegative) return apply(absolute(value), forNegative);
  if (zero && forZero) return apply(value, forZero);
  const text = apply(absolute(value), positive);
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
}

function apply(value: NumberValue, section: string): string {
  const pieces = tokenize(section);
  const placeholders = pieces.filter(({ kind }) => kind === 'digit').map(({ text }) => text);
  const point = pieces.findIndex(({ kind }) => kind === 'point');
  const wholePieces = point < 0 ? pieces : pieces.slice(0, point);
  const whole = wholePieces.filter(({ kind }) => kind === 'digit').length;
  const places = placeholders.length - whole;
  const commas = wholePieces.map(({ kind }) => kind);
  const lastDigit = commas.lastIndexOf('digit');
  const scaledBy = commas.slice(lastDigit + 1).filter((kind) => kind === 'comma').length;
  const groups = commas.slice(0, lastDigit).includes('comma');
  let scaled = value;
  if (pieces.some(({ kind }) => kind === 'percent')) scaled = timesHundred(scaled);
  for (let index = 0; index < scaledBy; index += 1) scaled = divideByThousand(scaled);
  const [digits = '', fraction = ''] = fixed(scaled, places).replace('-', '').split('.');
  return render(pieces, {
    whole: digits === '0' ? '' : digits,
    fraction,
    placeholders,
    wholeCount: whole,
    groups,
  });
}

interface Rendering {
  readonly whole: string;
  readonly fraction: string;
  readonly placeholders: readonly string[];
  readonly wholeCount: number;
  readonly groups: boolean;
}

function render(
  pieces: readonly Piece[],
  { whole, fraction, placeholders, wholeCount, groups }: Rendering,
): string {
  const firstZero = placeholders.slice(0, wholeCount).indexOf('0');
  const lastZero = placeholders.lastIndexOf('0');
  const minimum = firstZero < 0 ? 0 : wholeCount - firstZero;
  const padded = whole.padStart(minimum, '0');
  const kept = fraction.slice(0, Math.max(lastZero + 1 - wholeCount, fraction.replace(/0+$/, '').length));
  let result = '';
  let index = 0;
  const digitAt = (position: number): string => {
    const fromRight = wholeCount - position;
    const start = position === 0 ? 0 : padded.length - fromRight;
    const chunk = padded.slice(Math.max(0, start), Math.max(0, padded.length - fromRight + 1));
    return groups ? withCommas(chunk, Math.max(0, start), padded.length) : chunk;
  };
  for (const { kind, text } of pieces) {
    if (kind === 'digit') {
      result += index < wholeCount ? digitAt(index) : (kept[index - wholeCount] ?? '');
      index += 1;
    } else if (kind === 'point') result += kept === '' ? '' : '.';
    else if (kind === 'text' || kind === 'percent') result += text;
  }
  // Without a placeholder before the point, whole digits still show.
  return wholeCount === 0 && whole !== '' ? result.replace(/\.|$/, (match) => whole + match) : result;
}

function withCommas(chunk: string, before: number, total: number): string {
  return Array.from(chunk)
    .map((digit, offset) => {
      const left = total - (before + offset);
      return before + offset > 0 && left % 3 === 0 ? `,${digit}` : digit;
    })
    .join('');
}

interface Piece {
  readonly kind: 'digit' | 'point' | 'comma' | 'percent' | 'text';
  readonly text: string;
}

function tokenize(section: string): Piece[] {
  const pieces: Piece[] = [];
  let pointSeen = false;
  for (const match of section.matchAll(/'([^']*)'?|"([^"]*)"?|\\(.)|([0#])|(\.)|(,)|(%)|(.)/gs)) {
    const [, single, double, escaped, digit, point, comma, percent, other] = match;
    const literal = single ?? double ?? escaped ?? other;
    if (digit) pieces.push({ kind: 'digit', text: digit });
    else if (point) {
      if (!pointSeen) pieces.push({ kind: 'point', text: '.' });
      pointSeen = true;
    } else if (comma) pieces.push({ kind: 'comma', text: '' });
    else if (percent) pieces.push({ kind: 'percent', text: '%' });
    else if (literal !== undefined) pieces.push({ kind: 'text', text: literal });
  }
  return pieces;
}

function splitSections(format: string): string[] {
  const parts = format.match(/(?:'[^']*'?|"[^"]*"?|\\.|[^;])+|;/gs) ?? [];
  const sections = [''];
  for (const part of parts) {
    if (part === ';') sections.push('');
    else sections.push((sections.pop() ?? '') + part);
  }
  return sections;
}

// Custom formats see 15 digits of a double, and round them as a decimal.
function withFifteenDigits(value: NumberValue): NumberValue {
  if (typeof value !== 'number' || Math.abs(value) >= 1e28) return value;
  return Decimal.parse(value.toPrecision(15)) ?? value;
}

function isNegative(value: NumberValue): boolean {
  return value instanceof Decimal ? value.mantissa < 0n : value < 0;
}

function absolute(value: NumberValue): NumberValue {
  if (value instanceof Decimal) return value.mantissa < 0n ? value.negated() : value;
  return value < 0 ? -value : value;
}

function divideByThousand(value: NumberValue): NumberValue {
  if (value instanceof Decimal) return value.divide(new Decimal(1000n));
  if (typeof value === 'bigint') return new Decimal(value).divide(new Decimal(1000n));
  return value / 1000;
}
