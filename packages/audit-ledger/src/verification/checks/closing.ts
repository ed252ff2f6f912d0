import type { Period } from '../../time/period.ts';
import type { Place } from '../finding.ts';
import type { ChainLine } from '../read-chain.ts';

/** A closing of a chain, with its place and its record. */
export interface Closing {
  readonly writer: string;
  readonly sequence: number;
  readonly hash: string;
  readonly place: Place;
  readonly record: Readonly<Record<string, unknown>>;
  /** Present where another process wrote it, because the writer of the opening died. */
  readonly recovered: unknown;
  readonly recordId: string;
  readonly time: Date;
}

/** Reads a line as a closing; undefined where it is none, or names no call. */
export function readClosing({ entry, call, hash, place }: ChainLine, writer: string): Closing | undefined {
  if (!call || entry?.kind !== 'closing') return undefined;
  const { recovered } = entry.members;
  const record = entry.members.record as Closing['record'];
  const time = new Date(typeof record.time === 'string' ? record.time : entry.time);
  return { writer, sequence: entry.sequence, hash, place, record, recovered, recordId: call.id, time };
}

/** Tells whether a closing must show in Application Insights by its time. One with an invalid time must. */
export function isDue({ time }: Closing, { from, to }: Period, notBefore: Date): boolean {
  return Number.isNaN(time.getTime()) || (time >= from && time < to && time < notBefore);
}
