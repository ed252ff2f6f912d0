import { DateTime, ticksOf } from '../values/date-time.ts';
import { TICKS_PER_SECOND } from '../values/time-span.ts';
import { MONTHS } from './format-date.ts';

/** A date as it was written: its clock time, and its offset from UTC in minutes where one was given. */
export interface WrittenDate {
  readonly ticks: bigint;
  readonly offsetInMinutes: number | null;
  readonly utc: boolean;
}

const TIME = String.raw`(?<hour>\d{1,2}):(?<minute>\d{1,2})(?::(?<second>\d{1,2})(?:[.,](?<fraction>\d+))?)?(?:\s*(?<half>[AaPp][Mm]?))?`;
const ZONE = String.raw`(?:\s*(?<zone>Z|GMT|UTC|[+-]\d{1,2}(?::?\d{2})?))?`;
const MONTH = String.raw`(?<month>[A-Za-z]{3,9})\.?`;
const WEEKDAY = String.raw`(?:[A-Za-z]{3,9},?\s+)?`;
const SHAPES = [
  String.raw`(?<year>\d{4})[-/.](?<month>\d{1,2})(?:[-/.](?<day>\d{1,2}))?(?:(?:T|\s+)${TIME}${ZONE})?`,
  String.raw`(?<month>\d{1,2})[-/.](?<day>\d{1,2})[-/.](?<year>\d{4}|\d{2})(?:\s+${TIME}${ZONE})?`,
  String.raw`${WEEKDAY}(?<day>\d{1,2})[-\s]+${MONTH},?[-\s]+(?<year>\d{4})(?:,?\s+${TIME}${ZONE})?`,
  String.raw`${WEEKDAY}${MONTH}\s+(?<day>\d{1,2}),?\s+(?<year>\d{4})(?:,?\s+${TIME}${ZONE})?`,
].map((shape) => new RegExp(`^\\s*${shape}\\s*$`, 'i'));

/** Reads the forms that .NET's invariant `DateTime.Parse` meets in practice; null for anything else. */
export function readDate(text: string): WrittenDate | null {
  for (const shape of SHAPES) {
    const groups = shape.exec(text)?.groups;
    if (groups) return fromGroups(groups);
  }
  return null;
}

/**
 * Returns .NET's DateTime of a written date: a zone leads to the local time, which is UTC. `roundtrip` keeps a `Z` as UTC,
 * as JSON does.
 */
export function toDateTime({ ticks, offsetInMinutes, utc }: WrittenDate, roundtrip = false): DateTime {
  const instant = ticks - BigInt(offsetInMinutes ?? 0) * 60n * TICKS_PER_SECOND;
  if (!utc && offsetInMinutes === null) return new DateTime(instant, 'Unspecified');
  return new DateTime(instant, utc && roundtrip ? 'Utc' : 'Local');
}

function fromGroups(groups: Partial<Record<string, string>>): WrittenDate | null {
  const { year, month, day, hour, minute, second, fraction, half, zone } = groups;
  const numbers = [year, day, hour, minute, second].map((text) =>
    text === undefined ? undefined : Number(text),
  );
  const [yearNumber = 1, dayNumber = 1, hourNumber = 0, minuteNumber = 0, secondNumber = 0] = numbers;
  const fullYear = year?.length === 2 ? yearNumber + (yearNumber < 50 ? 2000 : 1900) : yearNumber;
  const clock = half === undefined ? hourNumber : (hourNumber % 12) + (/^p/i.test(half) ? 12 : 0);
  const ticks = ticksOf(fullYear, monthNumber(month), dayNumber, clock, minuteNumber, secondNumber);
  if (ticks === null || (half !== undefined && hourNumber > 12)) return null;
  const offset = zone === undefined ? null : offsetOf(zone);
  return {
    ticks: ticks + BigInt((fraction ?? '').slice(0, 7).padEnd(7, '0')),
    offsetInMinutes: offset,
    utc: zone !== undefined && /^(z|gmt|utc)$/i.test(zone),
  };
}

function monthNumber(month: string | undefined): number {
  if (month === undefined) return 1;
  if (/^\d+$/.test(month)) return Number(month);
  const name = month.toLowerCase();
  return (
    MONTHS.findIndex((full) => full.toLowerCase() === name || full.slice(0, 3).toLowerCase() === name) + 1
  );
}

function offsetOf(zone: string): number | null {
  const match = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(zone);
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return match[1] === '-' ? -minutes : minutes;
}
