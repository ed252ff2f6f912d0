import { runQuery } from '../../../emulators/application-insights/query/run-query.ts';
import { telemetryTables } from '../../../emulators/application-insights/query/telemetry-tables.ts';
import { writeDateTime } from '../../../emulators/application-insights/query/date-time.ts';
import type { TelemetryItem } from '../../../emulators/application-insights/telemetry-item.ts';
import { createApplicationInsightsArchive } from '../../../src/audit/application-insights-archive.ts';
import { toAttributes } from '../../../src/audit/application-insights-trail.ts';
import type { LogRow } from '../../../src/audit/log-query.ts';
import { NUMBER_FIELDS, TEXT_FIELDS } from '../../../src/audit/record-fields.ts';
import type { RecordFilter, RecordOwner, UsageFilter } from '../../../src/prediction/audit-archive.ts';
import type { AuditRecord } from '../../../src/prediction/audit-record.ts';
import { rejectedBy } from '../thrown-by.ts';

const { signal } = new AbortController();
const OWNER: RecordOwner = {
  identityProvider: 'entra',
  subscriptionId: 'team',
  objectId: 'object-1',
  applicationId: 'application-1',
};
const DAY = { from: new Date(Date.UTC(2026, 0, 1)), to: new Date(Date.UTC(2026, 0, 2)) };

interface Recorded {
  readonly id: string;
  readonly time?: string;
  readonly by?: 'edge' | 'function-app';
  readonly properties?: Readonly<Record<string, string>>;
  readonly measurements?: Readonly<Record<string, number>>;
}

/** Telemetry as the recorders leave it, of the owner unless it says otherwise. */
function telemetryOf(records: readonly Recorded[]): TelemetryItem[] {
  return records.map(
    ({ id, time = '2026-01-01T12:00:00Z', by = 'function-app', properties, measurements }) => ({
      name: 'Microsoft.ApplicationInsights',
      time,
      iKey: 'key',
      tags: {},
      data: {
        baseType: by === 'edge' ? 'MessageData' : 'EventData',
        baseData: {
          ...(by === 'edge' ? { message: 'Edge denied' } : { name: 'gateway.prediction' }),
          properties: {
            ...(by === 'edge' ? { source: 'audit' } : { dialect: 'vertex' }),
            auditId: id,
            ...OWNER,
            outcome: 'answered',
            status: '200',
            ...properties,
          },
          measurements,
        },
      },
    }),
  );
}

/** An archive whose queries are run for real, over these records. */
function archiveOf(records: readonly Recorded[]) {
  const tables = telemetryTables(telemetryOf(records));
  return createApplicationInsightsArchive((query) => {
    const { columns, rows } = runQuery(query, tables);
    const toJson = (value: unknown) => (typeof value === 'bigint' ? writeDateTime(value) : value);
    return Promise.resolve(
      rows.map((row) => Object.fromEntries(columns.map(({ name }) => [name, toJson(row[name])]))),
    );
  });
}

async function list(
  records: readonly Recorded[],
  filter: Partial<RecordFilter> = {},
  scope: RecordOwner | 'everybody' = OWNER,
): Promise<string[]> {
  const found = await archiveOf(records).listRecords(
    scope,
    { period: DAY, ...filter },
    { limit: 100 },
    signal,
  );
  return found.map(({ id }) => id);
}

test('every field of a record is read again, and what was empty is left out', async () => {
  const records = await archiveOf([
    {
      id: '1',
      properties: { roles: 'A B', isDelegated: 'false', model: 'm', rule: '', secret: 's' },
      measurements: { inputTokens: 3, durationInMs: 1.5, secret: 1 },
    },
  ]).listRecords(OWNER, { period: DAY }, { limit: 1 }, signal);
  expect(records).toEqual([
    {
      id: '1',
      time: '2026-01-01T12:00:00Z',
      recordedBy: 'function-app',
      dialect: 'vertex',
      ...OWNER,
      outcome: 'answered',
      status: 200,
      roles: ['A', 'B'],
      isDelegated: false,
      model: 'm',
      inputTokens: 3,
      durationInMs: 1.5,
    },
  ]);
});

