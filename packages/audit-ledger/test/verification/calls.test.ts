import { type EntryBody, hashEntry } from '../../src/ledger/ledger-entry.ts';
import type { LedgerEvidence } from '../../src/verification/evidence.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { caseOf } from './case-of.ts';
import {
  asText,
  auditPublicKeys,
  BEGINNING,
  callsOf,
  closing,
  createMemoryLedger,
  opening,
  recordOf,
  rehash,
  STARTED_AT,
  startSample,
  WRITER,
  writeChain,
  writeLines,
} from './sample-chain.ts';

const OTHER_WRITER = '20260301T110000000Z-0a1b2c3d';
/** The second line of a chain that opens a call at once. */
const [, OPENED = ''] = writeLines([BEGINNING, opening('one')]);
const OPENING = { writer: WRITER, sequence: 1, hash: hashEntry(OPENED) };
const MINUTE_IN_MS = 60_000;
const keys: LedgerEvidence = { publicKeys: auditPublicKeys };

interface Ledger {
  readonly bodies: readonly EntryBody[];
  readonly others?: readonly EntryBody[];
  readonly evidence?: LedgerEvidence;
  /** The time from the chain's beginning to its verification. */
  readonly ageInMs?: number;
}

function verify({ bodies, others = [], evidence = {}, ageInMs = 60 * MINUTE_IN_MS }: Ledger) {
  const text = asText(writeChain(bodies));
  return verifyText(text, evidence, asText(writeChain(others, { writer: OTHER_WRITER })), ageInMs);
}

function verifyText(text: string, evidence: LedgerEvidence, other = '', ageInMs = 60 * MINUTE_IN_MS) {
  const reader = createMemoryLedger({ [WRITER]: [text], [OTHER_WRITER]: [other] });
  return verifyLedger(reader, evidence, {
    period: { from: new Date(0), to: new Date(STARTED_AT * 2) },
    now: new Date(STARTED_AT + ageInMs),
    graceInMs: 5 * MINUTE_IN_MS,
    openForInMs: 30 * MINUTE_IN_MS,
  });
}

async function find(ledger: Ledger) {
  const { findings } = await verify(ledger);
  return findings.map((finding) => [caseOf(finding), finding.writer, finding.sequence, finding.recordId]);
}

test('an opening without a closing is named when its call cannot be running any more', async () => {
  const ledger = { bodies: [BEGINNING, opening('one'), opening('two'), closing('two')] };
  expect(await find(ledger)).toEqual([['never-closed', WRITER, 1, 'one']]);
  const young = await verify({ ...ledger, ageInMs: MINUTE_IN_MS });
  expect(young).toMatchObject({ findings: [], open: 1, openings: 2, closings: 1 });
});

test('an opening without a closing is named at once where the chain has ended', async () => {
  const bodies: EntryBody[] = [BEGINNING, opening('one'), { kind: 'end', opened: 1, closed: 0 }];
  expect(await find({ bodies, ageInMs: 10 * MINUTE_IN_MS })).toEqual([['never-closed', WRITER, 1, 'one']]);
});

test('a recovered closing in any other chain closes a call, whichever is read first', async () => {
  const recovered: EntryBody = { kind: 'closing', record: recordOf('one'), recovered: OPENING };
  const opened = [BEGINNING, opening('one')];
  expect(await find({ bodies: opened, others: [BEGINNING, recovered] })).toEqual([]);
  const [, other = ''] = writeLines(opened, { writer: OTHER_WRITER });
  const named = { writer: OTHER_WRITER, sequence: 1, hash: hashEntry(other) };
  const fromElder = { ...recovered, recovered: named };
  expect(await find({ bodies: [BEGINNING, fromElder], others: opened })).toEqual([]);
});

test('a real closing beside a recovered one, and a correction, are as they should be', async () => {
  const calls = [BEGINNING, opening('one'), closing('one')];
  const corrects = hashEntry(writeLines(calls)[2] ?? '');
  const correction: EntryBody = { kind: 'closing', record: { ...recordOf('one'), revision: 1 }, corrects };
  const recovered: EntryBody = { kind: 'closing', record: recordOf('one'), recovered: OPENING };
  expect(await find({ bodies: [...calls, correction], others: [BEGINNING, recovered] })).toEqual([]);
});

/** Chains in which a closing corrects or recovers something: the chain of the calls, and another one. */
interface References {
  readonly own: (hashes: readonly string[]) => readonly object[];
  readonly other?: (hashes: readonly string[]) => readonly object[];
}

