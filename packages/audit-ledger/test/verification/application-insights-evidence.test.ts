import { runQuery } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/run-query';
import { telemetryTables } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/telemetry-tables';
import { writeDateTime } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/date-time';
import type { TelemetryItem } from '@vertex-ai-gateway/cloud-emulators/application-insights/telemetry-item';
import { AnswerTooLong, type LogQuery } from '../../src/reading/log-query.ts';
import { createApplicationInsightsEvidence } from '../../src/verification/application-insights-evidence.ts';
import type { CallRecord, EdgeRequest, ShippedRecord } from '../../src/verification/evidence.ts';

const STARTED_AT = Date.UTC(2026, 2, 1, 12);
const PERIOD = { from: new Date(STARTED_AT), to: new Date(STARTED_AT + 86_400_000) };
const { signal } = new AbortController();
const [ONE, OTHER] = ['20260301T120000000Z-0a1b2c3d', '20260301T130000000Z-0a1b2c3d'];

function item(baseType: string, secondsLater: number, baseData: object, operationId = ''): TelemetryItem {
  return {
    name: `Microsoft.ApplicationInsights.${baseType}`,
    time: new Date(STARTED_AT + secondsLater * 1_000).toISOString(),
    iKey: 'key',
    tags: { 'ai.operation.id': operationId },
    data: { baseType, baseData: { ver: 2, ...baseData } },
  };
}

function event(
  writer: string,
  sequence: number | string,
  more: object = {},
  secondsLater = 0,
): TelemetryItem {
  const properties = { ledgerWriter: writer, ledgerSequence: String(sequence), ledgerHash: 'h', ...more };
  return item('EventData', secondsLater, { name: 'gateway.prediction', properties });
}

/** Runs queries over telemetry, and counts them. @param longest the number of rows from which an answer is too long. */
function queryOf(
  telemetry: readonly TelemetryItem[],
  longest = Infinity,
): { query: LogQuery; asked: string[] } {
  const asked: string[] = [];
  const tables = telemetryTables(telemetry);
  return {
    asked,
    query: (text) => {
      asked.push(text);
      const { rows } = runQuery(text, tables);
      if (rows.length > longest) return Promise.reject(new AnswerTooLong());
      const cell = (value: unknown) => (typeof value === 'bigint' ? writeDateTime(value) : value);
      return Promise.resolve(
        rows.map((row) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cell(value)])),
        ),
      );
    },
  };
}

async function recordsOf(telemetry: readonly TelemetryItem[], longest?: number) {
  const { query, asked } = queryOf(telemetry, longest);
  const records: ShippedRecord[] = [];
  for await (const record of createApplicationInsightsEvidence(query).records(PERIOD, signal))
    records.push(record);
  return { places: records.map(({ writer, sequence }) => [writer, sequence]), records, asked };
}

async function trafficOf(telemetry: readonly TelemetryItem[], longest?: number) {
  const { query, asked } = queryOf(telemetry, longest);
  const requests: EdgeRequest[] = [];
  const records: CallRecord[] = [];
  let to = 0;
  let isCut = false;
  for await (const slice of createApplicationInsightsEvidence(query).traffic(PERIOD, signal)) {
    expect(slice.to.getTime()).toBeGreaterThan(to);
    to = slice.to.getTime();
    requests.push(...slice.requests);
    records.push(...slice.records);
    isCut ||= slice.isCut === true;
  }
  expect(to).toBe(PERIOD.to.getTime());
  return { requests, records, isCut, asked };
}

test('records come in the order of their writers and sequences, whatever the order of their arrival', async () => {
  const telemetry = [
    event(OTHER, 2),
    event(ONE, 2_500),
    event(ONE, 9),
    event(OTHER, 1),
    event(ONE, 1_000),
    event(ONE, 9),
  ];
  expect((await recordsOf(telemetry)).places).toEqual([
    [ONE, 9],
    [ONE, 9],
    [ONE, 1_000],
    [ONE, 2_500],
    [OTHER, 1],
    [OTHER, 2],
  ]);
});

test.each([
  [0, 0.5],
  [0.1, 0.12],
  [0.123, 0.12],
  [1, 0.999],
])(
  'no record is left out of several chains’ times, which end with zeros or not: %d s and %d s',
  async (one, other) => {
    const telemetry = [event(ONE, 1, {}, one), event(OTHER, 1, {}, other)];
    expect((await recordsOf(telemetry)).places).toEqual([
      [ONE, 1],
      [OTHER, 1],
    ]);
  },
);

test('the service sorts no record, and some thousand come with one query', async () => {
  const telemetry = Array.from({ length: 9_000 }, (_, index) => event(ONE, index, {}, index));
  const { places, asked } = await recordsOf(telemetry.toReversed());
  expect(places).toEqual(telemetry.map((_, index) => [ONE, index]));
  expect(asked).toHaveLength(4);
  expect(asked.slice(1).join()).not.toContain('order by');
});

test('records that are too long together are read in halves', async () => {
  const telemetry = Array.from({ length: 500 }, (_, index) => event(index < 250 ? ONE : OTHER, index));
  const { places } = await recordsOf(telemetry, 100);
  expect(places).toEqual(telemetry.map((_, index) => [index < 250 ? ONE : OTHER, index]));
});

