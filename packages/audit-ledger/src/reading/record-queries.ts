import type {
  RecordFilter,
  RecordName,
  RecordPage,
  RecordPosition,
  RecordScope,
  UsageFilter,
  UsageGroup,
} from './audit-archive.ts';
import { OUTCOMES } from '../record/record-schema.ts';
import { RECORD_EVENT } from '../shipping/shipped-attributes.ts';
import type { Period } from '../time/period.ts';
import { column, dateTimeLiteral, is, isIn, isInPeriod, pipe, textLiteral } from './kql.ts';
import { COLUMN_FIELDS, FILTER_FIELDS, type ReadField, SUMMED_FIELDS } from './record-fields.ts';

const TEXTS = COLUMN_FIELDS.filter(({ form }) => form !== 'number');
const NUMBERS = COLUMN_FIELDS.filter(({ form }) => form === 'number');

const property = (name: string): string => `tostring(customDimensions${column(name)})`;

/**
 * The longest time that a record may wait for Application Insights and still be found by its period. The service puts the
 * time of arrival in place of one that is two days old, so a record's own time is the one that counts.
 * https://learn.microsoft.com/azure/azure-monitor/logs/log-standard-columns#timegenerated
 */
const LONGEST_WAIT_IN_MS = 31 * 86_400_000;

/** The columns of a record's place in the ledger, and the forms that they must have. */
const PLACE = [
  `ledgerWriter = ${property('ledgerWriter')}`,
  `ledgerSequence = tolong(${property('ledgerSequence')})`,
  `ledgerHash = ${property('ledgerHash')}`,
].join(', ');
const HAS_PLACE = [
  'ledgerWriter matches regex "^[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8}$"',
  'ledgerSequence >= 0',
  'ledgerHash matches regex "^[0-9a-f]{64}$"',
].join(' and ');

/** The rank of the edge's records, which is the least. */
export const EDGE_RANK = 0.1;
/**
 * The rank of a record of the function app among several records of one call, of which the highest is read. The last
 * correction ranks highest. A call of a lost process can have the record that a sweep wrote, and the process's own, which
 * ranks higher.
 */
const RANK = 'iff(correction > 0, todouble(correction), iff(code == "PROCESS_LOST", 0.2, 0.3))';

/**
 * Queries the records of the function app. A row without a place in the ledger is none. Of several rows for one place the
 * one counts that was ingested first. In a chain the last record of a call counts, if the first is no correction.
 */
function functionAppRecords(where: string, period: Period | undefined): string[] {
  return [
    'customEvents',
    ...(period ? [`where ${isInPeriod({ ...period, to: later(period.to, LONGEST_WAIT_IN_MS) })}`] : []),
    `where name == ${textLiteral(RECORD_EVENT)}`,
    `extend came = ingestion_time(), timestamp = todatetime(customDimensions${column('time')}), ${PLACE}`,
    `where ${period ? isInPeriod(period) : 'isnotnull(timestamp)'} and ${HAS_PLACE}`,
    readTexts,
    where,
    'summarize arg_min(came, *) by ledgerWriter, ledgerSequence',
    'extend correction = iff(isempty(revision), 0, tolong(revision))',
    'summarize firstCorrection = min(correction), arg_max(ledgerSequence, *) by requestId, ledgerWriter',
    'where firstCorrection == 0',
    `extend rank = ${RANK}`,
  ];
}

/** Queries the records of the edge. */
function edgeRecords(where: string, period: Period | undefined): string[] {
  return [
    'traces',
    ...(period ? [`where ${isInPeriod(period)}`] : []),
    `where ${property('recordedBy')} == "edge"`,
    'extend came = ingestion_time()',
    readTexts,
    where,
    `extend rank = ${EDGE_RANK}`,
  ];
}

const readField = (convert: string, from: string, { name, attribute }: ReadField): string =>
  `${column(name)} = ${convert}(${from}${column(attribute)})`;
const readTexts = `extend ${TEXTS.map((field) => readField('tostring', 'customDimensions', field)).join(', ')}`;

/** Queries the records of both recorders, with their fields as columns, and one record for each call. */
function recordsWhere(conditions: readonly string[], period?: Period): string {
  const where = `where ${['isnotempty(requestId)', ...conditions].join(' and ')}`;
  return pipe(
    `union (${functionAppRecords(where, period).join(' | ')}), (${edgeRecords(where, period).join(' | ')})`,
    `extend ${NUMBERS.map((field) => readField('todouble', 'customMeasurements', field)).join(', ')}`,
    // A lost connection can leave one call with records of both recorders, and a lost process with records of two chains.
    'summarize arg_min(came, *) by requestId, rank',
    'summarize arg_max(rank, *) by requestId',
  );
}

