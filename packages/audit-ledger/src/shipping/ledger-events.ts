import type { AuditEvent } from './event-sender.ts';
import { limitProperties } from './event-limits.ts';
import type { AnyEntry, ChainPlace, LedgerLine, LineProblem } from '../ledger/read-lines.ts';

/** A record of the ledger as Application Insights has it. */
export type DescribeRecord = (
  record: Readonly<Record<string, unknown>>,
) => Required<Pick<AuditEvent, 'properties' | 'measurements'>>;

/** What a line of the ledger tells Application Insights: a record, the head of the chain, and that the chain is broken. */
export function eventsOf(
  { entry, place, problem }: LedgerLine,
  now: Date,
  describe: DescribeRecord,
): AuditEvent[] {
  const broken = problem ? [brokenAt(place, problem, now)] : [];
  switch (entry?.kind) {
    case 'closing':
      try {
        return [...broken, prediction(entry, place, describe)];
      } catch {
        // A record that no version of this gateway wrote doesn't keep back those that follow.
        return [brokenAt(place, 'unreadable', now)];
      }
    case 'unverified':
      return [...broken, unverified(entry, place)];
    case 'checkpoint':
    case 'end':
      return [...broken, anchor(entry, place)];
    default:
      return broken;
  }
}

/** @param problem `truncated`: a line that ends in the middle. */
export function brokenAt(
  { writer, sequence }: Omit<ChainPlace, 'hash'>,
  problem: LineProblem | 'truncated',
  time: Date,
): AuditEvent {
  return {
    name: 'gateway.audit.verification',
    time,
    properties: { writer, sequence: String(sequence), problem },
  };
}

/** @throws TypeError for a closing without a record. */
function prediction(entry: AnyEntry, place: ChainPlace, describe: DescribeRecord): AuditEvent {
  const { record } = entry;
  if (!isObject(record)) throw new TypeError('A closing has a record.');
  const { properties, measurements } = describe(record);
  return {
    name: 'gateway.prediction',
    time: instant(record.time) ?? new Date(entry.time),
    properties: limitProperties({
      // First, so that no record has too many properties for its own place.
      ledgerWriter: place.writer,
      ledgerSequence: String(place.sequence),
      ledgerHash: place.hash,
      ...(entry.recovered === true && { recovered: 'true' }),
      ...properties,
    }),
    measurements,
  };
}

/** Each store vouches for the other: a chain that is cut or rewritten no longer has what its anchors say. */
function anchor(entry: AnyEntry, { writer, sequence, hash }: ChainPlace): AuditEvent {
  return {
    name: 'gateway.audit.anchor',
    time: new Date(entry.time),
    properties: { writer, sequence: String(sequence), hash, time: entry.time, closed: String(entry.closed) },
  };
}

/** How many calls nobody vouched for; what is no number was not written by this gateway. */
function unverified(entry: AnyEntry, { writer, sequence }: ChainPlace): AuditEvent {
  const { calls } = entry;
  return {
    name: 'gateway.audit.unverified',
    time: new Date(entry.time),
    properties: { writer, sequence: String(sequence) },
    measurements: { calls: typeof calls === 'number' ? calls : 0 },
  };
}

function instant(time: unknown): Date | undefined {
  const date = new Date(typeof time === 'string' ? time : NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