const revised = (id: string, corrects?: string) => ({
  kind: 'closing',
  record: { ...recordOf(id), revision: 1 },
  ...(corrects !== undefined && { corrects }),
});
const recovery = (id: string, recovered: unknown) => ({ kind: 'closing', record: recordOf(id), recovered });
/** The calls of these tests: 1 and 2 are of the first, 3 and 4 of the second; 5 is never closed. */
const CALLS = [BEGINNING, opening('one'), closing('one'), opening('two'), closing('two'), opening('three')];
const HASHES = writeLines(CALLS).map((line) => hashEntry(line));

test.each<[string, References, readonly unknown[]]>([
  ['corrects the closing of its call', { own: ([, , hash]) => [revised('one', hash)] }, []],
  ['corrects nothing', { own: () => [revised('one')] }, [[WRITER, 6, 'one']]],
  ['corrects its opening', { own: ([, hash]) => [revised('one', hash)] }, [[WRITER, 6, 'one']]],
  [
    'corrects the closing of another call',
    { own: ([, , hash]) => [revised('two', hash)] },
    [[WRITER, 6, 'two']],
  ],
  ['corrects what is not there', { own: () => [revised('one', 'f'.repeat(64))] }, [[WRITER, 6, 'one']]],
  [
    'corrects a closing of another chain',
    { own: () => [], other: ([, , hash]) => [revised('one', hash)] },
    [[OTHER_WRITER, 1, 'one']],
  ],
  [
    'corrects and has no revision',
    { own: ([, , hash]) => [{ ...closing('four'), corrects: hash }] },
    [[WRITER, 6, 'four']],
  ],
  [
    'recovers the opening of its call',
    {
      own: () => [],
      other: (hashes) => [recovery('three', { writer: WRITER, sequence: 5, hash: hashes[5] })],
    },
    [],
  ],
  [
    'recovers a call that was closed',
    { own: () => [], other: (hashes) => [recovery('two', { writer: WRITER, sequence: 3, hash: hashes[3] })] },
    [],
  ],
  [
    'recovers under another sequence',
    {
      own: () => [],
      other: (hashes) => [recovery('three', { writer: WRITER, sequence: 4, hash: hashes[5] })],
    },
    [[OTHER_WRITER, 1, 'three']],
  ],
  [
    'recovers under another hash',
    {
      own: () => [],
      other: () => [recovery('three', { writer: WRITER, sequence: 5, hash: 'f'.repeat(64) })],
    },
    [[OTHER_WRITER, 1, 'three']],
  ],
  [
    'recovers another call',
    {
      own: () => [],
      other: (hashes) => [recovery('four', { writer: WRITER, sequence: 5, hash: hashes[5] })],
    },
    [[OTHER_WRITER, 1, 'four']],
  ],
  [
    'recovers a closing',
    { own: () => [], other: (hashes) => [recovery('two', { writer: WRITER, sequence: 4, hash: hashes[4] })] },
    [[OTHER_WRITER, 1, 'two']],
  ],
  [
    'recovers a call of a chain that is not there',
    {
      own: () => [],
      other: (hashes) => [
        recovery('three', { writer: '20260301T100000000Z-0a1b2c3d', sequence: 5, hash: hashes[5] }),
      ],
    },
    [[OTHER_WRITER, 1, 'three']],
  ],
])('a closing that %s is held against it', async (_, { own, other }, findings) => {
  const { findings: found } = await verify({
    bodies: [...CALLS, ...own(HASHES)] as EntryBody[],
    others: other ? ([BEGINNING, ...other(HASHES)] as EntryBody[]) : [],
    evidence: keys,
  });
  const of = (kind: string) =>
    found
      .filter((one) => one.kind === kind)
      .map(({ writer, sequence, recordId }) => [writer, sequence, recordId]);
  expect(of('false-closing')).toEqual(findings);
  // Only a genuine recovery closes the call that was left open.
  const isClosed = findings.length === 0 && JSON.stringify(other?.(HASHES) ?? []).includes('three');
  expect(of('never-closed')).toEqual(isClosed ? [] : [[WRITER, 5, 'three']]);
});

test('a closing whose reference is none is unreadable', async () => {
  const bodies = [...CALLS, recovery('three', true), { ...revised('one'), corrects: 7 }] as EntryBody[];
  const { findings } = await verify({ bodies, evidence: keys });
  expect(findings.map(({ kind, sequence }) => [kind, sequence])).toEqual([
    ['unreadable', 6],
    ['unreadable', 7],
    ['never-closed', 5],
  ]);
});

test('a correction is held against a closing long before it', async () => {
  const others = Array.from({ length: 17_000 }, (_, index) => closing(`other-${index}`));
  const late = (corrects: string) =>
    find({
      bodies: [...CALLS, closing('three'), ...others, revised('one', corrects)] as EntryBody[],
      evidence: keys,
    });
  expect(await late(HASHES[2] ?? '')).toEqual([]);
  expect(await late(HASHES[4] ?? '')).toEqual([['false-closing', WRITER, 17_007, 'one']]);
});