test('there is no attribute of a record that is not read again', () => {
  const record: AuditRecord = {
    id: '1',
    startedAt: DAY.from,
    dialect: 'vertex',
    policyVersion: 'policy-1',
    caller: { ...OWNER, tenantId: 't', roles: [], isDelegated: false, productId: 'p', requestId: '1' },
    target: {
      project: 'p',
      location: 'l',
      operation: 'o',
      resource: { kind: 'model', publisher: 'google', model: 'm' },
    },
    decision: 'allow',
    rule: 'r',
    revision: 0,
    outcome: 'answered',
    status: 200,
    code: 'INTERNAL',
    facts: {
      usage: {
        inputTokens: 1,
        outputTokens: 1,
        totalTokens: 1,
        cachedTokens: 1,
        thinkingTokens: 1,
        instances: 1,
      },
      modelVersion: 'v',
      deployedModelId: 'd',
      finishReason: 'STOP',
    },
    requestBytes: 1,
    responseBytes: 1,
    durationInMs: 1,
    credentialsDurationInMs: 1,
    firstByteDurationInMs: 1,
  };
  const { 'microsoft.custom_measurements': numbers = '', time, ...attributes } = toAttributes(record);
  expect(time).toBeDefined();
  expect(TEXT_FIELDS).toEqual(expect.arrayContaining(Object.keys(attributes)));
  expect(NUMBER_FIELDS).toEqual(expect.arrayContaining(Object.keys(JSON.parse(numbers) as object)));
});

test.each<[string, Recorded]>([
  ['another APIM subscription', { id: 'x', properties: { subscriptionId: 'other' } }],
  ['another principal', { id: 'x', properties: { objectId: 'other' } }],
  ['another application', { id: 'x', properties: { applicationId: 'other' } }],
  ['another issuer', { id: 'x', properties: { identityProvider: 'other' } }],
  ['another principal, by the edge', { id: 'x', by: 'edge', properties: { objectId: '' } }],
])('a record of %s is read by auditors alone', async (_, other) => {
  const records: Recorded[] = [{ id: 'mine' }, other];
  expect(await list(records)).toEqual(['mine']);
  expect(await list(records, {}, 'everybody')).toEqual(['mine', 'x']);
  expect(await archiveOf(records).findRecord(OWNER, 'x', signal)).toBeUndefined();
  expect(await archiveOf(records).findRecord('everybody', 'x', signal)).toMatchObject({ id: 'x' });
});

test('other telemetry is no record', async () => {
  const records: Recorded[] = [
    { id: 'trace', by: 'edge', properties: { source: 'policy' } },
    { id: '', properties: {} },
  ];
  expect(await list(records, {}, 'everybody')).toEqual([]);
});

test('a record that was delivered twice is one', async () => {
  expect(await list([{ id: '1' }, { id: '1' }])).toEqual(['1']);
});

test('of a call with two recorders the function app’s record counts', async () => {
  const records = await archiveOf([
    { id: '1', properties: { outcome: 'answered' } },
    { id: '1', by: 'edge', properties: { outcome: 'failed' } },
  ]).listRecords(OWNER, { period: DAY }, { limit: 5 }, signal);
  expect(records).toMatchObject([{ id: '1', recordedBy: 'function-app', outcome: 'answered' }]);
});

test('the period has its first instant and not its last', async () => {
  const records: Recorded[] = [
    { id: 'before', time: '2025-12-31T23:59:59.9999999Z' },
    { id: 'first', time: '2026-01-01T00:00:00Z' },
    { id: 'last', time: '2026-01-01T23:59:59.9999999Z' },
    { id: 'after', time: '2026-01-02T00:00:00Z' },
  ];
  expect(await list(records)).toEqual(['last', 'first']);
});

test('filters hold together', async () => {
  const records: Recorded[] = [
    { id: 'model', properties: { model: 'm', decision: 'allow' } },
    { id: 'endpoint', properties: { endpoint: '42', decision: 'deny', location: 'us-central1' } },
    { id: 'failed', properties: { outcome: 'failed', model: 'm' } },
  ];
  expect(await list(records, { names: ['m'] })).toEqual(['failed', 'model']);
  expect(await list(records, { names: ['m', '42'], decision: 'deny' })).toEqual(['endpoint']);
  expect(await list(records, { outcome: 'failed' })).toEqual(['failed']);
  expect(await list(records, { location: 'us-central1' })).toEqual(['endpoint']);
  expect(await list(records, { location: 'us-central1', outcome: 'failed' })).toEqual([]);
});

