import { runQuery } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/run-query';
import { telemetryTables } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/telemetry-tables';
import { writeDateTime } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/date-time';
import type { TelemetryItem } from '@vertex-ai-gateway/cloud-emulators/application-insights/telemetry-item';
import { createApplicationInsightsArchive } from '../../src/reading/application-insights-archive.ts';
import { toEventAttributes } from '../../src/record/event-attributes.ts';
import type { LogRow } from '../../src/reading/log-query.ts';
import { ANSWER_FIELDS } from '../../src/reading/record-fields.ts';
import { FlatRecord } from '../../src/record/record-schema.ts';
import type { RecordFilter, RecordOwner, UsageFilter } from '../../src/reading/audit-archive.ts';
import { rejectedBy } from '../thrown-by.ts';
import { FLAT_RECORD } from '../flat-record.ts';

const { signal } = new AbortController();
const OWNER: RecordOwner = {
  identityProvider: 'entra',
  subscriptionId: 'team',
  objectId: 'object-1',
  applicationId: 'application-1',
};
const DAY = { from: new Date(Date.UTC(2026, 0, 1)), to: new Date(Date.UTC(2026, 0, 2)) };

const WRITER = '20260101T000000000Z-0a1b2c3d';

interface Recorded {
  readonly id: string;
  readonly time?: string;
  /** The time of the telemetry, where it is not the record's. */
  readonly timestamp?: string;
  readonly by?: 'edge' | 'function-app';
  readonly properties?: Readonly<Record<string, string>>;
  readonly measurements?: Readonly<Record<string, number>>;
}

/** The properties of a place in the ledger. */
function placeOf(sequence: number, ledgerWriter = WRITER) {
  return { ledgerWriter, ledgerSequence: String(sequence), ledgerHash: 'a'.repeat(64) };
}

/**
 * Telemetry as the recorders send it. Its records belong to the owner, and each has a place in the ledger of its own, unless
 * their properties say otherwise.
 */
