import { hashEntry, LedgerEntry } from '../../src/ledger/ledger-entry.ts';
import { shippedAttributesOf } from '../../src/shipping/shipped-attributes.ts';
import type { LedgerReader } from '../../src/ledger/ledger-reader.ts';
import type { ShippedRecord } from '../../src/verification/evidence.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { byDay } from '../by-day.ts';
import { caseOf } from './case-of.ts';
import {
  asText,
  auditPublicKeys,
  BEGINNING,
  callsOf,
  createMemoryLedger,
  recordOf,
  STARTED_AT,
  startSample,
  WRITER,
  writeChain,
} from './sample-chain.ts';

const HOUR_IN_MS = 3_600_000;

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item, void> {
  for (const item of items) yield await Promise.resolve(item);
}

function shippedOf(lines: readonly string[]): ShippedRecord[] {
  return lines.flatMap((line) => {
    const entry = LedgerEntry.parse(JSON.parse(line));
    if (entry.kind !== 'closing') return [];
    const place = { writer: entry.writer, sequence: entry.sequence, hash: hashEntry(line) };
    const attributes = shippedAttributesOf(entry, place);
    return [
      { ...place, time: new Date(STARTED_AT), name: 'gateway.prediction', itemCount: 1, ...attributes },
    ];
  });
}

const options = {
  period: { from: new Date(STARTED_AT - HOUR_IN_MS), to: new Date(STARTED_AT + HOUR_IN_MS) },
  now: new Date(STARTED_AT + HOUR_IN_MS),
  graceInMs: 0,
  openForInMs: 0,
};

async function find(
  lines: readonly string[],
  records: readonly ShippedRecord[],
  cursor = lines.length - 1,
  overrides: Partial<typeof options> = {},
) {
  const { findings } = await verifyLedger(
    createMemoryLedger({ [WRITER]: [asText(lines)] }),
    { records: each(records), cursors: new Map([[WRITER, cursor]]) },
    { ...options, ...overrides },
  );
  return findings.map((finding) => ({ kind: caseOf(finding), sequence: finding.sequence }));
}

const lines = writeChain(callsOf(4));
const shipped = shippedOf(lines);

test('nothing is found where Application Insights has every record, however often', async () => {
  expect(await find(lines, shipped)).toEqual([]);
  const twice = shipped.flatMap((record) => [record, record]);
  expect(await find(lines, twice)).toEqual([]);
});

test('a shipped record that is not there is named', async () => {
  expect(await find(lines, shipped.toSpliced(1, 1))).toEqual([
    { kind: 'missing-in-application-insights', sequence: 4 },
  ]);
});

test('a record that is too young to show, or of another period, is not missed', async () => {
  const without = shipped.toSpliced(1, 1);
  expect(await find(lines, without, 9, { graceInMs: 2 * HOUR_IN_MS })).toEqual([]);
  const period = { from: new Date(0), to: new Date(STARTED_AT) };
  expect(await find(lines, without, 9, { period })).toEqual([]);
});

test('a record that differs is named, by its hash and by its fields', async () => {
  const [first, second, ...others] = shipped;
  if (!first || !second) throw new Error('There are records.');
  const differs = { kind: 'differs', sequence: 4 };
  expect(await find(lines, [first, { ...second, hash: 'f'.repeat(64) }, ...others])).toEqual([differs]);
  const denied = { ...second, properties: { ...second.properties, outcome: 'denied' } };
  expect(await find(lines, [first, denied, ...others])).toEqual([differs]);
});

/** Verifies with a copy of the second record besides, and gives the sentence about it. */
async function sentenceOf(change: (record: ShippedRecord) => Partial<ShippedRecord>): Promise<string> {
  const [, second] = shipped;
  if (!second) throw new Error('There are records.');
  const { findings } = await verifyLedger(
    createMemoryLedger({ [WRITER]: [asText(lines)] }),
    { records: each([...shipped.slice(0, 2), { ...second, ...change(second) }, ...shipped.slice(2)]) },
    options,
  );
  expect(findings).toHaveLength(1);
  return findings[0]?.message ?? '';
}

const withProperty = (name: string, value: unknown) => (record: ShippedRecord) => ({
  properties: { ...record.properties, [name]: value },
});

