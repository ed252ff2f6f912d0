import { hash } from 'node:crypto';
import {
  isWithinBounds,
  type Period,
  type RecordPosition,
  type RecordScope,
  UTC_INSTANT,
} from '@vertex-ai-gateway/audit-ledger/reading';
import { RecordId } from '@vertex-ai-gateway/audit-ledger/record';
import { invalidQuery } from '../errors/invalid-query.ts';
import type { AuditQuestion } from './question.ts';

/** The place where the next page begins, and the period of the first page, which all pages share. */
export interface RecordCursor {
  readonly period: Period;
  readonly after: RecordPosition;
}

/**
 * Writes a cursor as clients carry it. A cursor is no permission: each page is authorized anew, and a cursor that was given
 * to another caller or for other filters is refused.
 */
export function writeCursor(
  { period, after }: RecordCursor,
  question: AuditQuestion,
  scope: RecordScope,
): string {
  const parts = [
    period.from.toISOString(),
    period.to.toISOString(),
    after.time,
    after.id,
    fingerprint(question, scope),
  ];
  return Buffer.from(parts.join(' ')).toString('base64url');
}

/** Reads a cursor. @throws GatewayError INVALID_REQUEST for anything that `writeCursor` did not write for this question. */
export function readCursor(text: string, question: AuditQuestion, scope: RecordScope): RecordCursor {
  const [from = '', to = '', time = '', id = '', mark, ...rest] = Buffer.from(text, 'base64url')
    .toString()
    .split(' ');
  const isCursor =
    [from, to, time].every((one) => UTC_INSTANT.test(one) && isInstant(one)) &&
    RecordId.safeParse(id).success;
  if (!isCursor || rest.length > 0)
    throw invalidQuery([{ field: 'cursor', description: 'must be a nextCursor, as it was given' }]);
  if (mark !== fingerprint(question, scope))
    throw invalidQuery([
      { field: 'cursor', description: 'belongs to another question; send the filters of the first page' },
    ]);
  return { period: { from: new Date(from), to: new Date(to) }, after: { time, id } };
}

/** Returns false also for a 30th of February or an hour 24, which JavaScript reads as a later day and a query refuses. */
function isInstant(text: string): boolean {
  const instant = new Date(text);
  return (
    isWithinBounds(instant) && text.startsWith(instant.toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length))
  );
}

/** Hashes everything but the page: a cursor continues one listing of one caller. */
function fingerprint({ period, filters }: AuditQuestion, scope: RecordScope): string {
  const owner =
    scope === 'everybody'
      ? [scope]
      : [scope.identityProvider, scope.subscriptionId, scope.objectId, scope.applicationId];
  const asked = [period.from, period.to, ...Object.entries(filters).toSorted(), ...owner];
  return hash('sha256', JSON.stringify(asked), 'base64url').slice(0, 22);
}