function later(time: Date, byInMs: number): Date {
  return new Date(time.getTime() + byInMs);
}

const PROJECTION = `project timestamp, rank, ${COLUMN_FIELDS.map(({ name }) => column(name)).join(', ')}`;

/** Writes the query for a page of records, newest first. */
export function listQuery(scope: RecordScope, filter: RecordFilter, { after, limit }: RecordPage): string {
  const { period, names, caller, finding } = filter;
  const conditions = [
    ...(names ? [`(${isIn('model', names)} or ${isIn('endpoint', names)})`] : []),
    ...(caller === undefined ? [] : [`(${is('objectId', caller)} or ${is('applicationId', caller)})`]),
    ...(finding === undefined ? [] : [hasFinding(finding)]),
    ...FILTER_FIELDS.flatMap(({ name }) => (filter[name] === undefined ? [] : [is(name, filter[name])])),
    ...(after ? [isOlder(after)] : []),
  ];
  return pipe(
    recordsWhere(inScope(scope), period),
    ...(conditions.length > 0 ? [`where ${conditions.join(' and ')}`] : []),
    'order by timestamp desc, id asc',
    `take ${Math.trunc(limit)}`,
    PROJECTION,
  );
}

/** Writes the query for one record, of any age. */
export function findQuery(scope: RecordScope, name: RecordName): string {
  const named = 'id' in name ? is('id', name.id) : is('requestId', name.requestId);
  return pipe(recordsWhere([named, ...inScope(scope)]), 'take 1', PROJECTION);
}

/** Writes the query for sums of usage. Publisher, model and endpoint are empty where the name is not known. */
export function usageQuery({ subscriptionId, period, by, names }: UsageFilter): string {
  const known = (name: string, values: readonly string[]) =>
    `${column(name)} = iff(${isIn(name, values)}, ${column(name)}, "")`;
  const group = GROUP_COLUMNS[by];
  const isByFinding = by === 'finding';
  return pipe(
    recordsWhere([is('subscriptionId', subscriptionId), `${column('dialect')} != "gateway"`], period),
    ...(isByFinding ? BY_FINDING : []),
    `extend ${[
      known('publisher', names.publishers),
      known('model', names.models),
      known('endpoint', names.endpoints),
      'day = startofday(timestamp)',
    ].join(', ')}`,
    `summarize ${[
      'calls = count()',
      ...OUTCOMES.map((outcome) => `${outcome} = countif(${is('outcome', outcome)})`),
      ...SUMMED_FIELDS.map(({ name }) => `${name} = sum(${name})`),
      ...(isByFinding ? ['found = sum(found)'] : []),
    ].join(', ')} by ${['publisher', 'model', 'endpoint', ...group].join(', ')}`,
  );
}

const GROUP_COLUMNS: Readonly<Record<UsageGroup, readonly string[]>> = {
  model: [],
  day: ['day'],
  operation: ['operation'],
  finding: ['finding'],
};

/** Steps that make a row of each call and each kind of its findings, with the number of values that were found. */
const BY_FINDING = [
  `where isnotempty(${column('findings')})`,
  `mv-expand one = parse_json(${column('findings')})`,
  'extend finding = tostring(one["kind"]), number = tolong(one["count"])',
  'summarize found = sum(number), arg_max(rank, *) by requestId, finding',
];

/** Writes the condition that a record has a finding of a kind. Findings are compact JSON, as they are on record. */
function hasFinding(kind: string): string {
  return `${column('findings')} contains_cs ${textLiteral(`"kind":${JSON.stringify(kind)}`)}`;
}

function inScope(scope: RecordScope): string[] {
  if (scope === 'everybody') return [];
  const { identityProvider, subscriptionId, objectId, applicationId } = scope;
  return [
    is('subscriptionId', subscriptionId),
    is('identityProvider', identityProvider),
    is('objectId', objectId),
    is('applicationId', applicationId),
  ];
}

/** The query language has no order of texts, so ids are compared with a function. */
function isOlder({ time, id }: RecordPosition): string {
  const instant = dateTimeLiteral(time);
  return `(timestamp < ${instant} or (timestamp == ${instant} and strcmp(id, ${textLiteral(id)}) > 0))`;
}