test.each<[string, (record: ShippedRecord) => Partial<ShippedRecord>, string]>([
  ['a higher revision', withProperty('revision', '7'), 'revision'],
  ['a person who never was', withProperty('personId', 'b0000001'), 'personId'],
  ['an empty field more', withProperty('agentId', ''), 'agentId'],
  ['the mark of a recovery', withProperty('recovered', 'true'), 'further fields'],
  ['the mark of the edge', withProperty('recordedBy', 'edge'), 'further fields'],
  ['a field that no record has', withProperty('<b>Bold</b>', 'x'), 'further fields'],
  ['a field in another case', withProperty('Outcome', 'answered'), 'further fields'],
  ['a field of the name of a prototype', withProperty('constructor', 'x'), 'further fields'],
  ['another number as a text', withProperty('status', '403'), 'status'],
  ['a number in place of a text', withProperty('status', 200), 'status'],
  ['another spelling of its place', withProperty('ledgerSequence', '04'), 'ledgerSequence'],
  ['a field less', ({ properties }) => ({ properties: { ...properties, outcome: undefined } }), 'outcome'],
  ['a measurement that never was', () => ({ measurements: { totalTokens: 18_000_000 } }), 'totalTokens'],
  ['a measurement of none', () => ({ measurements: { tokens: 1 } }), 'further fields'],
  ['another event', () => ({ name: 'Gateway.Prediction' }), 'the name of its event'],
  ['the weight of a sample', () => ({ itemCount: 2 }), 'the number of events that it stands for'],
  ['another time', ({ time }) => ({ time: new Date(time.getTime() + 2) }), 'the time of its event'],
  [
    'a time of the day before',
    ({ time }) => ({ time: new Date(time.getTime() - 80_000_000) }),
    'the time of its event',
  ],
])('a copy of a record with %s is named', async (_, change, where) => {
  expect(await sentenceOf(change)).toBe(
    `The record of entry 4 of ${WRITER} is not the same in Application Insights and in the ledger: it differs in ${where}.`,
  );
});

test('a millisecond that the exporter loses is no difference', async () => {
  const records = shipped.map((record) => ({ ...record, time: new Date(record.time.getTime() - 1) }));
  expect(await find(lines, records)).toEqual([]);
});

test('what the platform adds to an event, and a time that it replaced, are no differences', async () => {
  const records = shipped.map((record) => ({
    ...record,
    time: new Date(record.time.getTime() + 3 * 24 * HOUR_IN_MS),
    properties: { ...record.properties, '_MS.ProcessedByMetricExtractors': 'x' },
  }));
  expect(await find(lines, records)).toEqual([]);
});

test('numbers are the same as texts and as numbers, and the whole record is compared', async () => {
  const record = { ...recordOf('one'), totalTokens: 3, costInUsd: 0.1 + 0.2, roles: ['A', 'B'] };
  const chain = writeChain([BEGINNING, { kind: 'closing', record }]);
  const [one] = shippedOf(chain);
  if (!one) throw new Error('There is a record.');
  expect(one.measurements).toEqual({ totalTokens: 3, costInUsd: 0.1 + 0.2 });
  expect(
    await find(chain, [{ ...one, measurements: { totalTokens: '3', costInUsd: 0.30000000000000004 } }]),
  ).toEqual([]);
  expect(await find(chain, [{ ...one, measurements: { totalTokens: 3, costInUsd: 0.3 } }])).toEqual([
    { kind: 'differs', sequence: 1 },
  ]);
});

test.each([
  ['an opening', 3],
  ['the beginning', 0],
  ['the end', 9],
])('a record whose place is that of %s is named', async (_, sequence) => {
  const [first, ...others] = shipped;
  if (!first) throw new Error('There are records.');
  const forged = {
    ...first,
    sequence,
    properties: { ...first.properties, ledgerSequence: String(sequence) },
  };
  const records = [forged, first, ...others].toSorted((one, other) => one.sequence - other.sequence);
  expect(await find(lines, records)).toEqual([{ kind: 'unknown-to-ledger', sequence }]);
});

