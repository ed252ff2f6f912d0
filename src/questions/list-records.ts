import { GatewayError } from '../errors/gateway-error.ts';
import type { CatalogEntry } from '../governance/documents.ts';
import type { Governance } from '../governance/governance.ts';
import { isAuditor } from '../governance/is-auditor.ts';
import { namesOf } from '../governance/find-entries.ts';
import type {
  AuditArchive,
  Period,
  RecordedCall,
  RecordFilter,
  RecordPosition,
  RecordScope,
} from '@vertex-ai-gateway/audit-ledger/reading';
import type { Caller } from '../prediction/caller.ts';
import { resolvePeriod } from './period.ts';
import type { AuditQuestion } from './question.ts';
import { readCursor, writeCursor } from './record-cursor.ts';

/** The dependencies of reading records. */
export interface ReadingDependencies {
  readonly archive: AuditArchive;
  readonly governance: Governance;
  readonly now: () => Date;
}

/** One page of records, newest first; `nextCursor` is there when there are more. */
export interface RecordList {
  readonly records: readonly RecordedCall[];
  readonly nextCursor?: string;
}

/**
 * Lists the caller's own records, or everybody's for an auditor.
 * @throws GatewayError INVALID_REQUEST for its period or cursor, NOT_GRANTED for others' records.
 */
export async function listRecords(
  { archive, governance, now }: ReadingDependencies,
  caller: Caller,
  question: AuditQuestion,
  abortSignal: AbortSignal,
): Promise<RecordList> {
  const { limit, cursor } = question;
  const scope = scopeOf(governance, caller);
  const resumed = cursor === undefined ? undefined : readCursor(cursor, question, scope);
  const period = resolvePeriod(resumed?.period ?? question.period, now());
  const filter = filterOf(governance, caller, question, period);
  // One record more than asked for shows that there is a next page.
  const page = { limit: limit + 1, ...(resumed && { after: resumed.after }) };
  const found = await archive.listRecords(scope, filter, page, abortSignal);
  const records = found.slice(0, limit);
  const last = records.at(-1);
  if (found.length <= limit || !last) return { records };
  const after = { time: last.time, id: last.id };
  return { records, nextCursor: writeCursor({ period, after }, question, scope) };
}

/** The most records of one query; no more are in memory at once. */
const PAGE_LIMIT = 500;

/** Yields all records of a period, page by page. @throws GatewayError as `listRecords` does. */
export async function* listAllRecords(
  { archive, governance, now }: ReadingDependencies,
  caller: Caller,
  question: AuditQuestion,
  abortSignal: AbortSignal,
): AsyncGenerator<readonly RecordedCall[], void> {
  const scope = scopeOf(governance, caller);
  const filter = filterOf(governance, caller, question, resolvePeriod(question.period, now()));
  let after: RecordPosition | undefined;
  for (;;) {
    const page = { limit: PAGE_LIMIT, ...(after && { after }) };
    const records = await archive.listRecords(scope, filter, page, abortSignal);
    yield records;
    const last = records.at(-1);
    if (records.length < PAGE_LIMIT || !last) return;
    after = { time: last.time, id: last.id };
  }
}

/** @throws GatewayError NOT_GRANTED when a caller who is no auditor asks for the records of others. */
function filterOf(
  { documents }: Governance,
  caller: Caller,
  { filters }: AuditQuestion,
  period: Period,
): RecordFilter {
  const { model, caller: asked, ...others } = filters;
  const { objectId, applicationId } = caller;
  const isOwn = [objectId, applicationId].some((id) => id.toLowerCase() === asked?.toLowerCase());
  if (asked !== undefined && !isOwn && !isAuditor(documents.access, caller))
    throw new GatewayError(
      'NOT_GRANTED',
      'Only auditors read the records of other callers. Leave caller out to read your own, or ask the platform team ' +
        'for a role of an auditor.',
    );
  return {
    period,
    ...others,
    ...(asked !== undefined && { caller: GUID.test(asked) ? asked.toLowerCase() : asked }),
    ...(model !== undefined && { names: withAllNames(documents.catalog.entries, model) }),
  };
}

/** A GUID. Identity providers write GUIDs in lower case, and people may paste them in upper case. */
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id of a record, or the request id that it ends with. */
const RECORD_NAME = /^(\d{8}T\d{9}Z-)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/**
 * Reads one record, by its id or its request id.
 * @throws GatewayError AUDIT_RECORD_NOT_FOUND when there is none, and in the same words when it is not the caller's to read.
 */
export async function readRecord(
  { archive, governance }: ReadingDependencies,
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

/** Returns all names of a model, because a refused call is on record under the name sent, a served one under its own. */
function withAllNames(entries: readonly CatalogEntry[], asked: string): string[] {
  const entry = entries.find((one) => namesOf(one).includes(bareName(one, asked)));
  return entry ? namesOf(entry) : [asked];
}

function bareName(entry: CatalogEntry, asked: string): string {
  const publisher = 'publisher' in entry ? `${entry.publisher}/` : '';
  return asked.startsWith(publisher) ? asked.slice(publisher.length) : asked;
}
