import { raise } from '../evaluation-error.ts';
import { DateTime, type DateParts } from '../values/date-time.ts';
import type { DateTimeOffset } from '../values/date-time-offset.ts';
import { TICKS_PER_SECOND, type TimeSpan } from '../values/time-span.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** The English names of the months. */
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** The patterns behind the one-letter formats, in the invariant culture. */
const STANDARD_DATE_FORMATS: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  f: 'dddd, dd MMMM yyyy HH:mm',
  F: 'dddd, dd MMMM yyyy HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  m: 'MMMM dd',
  M: 'MMMM dd',
  o: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  O: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  r: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  R: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  s: "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
  t: 'HH:mm',
  T: 'HH:mm:ss',
  u: "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
  U: 'dddd, dd MMMM yyyy HH:mm:ss',
  y: 'yyyy MMMM',
  Y: 'yyyy MMMM',
};

/** C#'s `DateTime.ToString(format)` with the invariant culture. */
export function formatDate(date: DateTime, format = ''): string {
  const zone = date.kind === 'Utc' ? 'Z' : date.kind === 'Local' ? '+00:00' : '';
  return formatParts(date.parts(), pattern(format, 'G'), { zone, offset: '+00:00' });
}

/** C#'s `DateTimeOffset.ToString(format)` with the invariant culture. */
export function formatDateOffset(date: DateTimeOffset, format = ''): string {
  const offset = formatOffset(date.offset);
  const universal = /^[rRuU]$/.test(format);
  const parts = universal ? date.utc().parts() : date.clock.parts();
  const text = format === '' ? 'MM/dd/yyyy HH:mm:ss zzz' : pattern(format, 'G');
  return formatParts(parts, text, { zone: offset, offset });
}

/** C#'s `TimeSpan.ToString(format)`. */
export function formatTimeSpan(span: TimeSpan, format = ''): string {
  if (/^[cTt]?$/.test(format)) return span.toString();
  const ticks = span.ticks < 0n ? -span.ticks : span.ticks;
  const seconds = ticks / TICKS_PER_SECOND;
  const fraction = (ticks % TICKS_PER_SECOND).toString().padStart(7, '0');
  const units = {
    d: seconds / 86_400n,
    h: (seconds / 3600n) % 24n,
    m: (seconds / 60n) % 60n,
    s: seconds % 60n,
  };
  const two = (value: bigint): string => value.toString().padStart(2, '0');
  const sign = span.ticks < 0n ? '-' : '';
  if (format === 'g' || format === 'G') {
    const long = format === 'G';
    const rest = long ? `.${fraction}` : fraction === '0000000' ? '' : `.${fraction.replace(/0+$/, '')}`;
    const days = long || units.d > 0n ? `${units.d.toString()}:` : '';
    return `${sign}${days}${long ? two(units.h) : units.h.toString()}:${two(units.m)}:${two(units.s)}${rest}`;
  }
  return replacePattern(format, /^([dhms]+|[fF]+)/, (run) => {
    const letter = run.charAt(0);
    if (letter === 'f') return fraction.slice(0, run.length);
    if (letter === 'F') return fraction.slice(0, run.length).replace(/0+$/, '');
    return units[letter as keyof typeof units].toString().padStart(run.length, '0');
  });
}

function pattern(format: string, fallback: string): string {
  if (format.length > 1) return format;
  return STANDARD_DATE_FORMATS[format === '' ? fallback : format] ?? invalid();
}

function formatParts(
  parts: DateParts,
  format: string,
  { zone, offset }: { zone: string; offset: string },
): string {
  const fraction = String(parts.fraction).padStart(7, '0');
  const text = format.startsWith('%') ? format.slice(1) : format;
  return replacePattern(text, /^(d+|f+|F+|g+|h+|H+|m+|M+|s+|t+|y+|z+|K)/, (run) => {
    const pad = (value: number): string => String(value).padStart(Math.min(run.length, 2), '0');
    const hour12 = parts.hour % 12 === 0 ? 12 : parts.hour % 12;
    switch (run.charAt(0)) {
      case 'd':
        if (run.length <= 2) return pad(parts.day);
        return (DAYS[parts.weekday] ?? '').slice(0, run.length === 3 ? 3 : undefined);
      case 'f':
        return run.length > 7 ? invalid() : fraction.slice(0, run.length);
      case 'F':
        return fraction.slice(0, run.length).replace(/0+$/, '');
      case 'g':
        return 'A.D.';
      case 'h':
        return pad(hour12);
      case 'H':
        return pad(parts.hour);
      case 'm':
        return pad(parts.minute);
      case 'M':
        if (run.length <= 2) return pad(parts.month);
        return (MONTHS[parts.month - 1] ?? '').slice(0, run.length === 3 ? 3 : undefined);
      case 's':
        return pad(parts.second);
      case 't':
        return (parts.hour < 12 ? 'AM' : 'PM').slice(0, run.length);
      case 'y':
        return run.length <= 2 ? pad(parts.year % 100) : String(parts.year).padStart(run.length, '0');
      case 'z':
        return run.length >= 3
          ? offset
          : run.length === 2
            ? offset.slice(0, 3)
            : offset.slice(0, 3).replace(/(?<=[+-])0/, '');
      default:
        return zone;
    }
  });
}

// Literals: 'quoted', "quoted", \escaped, and every character that means nothing.
function replacePattern(format: string, letters: RegExp, replace: (run: string) => string): string {
  let result = '';
  let rest = format;
  while (rest !== '') {
    const run = letters.exec(rest)?.[0];
    const literal = /^(?:'([^']*)'|"([^"]*)"|\\(.)|(.))/s.exec(rest);
    if (run !== undefined) {
      const text = replace(run);
      // A point before an empty run of F goes too.
      result = text === '' && run.startsWith('F') ? result.replace(/\.$/, '') : result + text;
      rest = rest.slice(run.length);
    } else if (literal) {
      result += literal[1] ?? literal[2] ?? literal[3] ?? literal[4] ?? '';
      rest = rest.slice(literal[0].length);
    } else invalid();
  }
  return result;
}

function formatOffset(offset: TimeSpan): string {
  const minutes = Number(offset.ticks / TICKS_PER_SECOND / 60n);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

function invalid(): never {
  raise('FormatException', 'Input string was not in a correct format.');
}
