import type {
  RecordFilter,
  RecordPage,
  RecordPosition,
  RecordScope,
  UsageFilter,
  UsageGroup,
} from '../prediction/audit-archive.ts';
import { column, dateTimeLiteral, is, isIn, pipe, textLiteral } from './kql.ts';
import { NUMBER_FIELDS, TEXT_FIELDS } from './record-fields.ts';

const OUTCOMES = ['answered', 'denied', 'failed', 'interrupted', 'aborted'] as const;
const USED = ['inputTokens', 'outputTokens', 'totalTokens', 'instances'] as const;

/**
 * The records of both recorders, with their fields as columns. `recorder` is larger for the function app, whose record
 * of a call says more than the edge's, where both have one.
 */
function recordsWhere(conditions: readonly string[], period?: string): string {
  const leg = (...steps: readonly string[]) =>
    `(${[...steps.slice(0, 1), ...(period === undefined ? [] : [`where ${period}`]), ...steps.slice(1)].join(' | ')})`;
  return pipe(
    `union ${leg('customEvents', 'where name == "gateway.prediction"', 'extend recorder = 2')}, ` +
      leg('traces', `where tostring(customDimensions['source']) == "audit"`, 'extend recorder = 1'),
    `extend ${['auditId', ...TEXT_FIELDS].map((field) => `${column(field)} = tostring(customDimensions${column(field)})`).join(', ')}`,
    `where ${['isnotempty(auditId)', ...conditions].join(' and ')}`,
    `extend ${NUMBER_FIELDS.map((field) => `${column(field)} = todouble(customMeasurements${column(field)})`).join(', ')}`,
    // A record can be delivered twice, and a lost connection can leave two recorders with one call.
    'summarize arg_max(recorder, *) by auditId',
  );
}

const PROJECTION = `project auditId, timestamp, recorder, ${[...TEXT_FIELDS, ...NUMBER_FIELDS].map(column).join(', ')}`;

export function listQuery(scope: RecordScope, filter: RecordFilter, { after, limit }: RecordPage): string {
  const { period, names, location, outcome, decision } = filter;
  const conditions = [
    ...(names ? [`(${isIn('model', names)} or ${isIn('endpoint', names)})`] : []),
    ...(location === undefined ? [] : [is('location', location)]),
    ...(outcome ? [is('outcome', outcome)] : []),
    ...(decision ? [is('decision', decision)] : []),
    ...(after ? [isOlder(after)] : []),
  ];
  return pipe(
    recordsWhere(inScope(scope), within(period)),
    ...(conditions.length > 0 ? [`where ${conditions.join(' and ')}`] : []),
    'order by timestamp desc, auditId asc',
    `take ${Math.trunc(limit)}`,
    PROJECTION,
  );
}

/** Of any age that is still kept. */
export function findQuery(scope: RecordScope, id: string): string {
  return pipe(recordsWhere([is('auditId', id), ...inScope(scope)]), 'take 1', PROJECTION);
}

/** Each group by its own columns; those of models and endpoints are empty for names that are not known. */
export function usageQuery({ subscriptionId, period, by, names }: UsageFilter): string {
  const known = (name: string, values: readonly string[]) =>
    `${column(name)} = iff(${isIn(name, values)}, ${column(name)}, "")`;
  const group = GROUP_COLUMNS[by];
  return pipe(
    recordsWhere([is('subscriptionId', subscriptionId), `${column('dialect')} != "gateway"`], within(period)),
    `extend ${[
      known('publisher', names.publishers),
      known('model', names.models),
      known('endpoint', names.endpoints),
      'day = startofday(timestamp)',
    ].join(', ')}`,
    `summarize ${[
      'calls = count()',
      ...OUTCOMES.map((outcome) => `${outcome} = countif(${is('outcome', outcome)})`),
      ...USED.map((field) => `${field} = sum(${field})`),
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

function within({ from, to }: RecordFilter['period']): string {
  return `timestamp >= ${dateTimeLiteral(from)} and timestamp < ${dateTimeLiteral(to)}`;
}

/** Text has no order of its own in this language, so ids are compared with a function. */
function isOlder({ time, id }: RecordPosition): string {
  const instant = dateTimeLiteral(time);
  return `(timestamp < ${instant} or (timestamp == ${instant} and strcmp(auditId, ${textLiteral(id)}) > 0))`;
}
