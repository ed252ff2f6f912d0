import fc from 'fast-check';
import type { CallRecord, EdgeRequest, TrafficSlice } from '../../src/verification/evidence.ts';
import { MOST_LISTED } from '../../src/verification/finding-list.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import {
  asText,
  BEGINNING,
  createMemoryLedger,
  recordOf,
  STARTED_AT,
  WRITER,
  writeChain,
} from './sample-chain.ts';

const HOUR_IN_MS = 3_600_000;
const NOW = STARTED_AT + 3 * HOUR_IN_MS;
const TRACE = 'a'.repeat(32);

const options = {
  period: { from: new Date(STARTED_AT - HOUR_IN_MS), to: new Date(NOW) },
  now: new Date(NOW),
  graceInMs: 0,
  openForInMs: 0,
};

/** A request for a call, in a trace that all calls share. */
function request(requestId: string, more: Partial<EdgeRequest> = {}): EdgeRequest {
  const time = new Date(STARTED_AT);
  return {
    requestId,
    traceId: TRACE,
    time,
    operation: 'POST /vertex/x',
    isCall: true,
    isSampled: false,
    ...more,
  };
}

function record(requestId: string, more: Partial<CallRecord> = {}): CallRecord {
  return { requestId, traceId: TRACE, time: new Date(STARTED_AT), isOfEdge: false, ...more };
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item, void> {
  for (const item of items) yield await Promise.resolve(item);
}

function verify(slices: readonly TrafficSlice[], overrides: Partial<typeof options> = {}) {
  return verifyLedger(createMemoryLedger({}), { traffic: each(slices) }, { ...options, ...overrides });
}

async function compare(
  requests: readonly EdgeRequest[],
  records: readonly CallRecord[],
  overrides: Partial<typeof options> = {},
) {
  const { findings } = await verify([{ to: new Date(NOW), requests, records }], overrides);
  return findings.map(({ kind, recordId }) => (recordId === undefined ? [kind] : [kind, recordId]));
}

test('requests and records of the same ids leave no gap, whatever trace they share', async () => {
  const ids = ['one', 'two', 'three'];
  const slices = [
    { to: new Date(NOW), requests: ids.map((id) => request(id)), records: ids.map((id) => record(id)) },
  ];
  expect(await verify(slices)).toMatchObject({ findings: [], requests: 3, recordedRequests: 3 });
});

test('a request and its record are joined across slices, whichever is read first', async () => {
  const slice = (minutes: number) => new Date(STARTED_AT + minutes * 60_000);
  const slices = [
    { to: slice(1), requests: [request('one')], records: [record('two')] },
    { to: slice(2), requests: [], records: [] },
    { to: slice(59), requests: [request('two')], records: [record('one')] },
    // The record of the other recorder comes later, and is no further call.
    { to: slice(60), requests: [], records: [record('one', { isOfEdge: true })] },
  ];
  expect(await verify(slices)).toMatchObject({ findings: [], requests: 2, recordedRequests: 2 });
});

test('requests without a record and records without a request are named', async () => {
  expect(await compare([request('one'), request('two')], [record('two'), record('three')])).toEqual([
    ['request-without-record'],
    ['record-without-request', 'three'],
  ]);
});

test('a missing record is named though the trace has as many records as requests', async () => {
  expect(await compare([request('one'), request('two')], [record('two'), record('made-up')])).toEqual([
    ['request-without-record'],
    ['record-without-request', 'made-up'],
  ]);
});

test('a request that was no call may have a record of the edge, and none of the function app', async () => {
  const other = request('one', { isCall: false });
  expect(await compare([other], [])).toEqual([]);
  expect(await compare([other], [record('one', { isOfEdge: true })])).toEqual([]);
  expect(await compare([other], [record('one')])).toEqual([['record-without-request', 'one']]);
  expect(await compare([other], [record('one', { isOfEdge: true }), record('one')])).toEqual([
    ['record-without-request', 'one'],
  ]);
});

test('a made-up record does not fit a call that the edge counted twice', async () => {
  // A key under another name: the first request is handed on, and the second one has the record.
  const requests = [request('first', { isCall: false }), request('second')];
  expect(await compare(requests, [record('second')])).toEqual([]);
  expect(await compare(requests, [record('second'), record('first')])).toEqual([
    ['record-without-request', 'first'],
  ]);
});

test('a request that was delivered twice is one, and is a call if either says so', async () => {
  const other = request('one', { isCall: false });
  const [call, answered] = [request('one'), record('one')];
  const slices = [{ to: new Date(NOW), requests: [call, call], records: [answered, answered] }];
  expect(await verify(slices)).toMatchObject({ findings: [], requests: 1, recordedRequests: 1 });
  for (const requests of [
    [call, other],
    [other, call],
  ]) {
    expect(await compare(requests, [answered])).toEqual([]);
    expect(await compare(requests, [])).toEqual([['request-without-record']]);
  }
});

test('requests and records without an id fit nothing', async () => {
  expect(await compare([request(''), request('', { isCall: false })], [record('')])).toEqual([
    ['request-without-record'],
    ['record-without-request'],
  ]);
});

test('what is too young, or of another time, is not missed, and hides nothing that is due', async () => {
  const young = { time: new Date(NOW - 60_000) };
  const grace = { graceInMs: 120_000 };
  expect(await compare([request('one', young)], [record('two', young)], grace)).toEqual([]);
  expect(await compare([request('old'), request('one', young)], [record('two', young)], grace)).toEqual([
    ['request-without-record'],
  ]);
  const before = { time: new Date(STARTED_AT - 2 * HOUR_IN_MS) };
  expect(await compare([request('one', before)], [record('two', before)])).toEqual([]);
});

test('a row that stands for several requests is a finding, and switches nothing off', async () => {
  const requests = [request('one', { isSampled: true }), request('two', { isSampled: true })];
  const slices = [{ to: new Date(NOW), requests, records: [record('one'), record('made-up')] }];
  const { findings, notChecked } = await verify(slices, {});
  expect(findings.map(({ kind }) => kind)).toEqual([
    'request-without-record',
    'record-without-request',
    'sampled-requests',
  ]);
  expect(findings.at(-1)?.message).toContain('2 rows stand for more than one request');
  expect(notChecked.join()).not.toContain('sample');
});

test('a stretch that could not be read whole is said, and nothing is verified', async () => {
  const slices = [{ to: new Date(NOW), requests: [], records: [], isCut: true }];
  const evidence = {
    anchors: [],
    cursors: new Map<string, number>(),
    contents: { retentionInMs: 0, list: () => each<never>([]) },
    publicKeys: () => Promise.resolve(undefined),
  };
  const records = each<never>([]);
  const report = await verifyLedger(
    createMemoryLedger({}),
    { ...evidence, records, traffic: each(slices) },
    options,
  );
  expect(report).toMatchObject({ findings: [], isIntact: false });
  expect(report.notChecked).toContainEqual(expect.stringContaining('than could be read'));
});

test('a request whose record only the ledger has is not one without a record', async () => {
  const body = { ...recordOf('id'), requestId: 'one', traceId: TRACE };
  const ledger = asText(writeChain([BEGINNING, { kind: 'closing', record: body }]));
  const kindsFor = async (requests: readonly EdgeRequest[]) => {
    const { findings } = await verifyLedger(
      createMemoryLedger({ [WRITER]: [ledger] }),
      {
        cursors: new Map([[WRITER, 0]]),
        records: each<never>([]),
        traffic: each([{ to: new Date(NOW), requests, records: [] }]),
      },
      options,
    );
    return findings.map(({ kind }) => kind);
  };
  expect(await kindsFor([request('one')])).toEqual(['never-shipped']);
  expect(await kindsFor([request('one'), request('two')])).toEqual([
    'never-shipped',
    'request-without-record',
  ]);
});

test('each finding is counted, however many there are of each kind', async () => {
  const count = fc.integer({ min: 0, max: 3 * MOST_LISTED });
  await fc.assert(
    fc.asyncProperty(count, count, count, async (unrecorded, unasked, stray) => {
      const many = <Item>(length: number, make: (id: string) => Item, name: string) =>
        Array.from({ length }, (_, index) => make(`${name}-${index}`));
      const requests = [
        ...many(unrecorded, (id) => request(id), 'unrecorded'),
        ...many(stray, (id) => request(id, { isCall: false }), 'stray'),
      ];
      const records = [
        ...many(unasked, (id) => record(id), 'unasked'),
        ...many(stray, (id) => record(id), 'stray'),
      ];
      const { findings, findingCount } = await verify([{ to: new Date(NOW), requests, records }]);
      expect(findingCount).toBe(unrecorded + unasked + stray);
      expect(findings).toHaveLength(Math.min(MOST_LISTED, findingCount));
    }),
    { numRuns: 15 },
  );
});
