import { namesEntry } from '../anchors.ts';
import type { ShippedRecord } from '../evidence.ts';
import type { Finding } from '../finding.ts';
import type { Closing } from './closing.ts';

/**
 * Compares a closing with its shipped record; undefined where they are the same.
 * @param expected the fields that the record must have. It may have further fields.
 */
export function describeDifference(
  closing: Closing,
  shipped: ShippedRecord,
  expected: Readonly<Record<string, unknown>>,
): Finding | undefined {
  const isSameEntry = shipped.hash === closing.hash;
  const differing = isSameEntry ? findDifferences(expected, shipped.fields) : [];
  if (isSameEntry && differing.length === 0) return undefined;
  const where = isSameEntry ? `in ${differing.join(', ')}` : 'in the hash of its entry';
  const { writer, sequence, place, recordId } = closing;
  return {
    kind: 'contradicts-ledger',
    writer,
    sequence,
    ...place,
    recordId,
    message: `The record of entry ${sequence} of ${writer} is not the same in Application Insights and in the ledger: it differs ${where}.`,
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

function findDifferences(
  expected: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(expected).flatMap(([name, value]) => (isSame(value, found[name]) ? [] : [name]));
}

function isSame(expected: unknown, found: unknown): boolean {
  // Some versions of the service write whole numbers as texts.
  if (typeof expected === 'number') return Number(found) === expected && found !== '' && found !== null;
  return expected === found;
}
