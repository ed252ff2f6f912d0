import { GatewayError } from '../errors/gateway-error.ts';
import type { CatalogEntry } from '../governance/documents.ts';
import type { Governance } from '../governance/governance.ts';
import { isAuditor } from '../governance/is-auditor.ts';
import type { AuditArchive, RecordedCall, RecordFilter, RecordScope } from './audit-archive.ts';
import type { Caller } from './interfaces.ts';
import { resolvePeriod } from './period.ts';
import type { AuditQuestion } from './question.ts';
import { readCursor, writeCursor } from './record-cursor.ts';

/** What reading records takes. */
export interface RecordRooms {
  readonly archive: AuditArchive;
  readonly governance: Governance;
  readonly now: () => Date;
}

/** One page of records, newest first; `nextCursor` is there when there are more. */
export interface RecordList {
  readonly records: readonly RecordedCall[];
  readonly nextCursor?: string;
}

/** Lists the caller's own records, or everybody's for an auditor. @throws GatewayError INVALID_REQUEST for its period or cursor. */
export async function listRecords(
  { archive, governance, now }: RecordRooms,
  caller: Caller,
  question: AuditQuestion,
  abortSignal: AbortSignal,
): Promise<RecordList> {
  const { filters, limit, cursor } = question;
  const scope = scopeOf(governance, caller);
  const resumed = cursor === undefined ? undefined : readCursor(cursor, question, scope);
  const period = resolvePeriod(resumed?.period ?? question.period, now());
  const { model, ...others } = filters;
  const filter: RecordFilter = {
    period,
    ...others,
    ...(model !== undefined && { names: namesOf(governance.documents.catalog.entries, model) }),
  };
  // One more than asked for tells whether there is a next page.
  const page = { limit: limit + 1, ...(resumed && { after: resumed.after }) };
  const found = await archive.listRecords(scope, filter, page, abortSignal);
  const records = found.slice(0, limit);
  const last = records.at(-1);
  if (found.length <= limit || !last) return { records };
  const after = { time: last.time, id: last.id };
  return { records, nextCursor: writeCursor({ period, after }, question, scope) };
}

/** A record's own id, or the request id that is its end. */
const RECORD_NAME = /^(\d{8}T\d{9}Z-)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** @throws GatewayError AUDIT_RECORD_NOT_FOUND, also for somebody else's: that there is one is not told. */
export async function readRecord(
  { archive, governance }: RecordRooms,
  caller: Caller,
  id: string,
  abortSignal: AbortSignal,
): Promise<RecordedCall> {
  const [, time = '', requestId = ''] = RECORD_NAME.exec(id) ?? [];
  const name =
    time === ''
      ? { requestId: requestId.toLowerCase() }
      : { id: `${time.toUpperCase()}${requestId.toLowerCase()}` };
  const record =
    requestId === '' ? undefined : await archive.findRecord(scopeOf(governance, caller), name, abortSignal);
  if (record) return record;
  throw new GatewayError(
    'AUDIT_RECORD_NOT_FOUND',
    'None of your calls is on record under this id. Check that it is the x-request-id of one of your own calls, or the id of its record; ' +
      'new records can take some minutes to show.',
  );
}

function scopeOf({ documents }: Governance, caller: Caller): RecordScope {
  const { identityProvider, subscriptionId, objectId, applicationId } = caller;
  return isAuditor(documents.access, caller)
    ? 'everybody'
    : { identityProvider, subscriptionId, objectId, applicationId };
}

/** Refused calls are on record under the name that was sent, served ones under the model's own. */
function namesOf(entries: readonly CatalogEntry[], asked: string): string[] {
  const entry = entries.find((one) =>
    'endpoint' in one
      ? [one.name, one.alias, one.endpoint].includes(asked)
      : [one.name, one.alias, one.model, `${one.publisher}/${one.model}`].includes(asked),
  );
  if (!entry) return [asked];
  const own = 'endpoint' in entry ? entry.endpoint : entry.model;
  return [...new Set([entry.name, own, ...(entry.alias === undefined ? [] : [entry.alias])])];
}