describe('records of chains outside the period', () => {
  const later = '20260401T120000000Z-0a1b2c3d';
  const laterStart = Date.UTC(2026, 3, 1, 12);
  const recovery = writeChain([BEGINNING, { kind: 'closing', record: recordOf('lost') }], {
    writer: later,
    startedAt: laterStart,
  });
  const [recovered] = shippedOf(recovery);
  const findAmong = async (...records: readonly (ShippedRecord | undefined)[]) => {
    const { findings } = await verifyLedger(
      createMemoryLedger(
        { [WRITER]: [asText(lines)], [later]: [asText(recovery)] },
        new Date(laterStart + 1_000),
      ),
      { records: each([...shipped, ...records.filter((one) => one !== undefined)]) },
      options,
    );
    return findings.map((finding) => [caseOf(finding), finding.writer, finding.sequence]);
  };

  test('are compared with those chains', async () => {
    expect(await findAmong(recovered, recovered)).toEqual([]);
    const changed = recovered && { ...recovered, properties: { ...recovered.properties, outcome: 'denied' } };
    expect(await findAmong(recovered, changed)).toEqual([['differs', later, 1]]);
    const unknown = recovered && { ...recovered, sequence: 7 };
    expect(await findAmong(recovered, unknown)).toEqual([['unknown-to-ledger', later, 7]]);
  });

  test('are counted when they are too many to compare', async () => {
    const many = Array.from({ length: 5_003 }, () => recovered);
    expect(await findAmong(...many)).toEqual([['too-many', undefined, undefined]]);
  });
});

test('a record that the ledger does not have is named', async () => {
  const [first, ...others] = shipped;
  if (!first) throw new Error('There are records.');
  const unknown = { kind: 'unknown-to-ledger', sequence: 1 };
  expect(await find(lines, [{ ...first, sequence: 1 }, first, ...others])).toEqual([unknown]);
  const foreign = { ...first, writer: '20260101T000000000Z-ffffffff', sequence: 1 };
  expect(await find(lines, [foreign, first, ...others])).toEqual([unknown]);
});

test('records beyond the end of a chain show that it is truncated', async () => {
  expect(await find(lines.slice(0, 5), shipped, 4)).toEqual([{ kind: 'truncated', sequence: 5 }]);
});

test('a record of a removed entry is not named a second time', async () => {
  expect(await find(lines.toSpliced(4, 1), shipped)).toEqual([
    { kind: 'removed', sequence: 4 },
    { kind: 'never-closed', sequence: 3 },
  ]);
});

test('a second record of the same entry has to be the same', async () => {
  const [first, ...others] = shipped;
  if (!first) throw new Error('There are records.');
  const changed = { ...first, properties: { ...first.properties, outcome: 'denied' } };
  for (const pair of [
    [first, changed],
    [changed, first],
  ])
    expect(await find(lines, [...pair, ...others])).toEqual([{ kind: 'differs', sequence: 2 }]);
});

test('records that somebody put in are named, whatever writer and entry they name', async () => {
  const [first, ...others] = shipped;
  if (!first) throw new Error('There are records.');
  const unknown = { kind: 'unknown-to-ledger', sequence: undefined };
  for (const forged of [
    { ...first, writer: '', sequence: -1 },
    { ...first, sequence: -1 },
    { ...first, writer: '\uffff', sequence: 1 },
    { ...first, writer: '__proto__', sequence: 1 },
  ]) {
    expect(await find(lines, [forged, first, ...others])).toEqual([unknown]);
    expect(await find(lines, [first, ...others, forged])).toEqual([unknown]);
  }
});

/** Verifies a ledger that is listed as it is at first, and as it is after that once the chains are read. */
async function findWhileItGrows(
  before: Readonly<Record<string, readonly string[]>>,
  after: Readonly<Record<string, readonly string[]>>,
  records: readonly ShippedRecord[],
) {
  const [first, last] = [before, after].map((chains) =>
    createMemoryLedger(
      Object.fromEntries(Object.entries(chains).map(([writer, text]) => [writer, [asText(text)]])),
    ),
  );
  if (!first || !last) throw new Error('There are two.');
  // The chains are listed by listing the days, and then their one day.
  const listings = [first, first].values();
  const reader: LedgerReader = byDay({ ...last, list: () => (listings.next().value ?? last).list() });
  const { findings } = await verifyLedger(
    reader,
    {
      records: each(records),
      publicKeys: auditPublicKeys,
      cursors: new Map([[WRITER, (before[WRITER]?.length ?? 0) - 1]]),
    },
    { ...options, now: new Date(STARTED_AT + 2 * HOUR_IN_MS) },
  );
  return findings.map((finding) => ({ kind: caseOf(finding), sequence: finding.sequence }));
}