test('a record that names no entry is given without its fields, and stops nothing', async () => {
  const forged = ['', '-1', '1.5e300', '99999999999999999999', 'x'].map((sequence) => event(ONE, sequence));
  const { places } = await recordsOf([...forged, event('', 1), event(ONE, 3)]);
  expect(places).toEqual([['', -1], ...forged.map(() => [ONE, -1]), [ONE, 3]]);
});

test('a text that is no writer is in no query', async () => {
  const texts = ['"'.repeat(8_000), '\u0000', '__proto__', `${ONE} `, ''];
  const { records, asked } = await recordsOf([...texts.map((text) => event(text, 4)), event(ONE, 4)]);
  expect(records.map(({ sequence }) => sequence).toSorted()).toEqual([-1, -1, -1, -1, -1, 4]);
  expect(asked.every((query) => query.length < 2_000)).toBe(true);
});

test('copies that are too many to be read are a record that contradicts the ledger', async () => {
  const copies = Array.from({ length: 300 }, () => event(ONE, 7));
  const { records } = await recordsOf([...copies, event(ONE, 8)], 100);
  expect(records.map(({ sequence, hash }) => [sequence, hash])).toEqual([
    [7, ''],
    [8, 'h'],
  ]);
});

test('no more is asked for a period without records', async () => {
  expect((await recordsOf([])).asked).toHaveLength(1);
});

function requestRow(secondsLater: number, name: string, properties: object): TelemetryItem {
  const all = { 'Service Type': 'API Management', ...properties };
  return item('RequestData', secondsLater, { id: 'span', name, properties: all }, 'trace');
}

test('requests come with their ids, and those that were no calls of the function app are told apart', async () => {
  const { requests } = await trafficOf([
    requestRow(1, 'POST /vertex/x', { 'API Name': 'vertex', 'Request Id': 'call' }),
    requestRow(2, 'POST /vertex/x', {
      'API Name': 'vertex',
      'Request Id': 'own',
      'Response-x-request-id': 'own',
    }),
    requestRow(3, 'GET /favicon.ico', { 'Request Id': 'no-api' }),
    requestRow(4, 'OPTIONS /vertex/x', { 'API Name': 'vertex', 'Request Id': 'preflight' }),
    requestRow(5, 'POST /AGENTS/mcp', { 'API Name': 'agents', 'Request Id': 'message' }),
    requestRow(6, 'POST /vertex/x', {
      'API Name': 'vertex',
      'Request Id': 'handed-on',
      'Response-x-request-id': 'own',
    }),
    requestRow(7, 'GET /vertex/OPTIONS /agents/mcp', { 'API Name': 'vertex', 'Request Id': 'odd' }),
    item('RequestData', 8, { name: 'POST /api/x', properties: { 'Service Type': 'Functions' } }),
  ]);
  expect(requests.map(({ requestId, isCall }) => [requestId, isCall])).toEqual([
    ['call', true],
    ['own', true],
    ['no-api', false],
    ['preflight', false],
    ['message', false],
    ['handed-on', false],
    ['odd', true],
  ]);
  expect(requests[0]).toMatchObject({ traceId: 'trace', operation: 'POST /vertex/x', isSampled: false });
});

test('records of both recorders come with the ids of their requests', async () => {
  const edge = { message: 'Edge denied', properties: { recordedBy: 'edge', requestId: 'two' } };
  const { records } = await trafficOf([
    event(ONE, 1, { requestId: 'one', traceId: 'trace' }),
    item('MessageData', 1, edge, 'trace'),
    item('MessageData', 1, { message: 'Somebody else', properties: { requestId: 'three' } }),
  ]);
  expect(records.map(({ requestId, traceId, isOfEdge }) => [requestId, traceId, isOfEdge])).toEqual([
    ['one', 'trace', false],
    ['two', 'trace', true],
  ]);
});

test('traffic is read in slices, and a slice with too many rows in halves', async () => {
  const count = 45_000;
  const telemetry = Array.from({ length: count }, (_, index) =>
    requestRow(index, 'POST /vertex/x', { 'API Name': 'vertex', 'Request Id': `call-${index}` }),
  );
  const { requests, asked } = await trafficOf(telemetry);
  expect(new Set(requests.map(({ requestId }) => requestId)).size).toBe(count);
  expect(asked).toHaveLength(4);
  const halved = await trafficOf(telemetry.slice(0, 200), 30);
  expect(halved.requests).toHaveLength(200);
});

test('a millisecond with more rows than can be read is cut, and said to be', async () => {
  const telemetry = Array.from({ length: 40 }, (_, index) =>
    requestRow(1, 'POST /vertex/x', { 'API Name': 'vertex', 'Request Id': `call-${index}` }),
  );
  expect(await trafficOf(telemetry, 30)).toMatchObject({ isCut: true });
});

test('the oldest record is that of any time', async () => {
  const oldest = (telemetry: readonly TelemetryItem[]) =>
    createApplicationInsightsEvidence(queryOf(telemetry).query).oldestRecord(signal);
  expect(await oldest([])).toBeUndefined();
  const day = 86_400;
  expect(await oldest([event(ONE, 1), event(ONE, 2, {}, -90 * day)])).toEqual(
    new Date(STARTED_AT - 90 * day * 1_000),
  );
});