function telemetryOf(records: readonly Recorded[]): TelemetryItem[] {
  return records.map(
    (
      { id, time = '2026-01-01T12:00:00Z', timestamp = time, by = 'function-app', properties, measurements },
      index,
    ) => ({
      name: 'Microsoft.ApplicationInsights',
      time: timestamp,
      iKey: 'key',
      tags: {},
      data: {
        baseType: by === 'edge' ? 'MessageData' : 'EventData',
        baseData: {
          ...(by === 'edge' ? { message: 'Edge denied' } : { name: 'gateway.prediction' }),
          properties: {
            ...(by === 'edge' ? { recordedBy: 'edge' } : { dialect: 'vertex', ...placeOf(index) }),
            time,
            id,
            requestId: id,
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

/** An archive whose queries are run over these records. */
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
      properties: { roles: 'A B', isDelegated: 'false', 'gen_ai.request.model': 'm', rule: '', secret: 's' },
      measurements: { 'gen_ai.usage.input_tokens': 3, durationInMs: 1.5, secret: 1 },
    },
  ]).listRecords(OWNER, { period: DAY }, { limit: 1 }, signal);
  expect(records).toEqual([
    {
      id: '1',
      requestId: '1',
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

test('there is no field of a record that is not read again, but what is the same in other words', () => {
  const read = ANSWER_FIELDS.map(({ attribute }) => attribute);
  const left = Object.keys(FlatRecord.shape).filter((name) => !read.includes(name));
  expect(left).toEqual(['gen_ai.operation.name', 'gen_ai.provider.name']);
});

const CONTENT = { subject: 's', blob: 's/1.json', sha256: 'a'.repeat(64) };

const FINDING = {
  kind: 'email',
  direction: 'request',
  action: 'redact',
  detector: 'email',
  count: 2,
} as const;

test('a whole record is read again as it was written', async () => {
  const { properties, measurements } = toEventAttributes({
    ...FLAT_RECORD,
    findings: [FINDING],
    content: CONTENT,
  });
  const [record] = await archiveOf([
    {
      id: FLAT_RECORD.requestId,
      properties,
      measurements,
    },
  ]).listRecords('everybody', { period: DAY }, { limit: 1 }, signal);
  expect(record).toMatchObject({
    id: FLAT_RECORD.id,
    requestId: FLAT_RECORD.requestId,
    version: 1,
    reason: FLAT_RECORD.reason,
    model: 'gemini-3.5-flash',
    requestedModel: 'gemini-fast',
    finishReason: 'STOP',
    inputTokens: 3,
    thinkingTokens: 2,
    costInUsd: FLAT_RECORD.costInUsd,
    findings: [FINDING],
    content: CONTENT,
  });
});

test('of a call with several records the one that says most counts', async () => {
  const sweeper = placeOf(9, '20260101T010000000Z-0a1b2c3d');
  const lost = { id: '1', properties: { outcome: 'interrupted', code: 'PROCESS_LOST', ...sweeper } };
  const real = { id: '1', properties: { outcome: 'answered', ...placeOf(3) } };
  const correction = { id: '1', properties: { outcome: 'failed', revision: '1', ...placeOf(4) } };
  const second = { id: '1', properties: { outcome: 'aborted', revision: '2', ...placeOf(5) } };
  const read = async (records: readonly Recorded[]) =>
    (await archiveOf(records).findRecord(OWNER, { requestId: '1' }, signal))?.outcome;
  expect(await read([lost])).toBe('interrupted');
  expect(await read([real, lost])).toBe('answered');
  expect(await read([correction, lost, real])).toBe('failed');
  expect(await read([real, second, correction])).toBe('aborted');
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
  expect(await archiveOf(records).findRecord(OWNER, { id: 'x' }, signal)).toBeUndefined();
  expect(await archiveOf(records).findRecord('everybody', { requestId: 'x' }, signal)).toMatchObject({
    id: 'x',
  });
});

test('other telemetry is no record', async () => {
  const records: Recorded[] = [
    { id: 'trace', by: 'edge', properties: { recordedBy: 'policy' } },
    { id: '', properties: {} },
  ];
  expect(await list(records, {}, 'everybody')).toEqual([]);
});

test('a record that was delivered twice is one', async () => {
  const record = { id: '1', properties: placeOf(1) };
  expect(await list([record, record])).toEqual(['1']);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['no writer', { ledgerWriter: '' }],
  ['a writer that is none', { ledgerWriter: 'somebody' }],
  ['more than a writer', { ledgerWriter: `${WRITER} ` }],
  ['a writer in other letters', { ledgerWriter: WRITER.toUpperCase() }],
  ['no sequence', { ledgerSequence: '' }],
  ['a sequence that is none', { ledgerSequence: 'first' }],
  ['a sequence before the first', { ledgerSequence: '-1' }],
  ['no hash', { ledgerHash: '' }],
  ['a hash that is too short', { ledgerHash: 'a'.repeat(63) }],
  ['a time that is none', { time: 'noon' }],
  ['no time', { time: '' }],
])('an event with %s is no record of the function app', async (_, properties) => {
  const records = [{ id: '1', properties }];
  expect(await list(records, {}, 'everybody')).toEqual([]);
  expect(await archiveOf(records).findRecord('everybody', { id: '1' }, signal)).toBeUndefined();
  expect(await archiveOf(records).sumUsage(USAGE, signal)).toEqual([]);
});

/** Reads the outcome of the call `1`, by its id and from the list. */
async function outcomeOf(...records: readonly Readonly<Record<string, string>>[]): Promise<unknown> {
  const archive = archiveOf(records.map((properties) => ({ id: '1', properties })));
  const found = await archive.findRecord(OWNER, { id: '1' }, signal);
  const [listed] = await archive.listRecords(OWNER, { period: DAY }, { limit: 5 }, signal);
  expect(listed).toEqual(found);
  return found?.outcome;
}

test('of several rows for one place the one counts that came first, whatever the others say', async () => {
  const first = { outcome: 'answered', ...placeOf(3) };
  const forged = { outcome: 'aborted', revision: '7', agentId: 'nobody', personId: 'nobody', ...placeOf(3) };
  expect(await outcomeOf(first, forged)).toBe('answered');
  expect(await outcomeOf(first, { ...forged, ledgerSequence: '03' })).toBe('answered');
  expect(await outcomeOf(first, first, forged, first)).toBe('answered');
});

test('a correction counts only after a record of the same chain', async () => {
  const real = { outcome: 'answered', ...placeOf(3) };
  const correction = { outcome: 'failed', revision: '1' };
  expect(await outcomeOf({ ...correction, ...placeOf(4) }, real)).toBe('failed');
  expect(await outcomeOf({ ...correction, ...placeOf(2) }, real)).toBe('answered');
  const other = placeOf(4, '20260101T010000000Z-ffffffff');
  expect(await outcomeOf({ ...correction, ...other }, real)).toBe('answered');
  expect(await outcomeOf({ ...correction, ...other })).toBeUndefined();
  for (const revision of ['-1', 'last', 'Infinity', '1e999'])
    expect(await outcomeOf(real, { ...correction, revision, ...other })).toBe('answered');
});

test('of two records of a call in two chains the one counts that came first', async () => {
  const real = { outcome: 'answered', ...placeOf(3) };
  const forged = { outcome: 'denied', ...placeOf(1, '20260101T010000000Z-ffffffff') };
  expect(await outcomeOf(real, forged)).toBe('answered');
});

test('a record that came so late that the service changed its time is of its own day, and counts once', async () => {
  const copy = { properties: placeOf(1) };
  const late = { id: '1', ...copy, timestamp: '2026-01-09T12:00:00Z' };
  expect(await list([late])).toEqual(['1']);
  const records = [{ id: '1', ...copy }, late];
  const ninth = { from: new Date(Date.UTC(2026, 0, 9)), to: new Date(Date.UTC(2026, 0, 10)) };
  expect(await list(records)).toEqual(['1']);
  expect(await list(records, { period: ninth })).toEqual([]);
  const [record] = await archiveOf([late]).listRecords(OWNER, { period: DAY }, { limit: 1 }, signal);
  expect(record?.time).toBe('2026-01-01T12:00:00Z');
});

test('what says of itself that the edge recorded it, but is an event, is the function app’s or nobody’s', async () => {
  const event = { recordedBy: 'edge' };
  expect(await list([{ id: '1', properties: { ...event, ledgerHash: '' } }], {}, 'everybody')).toEqual([]);
  const [record] = await archiveOf([{ id: '1', properties: event }]).listRecords(
    OWNER,
    { period: DAY },
    { limit: 1 },
    signal,
  );
  expect(record?.recordedBy).toBe('function-app');
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
    { id: 'model', properties: { 'gen_ai.request.model': 'm', decision: 'allow' } },
    { id: 'endpoint', properties: { endpoint: '42', decision: 'deny', location: 'us-central1' } },
    { id: 'failed', properties: { outcome: 'failed', 'gen_ai.request.model': 'm' } },
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
      properties: { publisher: 'google', 'gen_ai.request.model': 'm' },
      measurements: {
        'gen_ai.usage.input_tokens': 1,
        'gen_ai.usage.output_tokens': 2,
        'gen_ai.usage.cache_read.input_tokens': 4,
        'gen_ai.usage.cache_creation.input_tokens': 5,
        totalTokens: 3,
        costInUsd: 0.5,
      },
    },
    { id: '2', properties: { publisher: 'google', 'gen_ai.request.model': 'm', outcome: 'denied' } },
    { id: '3', properties: { endpoint: '42', objectId: 'somebody else' }, measurements: { instances: 5 } },
    {
      id: '4',
      properties: {
        publisher: 'x',
        'gen_ai.request.model': 'made-up',
        endpoint: 'made-up',
        outcome: 'denied',
      },
    },
    { id: '5', properties: { dialect: 'gateway', operation: 'usage' } },
    { id: '6', properties: { subscriptionId: 'other' } },
    { id: '7', by: 'edge', properties: { outcome: 'denied' } },
  ]).sumUsage(USAGE, signal);
  const nothing = {
    inputTokens: 0,
    outputTokens: 0,
    totalTokens: 0,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    instances: 0,
    costInUsd: 0,
  };
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
      cachedTokens: 4,
      cacheWriteTokens: 5,
      instances: 0,
      costInUsd: 0.5,
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
  ['no id', { requestId: '1', timestamp: '2026-01-01T00:00:00Z' }],
  ['no request id', { id: '1', timestamp: '2026-01-01T00:00:00Z' }],
  ['no time', { id: '1', requestId: '1' }],
  ['a time of another form', { id: '1', requestId: '1', timestamp: '1 January' }],
  ['a text that is none', { id: '1', requestId: '1', timestamp: '2026-01-01T00:00:00Z', model: 5 }],
  ['findings that are none', { id: '1', requestId: '1', timestamp: '2026-01-01T00:00:00Z', findings: '[1]' }],
  [
    'a number that is none',
    { id: '1', requestId: '1', timestamp: '2026-01-01T00:00:00Z', inputTokens: 'many' },
  ],
])('a row with %s is an answer that can’t be read', async (_, row) => {
  const archive = createApplicationInsightsArchive(() => Promise.resolve([row]));
  const error = await rejectedBy(archive.listRecords(OWNER, { period: DAY }, { limit: 1 }, signal));
  expect(error.code).toBe('AUDIT_UNAVAILABLE');
});

test('whole numbers may come as text', async () => {
  const archive = createApplicationInsightsArchive(() => Promise.resolve([{ calls: '12', answered: '3' }]));
  expect(await archive.sumUsage(USAGE, signal)).toMatchObject([{ calls: 12, outcomes: { answered: 3 } }]);
});