const NEWCOMER = '20260301T130000000Z-0a1b2c3d';
const newLines = writeChain(callsOf(1, 'new'), { writer: NEWCOMER });
const newRecords = shippedOf(newLines);

test('a record of a chain that began while the ledger was read is not one too many', async () => {
  const records = [...shipped, ...newRecords];
  const before = { [WRITER]: lines };
  expect(await findWhileItGrows(before, { ...before, [NEWCOMER]: newLines }, records)).toEqual([]);
});

test.each<[string, readonly string[], ShippedRecord['properties']]>([
  ['is not there', [], {}],
  ['nobody signed', newLines.filter((line) => !line.includes('"signature"')), {}],
  ['has no such entry', writeChain(callsOf(0), { writer: NEWCOMER }), {}],
  ['has another record there', newLines, { personId: 'somebody' }],
])('a record that names a new chain which %s is named', async (_, forged, change) => {
  const records = newRecords.map((record) => ({
    ...record,
    properties: { ...record.properties, ...change },
  }));
  const before = { [WRITER]: lines };
  const found = await findWhileItGrows(before, { ...before, [NEWCOMER]: forged }, [...shipped, ...records]);
  expect(found).toEqual([{ kind: 'personId' in change ? 'differs' : 'unknown-to-ledger', sequence: 2 }]);
});

/** A chain as it was listed, and as it stood when it was read again. */
const [listed, grown] = (() => {
  const chain = startSample();
  const calls = callsOf(4);
  for (const body of calls.slice(0, 5)) chain.add(body);
  chain.sign();
  chain.seal();
  const first = [...chain.lines];
  for (const body of calls.slice(5, -1)) chain.add(body);
  chain.seal();
  return [first, [...chain.lines]] as const;
})();

test('a record of an entry that was written while the ledger was read is not one too many', async () => {
  const found = await findWhileItGrows({ [WRITER]: listed }, { [WRITER]: grown }, shippedOf(grown));
  expect(found).toEqual([]);
});

test('a forged record of an entry that a living chain does not have yet, or has otherwise, is named', async () => {
  const records = shippedOf(grown);
  const last = records.at(-1);
  if (!last) throw new Error('There are records.');
  const forgeries: readonly (readonly [ShippedRecord, string])[] = [
    [{ ...last, sequence: 999_999 }, 'unknown-to-ledger'],
    [{ ...last, properties: { ...last.properties, personId: 'somebody' } }, 'differs'],
    [{ ...last, sequence: last.sequence - 1 }, 'unknown-to-ledger'],
  ];
  for (const [forged, kind] of forgeries) {
    const found = await findWhileItGrows({ [WRITER]: listed }, { [WRITER]: grown }, [...records, forged]);
    expect(found).toContainEqual({ kind, sequence: forged.sequence });
  }
});

test('an anchor that names no entry is named', async () => {
  for (const place of [
    { writer: 'nobody', sequence: 1 },
    { writer: WRITER, sequence: -1 },
  ]) {
    const { findings } = await verifyLedger(
      createMemoryLedger({ [WRITER]: [asText(lines)] }),
      { anchors: [{ ...place, hash: 'f'.repeat(64) }] },
      options,
    );
    expect(findings.map(caseOf)).toEqual(['unknown-to-ledger']);
  }
});

test('of a long backlog nothing is said to be missing that was not shipped', async () => {
  const many = writeChain(callsOf(6_000));
  expect(await find(many, [], -1)).toEqual([{ kind: 'never-shipped', sequence: 2 }]);
});

test.each([
  ['an earlier', '20260301T110000000Z-0a1b2c3d'],
  ['a later', '20260301T123000000Z-0a1b2c3d'],
])('a record whose refusal stands in %s chain is not missed besides', async (_, sweeper) => {
  const refusal = { kind: 'refusal', refused: 4, refusedWriter: WRITER, status: 413 } as const;
  const others = writeChain([BEGINNING, refusal], { writer: sweeper });
  const { findings } = await verifyLedger(
    createMemoryLedger({ [WRITER]: [asText(lines)], [sweeper]: [asText(others)] }),
    { records: each(shipped.toSpliced(1, 1)) },
    options,
  );
  expect(findings).toEqual([
    {
      kind: 'refused',
      writer: WRITER,
      sequence: 4,
      message: expect.stringMatching(
        /^.*entry 4 of 20260301T120000000Z-0a1b2c3d for good, with status 413;/,
      ) as string,
    },
  ]);
});
