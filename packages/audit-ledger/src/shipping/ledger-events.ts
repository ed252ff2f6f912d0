import type { AuditEvent } from './event-sender.ts';
import type { AnyEntry } from '../ledger/parse-entry.ts';
import type { ChainPlace, PlacedLine } from './place-lines.ts';
import type { ChainProblem } from './read-vouched.ts';
import { RECORD_EVENT, shippedAttributesOf } from './shipped-attributes.ts';

/** Turns a record of the ledger into the attributes of its event. */
export type DescribeRecord = (
  record: Readonly<Record<string, unknown>>,
) => Required<Pick<AuditEvent, 'properties' | 'measurements'>>;

/**
 * Makes the events of a line of the ledger: the record of a closing, the count of unverified calls, the anchor of a
 * checkpoint or an end, and an event for a problem of the line. Other lines have none.
 */
export function eventsOf(
  { entry, place, problem }: PlacedLine,
  now: Date,
  describe: DescribeRecord,
): AuditEvent[] {
  const broken = problem ? [brokenAt(place, problem, now)] : [];
  switch (entry?.kind) {
    case 'closing':
      try {
        return [...broken, prediction(entry, place, describe)];
      } catch {
        // A record that can't be described must not keep back those that follow.
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

/** Makes the event for a broken chain. */
export function brokenAt(
  { writer, sequence }: Omit<ChainPlace, 'hash'>,
  problem: ChainProblem,
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
  const { record, recovered } = entry;
  if (!isObject(record)) throw new TypeError('A closing has a record.');
  return {
    name: RECORD_EVENT,
    time: instant(record.time) ?? new Date(entry.time),
    ...shippedAttributesOf({ record, recovered }, place, describe),
  };
}

/** Makes the event of an anchor. A chain that is cut or rewritten no longer matches its anchors. */
function anchor(entry: AnyEntry, { writer, sequence, hash }: ChainPlace): AuditEvent {
  return {
    name: 'gateway.audit.anchor',
    time: new Date(entry.time),
    properties: { writer, sequence: String(sequence), hash, time: entry.time, closed: String(entry.closed) },
  };
}

/** Makes the event of a count of unverified calls. A count that is no number becomes 0. */
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
