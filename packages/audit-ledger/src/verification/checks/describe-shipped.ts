import { RECORD_FIELDS } from '../../record/record-schema.ts';
import { RECORD_EVENT, shippedAttributesOf } from '../../shipping/shipped-attributes.ts';
import { namesEntry } from '../anchors.ts';
import type { ShippedRecord } from '../evidence.ts';
import type { Finding } from '../finding.ts';
import type { Closing } from './closing.ts';

/** Properties with this beginning are the platform's own, and no field of any record. */
const PLATFORM_PREFIX = '_MS.';
const DAY_IN_MS = 86_400_000;
/**
 * The service puts the time of arrival in place of a time that lies further than this in the past or the future.
 * https://learn.microsoft.com/azure/azure-monitor/logs/log-standard-columns#timegenerated
 */
const MOST_PAST_IN_MS = 2 * DAY_IN_MS;
const MOST_FUTURE_IN_MS = DAY_IN_MS;
/** The exporter computes with nanoseconds, more than a number holds exactly, and can lose a millisecond. */
const ROUNDING_IN_MS = 1;

/**
 * Compares a closing with its shipped record, in both directions; undefined where they are the same. Properties that the
 * platform adds are left out.
 */
export function describeDifference(closing: Closing, shipped: ShippedRecord): Finding | undefined {
  const isSameEntry = shipped.hash === closing.hash;
  const differing = isSameEntry ? findDifferences(closing, shipped) : ['the hash of its entry'];
  if (differing.length === 0) return undefined;
  const { writer, sequence, place, recordId } = closing;
  return {
    kind: 'contradicts-ledger',
    writer,
    sequence,
    ...place,
    recordId,
    message: `The record of entry ${sequence} of ${writer} is not the same in Application Insights and in the ledger: it differs in ${differing.join(', ')}.`,
  };
}

/** Describes a shipped record that the ledger does not have. */
export function describeUnknown({ writer, sequence }: Pick<ShippedRecord, 'writer' | 'sequence'>): Finding {
  const isEntry = namesEntry({ writer, sequence });
  return {
    kind: 'contradicts-ledger',
    ...(isEntry && { writer, sequence }),
    message: isEntry
      ? `Application Insights has a record of entry ${sequence} of ${writer}, but the ledger has no such record.`
      : 'Application Insights has a record that names no entry of the ledger.',
  };
}

/** Describes a shipped record that Application Insights does not have. */
export function describeMissing({ writer, sequence, place, recordId }: Closing): Finding {
  return {
    kind: 'missing-in-application-insights',
    writer,
    sequence,
    ...place,
    recordId,
    message: `The record of entry ${sequence} of ${writer} was shipped, but Application Insights does not have it.`,
  };
}

/** Lists where a record differs from its closing. Names that others chose are not repeated. */
function findDifferences(closing: Closing, shipped: ShippedRecord): string[] {
  const { properties, measurements } = shippedAttributesOf(closing, closing);
  const names = new Set([
    ...namesOfDifferences(properties, shipped.properties),
    ...namesOfDifferences(measurements, shipped.measurements),
  ]);
  const known = [...names].filter((name) =>
    [properties, RECORD_FIELDS].some((one) => Object.hasOwn(one, name)),
  );
  return [
    ...(shipped.name === RECORD_EVENT ? [] : ['the name of its event']),
    ...(shipped.itemCount === 1 ? [] : ['the number of events that it stands for']),
    ...(isSameTime(closing, shipped) ? [] : ['the time of its event']),
    ...known,
    ...(known.length < names.size ? ['further fields'] : []),
  ];
}

function isSameTime(closing: Closing, { time }: ShippedRecord): boolean {
  const lateInMs = time.getTime() - closing.time.getTime();
  const isReplaced = lateInMs >= MOST_PAST_IN_MS || lateInMs <= -MOST_FUTURE_IN_MS;
  return Math.abs(lateInMs) <= ROUNDING_IN_MS || isReplaced || Number.isNaN(lateInMs);
}

function namesOfDifferences(
  expected: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
): string[] {
  const differing = Object.keys(expected).filter((name) => !isSame(expected[name], found[name]));
  const added = Object.keys(found).filter(
    (name) => !Object.hasOwn(expected, name) && !name.startsWith(PLATFORM_PREFIX),
  );
  return [...differing, ...added];
}

function isSame(expected: unknown, found: unknown): boolean {
  // Some versions of the service write whole numbers as texts.
  if (typeof expected === 'number') return Number(found) === expected && found !== '' && found !== null;
  return expected === found;
}
