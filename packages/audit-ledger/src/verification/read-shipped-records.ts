import type { LogQuery, LogRow } from '../reading/log-query.ts';
import type { Period } from '../time/period.ts';
import type { ShippedRecord } from './evidence.ts';
import { namesEntry } from './anchors.ts';
import { type RecordRange, recordRangesQuery, recordsQuery } from './evidence-queries.ts';
import { readCount, readObject, readText, readTime } from './log-values.ts';
import { ifTooLong } from './read-by-time.ts';

/** A range of sequences, and what Application Insights has of it. */
interface CountedRange extends RecordRange {
  readonly size: number;
  /** The times of its first and last record, which compare as texts do. */
  readonly earliest: string;
  readonly latest: string;
}

/** The sequences of a range as it is counted. */
const RANGE_SEQUENCES = 1_000;
/** The most ranges that are counted: those of a hundred million entries. Smaller ones beyond them are not read. */
const MOST_RANGES = 200_000;
/** The number of records that a query is meant to find, and the most that it gives. */
export const INTENDED_RECORDS = 4_000;
const MOST_RECORDS = 8_000;
/** The most ranges of one query. */
const MOST_RANGES_OF_A_QUERY = 50;

/**
 * Reads the shipped records of the period, in the order of their writers and sequences, compared as texts and as
 * numbers. The service counts them by ranges of sequences first; then some ranges are read at a time and sorted here.
 * A record that names no entry of the ledger comes without its fields.
 * @throws what the queries throw.
 */
export async function* readShippedRecords(
  query: LogQuery,
  period: Period,
  abortSignal: AbortSignal,
): AsyncGenerator<ShippedRecord, void> {
  if (period.from >= period.to) return;
  const counted = await query(recordRangesQuery(period, RANGE_SEQUENCES, MOST_RANGES), abortSignal);
  const ranges = counted.map(readRange).sort(compareRanges);
  for (const group of groupRanges(ranges)) yield* readGroup(query, group, abortSignal);
}

/** Reads ranges that follow one another, in halves where they have too many records. */
async function* readGroup(
  query: LogQuery,
  ranges: readonly CountedRange[],
  abortSignal: AbortSignal,
): AsyncGenerator<ShippedRecord, void> {
  const [first] = ranges;
  if (!first) return;
  if (first.from < 0) {
    for (let index = 0; index < first.size; index += 1) yield withoutEntry(first);
    return;
  }
  const earliest = ranges.reduce((least, { earliest: one }) => (one < least ? one : least), first.earliest);
  const latest = ranges.reduce((most, { latest: one }) => (one > most ? one : most), first.latest);
  const asked = recordsQuery(ranges, { earliest, latest }, MOST_RECORDS + 1);
  const rows = await query(asked, abortSignal).catch(ifTooLong);
  const halves = rows && rows.length <= MOST_RECORDS ? undefined : halve(ranges);
  if (halves) for (const half of halves) yield* readGroup(query, half, abortSignal);
  else {
    yield* (rows ?? []).slice(0, MOST_RECORDS).map(readRecord).sort(compareRecords);
    // Nobody ships that many copies of a record. One without a hash is never the same as the ledger's.
    if (!rows || rows.length > MOST_RECORDS) yield { ...withoutEntry(first), sequence: first.from };
  }
}

/** Halves ranges; undefined for one with a single sequence. */
function halve(ranges: readonly CountedRange[]): readonly CountedRange[][] | undefined {
  const [first] = ranges;
  if (!first) return undefined;
  if (ranges.length > 1) {
    const middle = Math.ceil(ranges.length / 2);
    return [ranges.slice(0, middle), ranges.slice(middle)];
  }
  if (first.to - first.from <= 1) return undefined;
  const middle = Math.ceil((first.from + first.to) / 2);
  return [[{ ...first, to: middle }], [{ ...first, from: middle }]];
}

/** Groups ranges so that one query finds about as many records as it is meant to. */
function* groupRanges(ranges: readonly CountedRange[]): Generator<readonly CountedRange[], void> {
  let group: CountedRange[] = [];
  let size = 0;
  for (const range of ranges) {
    // A range that names no entries is a group of its own, because it is not read.
    const isFull = size + range.size > INTENDED_RECORDS || group.length >= MOST_RANGES_OF_A_QUERY;
    if (group.length > 0 && (isFull || range.from < 0 || (group[0]?.from ?? 0) < 0)) {
      yield group;
      group = [];
      size = 0;
    }
    group.push(range);
    size += range.size;
  }
  if (group.length > 0) yield group;
}

/** Reads a range. Where its writer is none, it begins below 0 too, so that no query repeats a text that somebody else chose. */
function readRange(row: LogRow): CountedRange {
  const writer = readText(row, 'writer');
  const start = readCount(row, 'start');
  const from = namesEntry({ writer, sequence: start }) ? start : -1;
  return {
    writer,
    from,
    to: from + RANGE_SEQUENCES,
    size: readCount(row, 'size'),
    earliest: withAllDigits(readText(row, 'earliest')),
    latest: withAllDigits(readText(row, 'latest')),
  };
}

/** Writes an instant with the seven digits below a second that the service keeps. It leaves out zeros at the end. */
function withAllDigits(instant: string): string {
  const [, second, fraction = ''] = /^([^.Z]+)(?:\.(\d+))?Z$/.exec(instant) ?? [];
  return second === undefined ? instant : `${second}.${fraction.padEnd(7, '0')}Z`;
}

function readRecord(row: LogRow): ShippedRecord {
  return {
    writer: readText(row, 'writer'),
    sequence: readCount(row, 'sequence'),
    hash: readText(row, 'hash'),
    time: readTime(row, 'timestamp'),
    name: readText(row, 'name'),
    itemCount: readCount(row, 'itemCount'),
    properties: readObject(row, 'customDimensions'),
    measurements: readObject(row, 'customMeasurements'),
  };
}

function withoutEntry({ writer, earliest }: CountedRange): ShippedRecord {
  return {
    writer,
    sequence: -1,
    hash: '',
    time: new Date(earliest),
    name: '',
    itemCount: 1,
    properties: {},
    measurements: {},
  };
}

function compareRanges(one: RecordRange, other: RecordRange): number {
  return compareTexts(one.writer, other.writer) || one.from - other.from;
}

function compareRecords(one: ShippedRecord, other: ShippedRecord): number {
  return compareTexts(one.writer, other.writer) || one.sequence - other.sequence;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