test('pages follow one another, also through records of one instant', async () => {
  const times = ['2026-01-01T01:00:00.1Z', '2026-01-01T01:00:00.1000001Z', '2026-01-01T02:00:00Z'];
  const archive = archiveOf(
    times.flatMap((time, index) => ['a', 'b'].map((name) => ({ id: `${name}${index}`, time }))),
  );
  const seen: string[] = [];
  let after: { time: string; id: string } | undefined;
  for (let page = 0; page < 6; page += 1) {
    const [record] = await archive.listRecords(
      OWNER,
      { period: DAY },
      { limit: 1, ...(after && { after }) },
      signal,
    );
    after = { time: record?.time ?? '', id: record?.id ?? '' };
    seen.push(after.id);
  }
  expect(seen).toEqual(['a2', 'b2', 'a1', 'b1', 'a0', 'b0']);
});

const USAGE: UsageFilter = {
  subscriptionId: 'team',
  period: DAY,
  by: 'model',
  names: { publishers: ['google'], models: ['m', 'alias'], endpoints: ['42'] },
};

test('usage is summed by model and endpoint, and unknown names are none', async () => {
  const sums = await archiveOf([
    {
      id: '1',
      properties: { publisher: 'google', model: 'm' },
      measurements: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
    },
    { id: '2', properties: { publisher: 'google', model: 'm', outcome: 'denied' } },
    { id: '3', properties: { endpoint: '42', objectId: 'somebody else' }, measurements: { instances: 5 } },
    { id: '4', properties: { publisher: 'x', model: 'made-up', endpoint: 'made-up', outcome: 'denied' } },
    { id: '5', properties: { dialect: 'gateway', operation: 'usage' } },
    { id: '6', properties: { subscriptionId: 'other' } },
    { id: '7', by: 'edge', properties: { outcome: 'denied' } },
  ]).sumUsage(USAGE, signal);
  const nothing = { inputTokens: 0, outputTokens: 0, totalTokens: 0, instances: 0 };
  const outcomes = { answered: 0, denied: 0, failed: 0, interrupted: 0, aborted: 0 };
  expect(sums).toEqual([
    {
      publisher: 'google',
      model: 'm',
      calls: 2,
      outcomes: { ...outcomes, answered: 1, denied: 1 },
      inputTokens: 1,
      outputTokens: 2,
      totalTokens: 3,
      instances: 0,
    },
    { endpoint: '42', calls: 1, outcomes: { ...outcomes, answered: 1 }, ...nothing, instances: 5 },
    { calls: 2, outcomes: { ...outcomes, denied: 2 }, ...nothing },
  ]);
});

test('usage is summed by day and by operation', async () => {
  const archive = archiveOf([
    { id: '1', properties: { operation: 'predict' } },
    { id: '2', time: '2026-01-02T00:00:00Z', properties: { operation: 'explain' } },
  ]);
  const period = { ...DAY, to: new Date(Date.UTC(2026, 0, 3)) };
  expect(await archive.sumUsage({ ...USAGE, period, by: 'day' }, signal)).toMatchObject([
    { day: '2026-01-01', calls: 1 },
    { day: '2026-01-02', calls: 1 },
  ]);
  expect(await archive.sumUsage({ ...USAGE, period, by: 'operation' }, signal)).toMatchObject([
    { operation: 'predict', calls: 1 },
    { operation: 'explain', calls: 1 },
  ]);
});

test.each<[string, LogRow]>([
  ['no id', { timestamp: '2026-01-01T00:00:00Z' }],
  ['no time', { auditId: '1' }],
  ['a time of another form', { auditId: '1', timestamp: '1 January' }],
  ['a text that is none', { auditId: '1', timestamp: '2026-01-01T00:00:00Z', model: 5 }],
  ['a number that is none', { auditId: '1', timestamp: '2026-01-01T00:00:00Z', inputTokens: 'many' }],
])('a row with %s is an answer that can’t be read', async (_, row) => {
  const archive = createApplicationInsightsArchive(() => Promise.resolve([row]));
  const error = await rejectedBy(archive.listRecords(OWNER, { period: DAY }, { limit: 1 }, signal));
  expect(error.code).toBe('AUDIT_UNAVAILABLE');
});

test('whole numbers may come as text', async () => {
  const archive = createApplicationInsightsArchive(() => Promise.resolve([{ calls: '12', answered: '3' }]));
  expect(await archive.sumUsage(USAGE, signal)).toMatchObject([{ calls: 12, outcomes: { answered: 3 } }]);
});
