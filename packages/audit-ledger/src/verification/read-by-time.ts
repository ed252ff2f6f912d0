import { AnswerTooLong, type LogQuery, type LogRow } from '../reading/log-query.ts';
import type { Period } from '../time/period.ts';
import { countsQuery, rowsQuery, type TelemetrySource } from './evidence-queries.ts';
import { readCount, readTime } from './log-values.ts';

/** Telemetry of a stretch of time. */
export interface TelemetrySlice {
  readonly stretch: Period;
  readonly rows: readonly LogRow[];
  /** True where the stretch is a millisecond that has more rows than are read. */
  readonly isCut: boolean;
}

/** The number of rows that a query is meant to find, and the most that it gives. */
const INTENDED_ROWS = 20_000;
const MOST_ROWS = 50_000;
/** The parts of a period whose rows are counted. */
const MOST_PARTS = 10_000;
const SHORTEST_PART_IN_MS = 1_000;

/**
 * Reads telemetry of a period slice by slice, in the order of time. The service sorts nothing, and no answer comes near
 * its limits of 500,000 rows and 100 MiB: https://learn.microsoft.com/azure/azure-monitor/service-limits#la-query-api
 * @throws what the queries throw.
 */
export async function* readByTime(
  query: LogQuery,
  source: TelemetrySource,
  period: Period,
  abortSignal: AbortSignal,
): AsyncGenerator<TelemetrySlice, void> {
  const lengthInMs = period.to.getTime() - period.from.getTime();
  if (lengthInMs <= 0) return;
  const partInMs = Math.max(SHORTEST_PART_IN_MS, Math.ceil(lengthInMs / MOST_PARTS));
  const counts = await query(countsQuery(source, period, partInMs), abortSignal);
  for (const stretch of planStretches(period, partInMs, counts))
    yield* readStretch(query, source, stretch, abortSignal);
}

/** Joins parts that have no more rows together than one query is meant to find. The stretches cover the whole period. */
function planStretches(period: Period, partInMs: number, counts: readonly LogRow[]): Period[] {
  const parts = counts
    .map((row) => ({ end: readTime(row, 'part').getTime() + partInMs, size: readCount(row, 'size') }))
    .sort((one, other) => one.end - other.end);
  const stretches: Period[] = [];
  let { from } = period;
  let size = 0;
  let end = from;
  for (const part of parts) {
    if (size > 0 && size + part.size > INTENDED_ROWS) {
      stretches.push({ from, to: end });
      from = end;
      size = 0;
    }
    size += part.size;
    end = new Date(Math.min(part.end, period.to.getTime()));
  }
  return [...stretches, { from, to: period.to }];
}

/** Reads a stretch, in halves where it has too many rows. */
async function* readStretch(
  query: LogQuery,
  source: TelemetrySource,
  stretch: Period,
  abortSignal: AbortSignal,
): AsyncGenerator<TelemetrySlice, void> {
  const rows = await query(rowsQuery(source, stretch, MOST_ROWS + 1), abortSignal).catch(ifTooLong);
  const [from, to] = [stretch.from.getTime(), stretch.to.getTime()];
  if (rows && rows.length <= MOST_ROWS) yield { stretch, rows, isCut: false };
  else if (to - from > 1) {
    const middle = new Date(Math.floor((from + to) / 2));
    yield* readStretch(query, source, { from: stretch.from, to: middle }, abortSignal);
    yield* readStretch(query, source, { from: middle, to: stretch.to }, abortSignal);
  } else yield { stretch, rows: rows?.slice(0, MOST_ROWS) ?? [], isCut: true };
}

/** Gives undefined for an answer that is too long to be read. */
export function ifTooLong(error: unknown): undefined {
  if (!(error instanceof AnswerTooLong)) throw error;
}
