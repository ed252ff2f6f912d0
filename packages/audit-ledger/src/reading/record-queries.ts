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
import { column, dateTimeLiteral, is, isIn, isInPeriod, pipe, textLiteral } from './kql.ts';
import { COLUMN_FIELDS, FILTER_FIELDS, type ReadField, SUMMED_FIELDS } from './record-fields.ts';

const TEXTS = COLUMN_FIELDS.filter(({ form }) => form !== 'number');
const NUMBERS = COLUMN_FIELDS.filter(({ form }) => form === 'number');

const REVISION = `tostring(customDimensions['revision'])`;
/**
 * The rank of a record among several records of one call, of which the highest is read. The edge's record ranks
 * lowest, the last correction highest. A call of a lost process can have the record that a sweep wrote, and the
 * process's own, which ranks higher.
 */
const RANK = `iff(isnotempty(${REVISION}), todouble(${REVISION}), iff(tostring(customDimensions['code']) == "PROCESS_LOST", 0.2, 0.3))`;

/** Queries the records of both recorders, with their fields as columns, and one record for each call. */
function recordsWhere(conditions: readonly string[], period?: string): string {
  const leg = (...steps: readonly string[]) =>
    `(${[...steps.slice(0, 1), ...(period === undefined ? [] : [`where ${period}`]), ...steps.slice(1)].join(' | ')})`;
  const read = (convert: string, from: string, { name, attribute }: ReadField) =>
    `${column(name)} = ${convert}(${from}${column(attribute)})`;
  return pipe(
    `union ${leg('customEvents', 'where name == "gateway.prediction"', `extend rank = ${RANK}`)}, ` +
      leg('traces', `where tostring(customDimensions['recordedBy']) == "edge"`, 'extend rank = 0.1'),
    `extend ${TEXTS.map((field) => read('tostring', 'customDimensions', field)).join(', ')}`,
    `where ${['isnotempty(requestId)', ...conditions].join(' and ')}`,
    `extend ${NUMBERS.map((field) => read('todouble', 'customMeasurements', field)).join(', ')}`,
    // A record can be delivered twice, and a lost connection can leave one call with records of both recorders.
    'summarize arg_max(rank, *) by requestId',
  );
}

const PROJECTION = `project timestamp, rank, ${COLUMN_FIELDS.map(({ name }) => column(name)).join(', ')}`;

/** Writes the query for a page of records, newest first. */
export function listQuery(scope: RecordScope, filter: RecordFilter, { after, limit }: RecordPage): string {
  const { period, names, caller } = filter;
  const conditions = [
    ...(names ? [`(${isIn('model', names)} or ${isIn('endpoint', names)})`] : []),
    ...(caller === undefined ? [] : [`(${is('objectId', caller)} or ${is('applicationId', caller)})`]),
    ...FILTER_FIELDS.flatMap(({ name }) => (filter[name] === undefined ? [] : [is(name, filter[name])])),
    ...(after ? [isOlder(after)] : []),
  ];
  return pipe(
    recordsWhere(inScope(scope), isInPeriod(period)),
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
  return pipe(
    recordsWhere(
      [is('subscriptionId', subscriptionId), `${column('dialect')} != "gateway"`],
      isInPeriod(period),
    ),
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
    ].join(', ')} by ${['publisher', 'model', 'endpoint', ...group].join(', ')}`,
  );
}

const GROUP_COLUMNS: Readonly<Record<UsageGroup, readonly string[]>> = {
  model: [],
  day: ['day'],
  operation: ['operation'],
};

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