test('a call that is closed twice is named, in one chain and across two', async () => {
  const twice = [BEGINNING, closing('one'), closing('two'), closing('one')];
  expect(await find({ bodies: twice })).toEqual([['closed-twice', WRITER, 3, 'one']]);
  const across = { bodies: [BEGINNING, closing('one')], others: [BEGINNING, closing('one')] };
  expect(await find(across)).toEqual([['closed-twice', WRITER, 1, 'one']]);
});

test('a closing that was put in is inserted, and not a call that is closed twice', async () => {
  const lines = writeChain(callsOf(3));
  const text = asText(lines.toSpliced(5, 0, lines[2] ?? ''));
  const report = await verifyLedger(
    createMemoryLedger({ [WRITER]: [text] }),
    {},
    {
      period: { from: new Date(0), to: new Date(STARTED_AT * 2) },
      now: new Date(STARTED_AT + MINUTE_IN_MS),
      graceInMs: 0,
      openForInMs: 0,
    },
  );
  expect(report.findings).toEqual([expect.objectContaining({ sequence: 5, line: 6 })]);
  expect(report.findings.map(caseOf)).toEqual(['inserted']);
});

test('records beyond what was shipped are named once they are late', async () => {
  const bodies = [BEGINNING, closing('one'), closing('two'), closing('three')];
  const evidence = { cursors: new Map([[WRITER, 1]]) };
  const { findings } = await verify({ bodies, evidence });
  expect(findings).toEqual([
    expect.objectContaining({ kind: 'never-shipped', writer: WRITER, sequence: 2, lastSequence: 3 }),
  ]);
  const young = await verify({ bodies, evidence, ageInMs: MINUTE_IN_MS });
  expect(young).toMatchObject({ findings: [], unshipped: 2 });
});

test('a record that Application Insights refused is named with the status', async () => {
  const bodies: EntryBody[] = [BEGINNING, closing('one'), { kind: 'refusal', refused: 1, status: 413 }];
  const { findings } = await verify({ bodies, evidence: { cursors: new Map([[WRITER, 2]]) } });
  expect(findings).toEqual([
    expect.objectContaining({
      kind: 'refused',
      sequence: 1,
      message: expect.stringContaining('413') as string,
    }),
  ]);
});

test('a chain outside the period is not read', async () => {
  const reader = createMemoryLedger({ [WRITER]: [asText(writeChain(callsOf(1)).toSpliced(1, 1))] });
  const report = await verifyLedger(
    reader,
    {},
    {
      period: { from: new Date(STARTED_AT + MINUTE_IN_MS), to: new Date(STARTED_AT * 2) },
      now: new Date(STARTED_AT * 2),
      graceInMs: 0,
      openForInMs: 0,
    },
  );
  expect(report).toMatchObject({ chains: 0, entries: 0, findings: [] });
});

/** Finds what is wrong with a chain of one call, whose signature is changed. */
async function findSigned(change: Readonly<Record<string, unknown>>) {
  const chain = startSample();
  for (const body of [BEGINNING, closing('one')]) chain.add(body);
  chain.sign(change);
  const { findings } = await verifyText(asText(chain.lines), keys);
  return findings.map((finding) => [caseOf(finding), finding.writer, finding.sequence]);
}

test('a signature that fits is counted', async () => {
  const report = await verify({ bodies: [BEGINNING, closing('one')], evidence: keys });
  expect(report).toMatchObject({ findings: [], signatures: 1, unsigned: 0 });
});

test('a signature that does not fit is named, and one of another key', async () => {
  const unvouched = ['unvouched', WRITER, undefined];
  expect(await findSigned({ value: 'AAAA' })).toEqual([['bad-signature', WRITER, 2], unvouched]);
  expect(await findSigned({ keyId: 'stranger' })).toEqual([['unknown-key', WRITER, 2], unvouched]);
});

test('a chain that was made anew beneath its signature is found', async () => {
  const [, , checkpoint = '', seal = ''] = writeChain([BEGINNING, closing('one')]);
  const others = writeLines([BEGINNING, closing('two')]);
  const { findings } = await verifyText(asText(rehash([...others, checkpoint, seal], 2)), keys);
  expect(findings[0]).toMatchObject({ sequence: 0, lastSequence: 1 });
  expect(findings.map(caseOf)).toEqual(['rewritten', 'unvouched']);
});

test('what was not at hand is said', async () => {
  const { notChecked } = await verify({ bodies: callsOf(1) });
  expect(notChecked).toHaveLength(7);
});
