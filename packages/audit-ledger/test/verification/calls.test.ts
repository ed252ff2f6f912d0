import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
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
const OPENING = { writer: WRITER, sequence: 1, hash: 'a'.repeat(64) };
const MINUTE_IN_MS = 60_000;

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
  expect(await find({ bodies: [BEGINNING, recovered], others: opened })).toEqual([]);
});

test('a real closing beside a recovered one, and a correction, are as they should be', async () => {
  const correction: EntryBody = { kind: 'closing', record: { ...recordOf('one'), revision: 1 } };
  const recovered: EntryBody = { kind: 'closing', record: recordOf('one'), recovered: OPENING };
  const bodies = [BEGINNING, opening('one'), closing('one'), correction];
  expect(await find({ bodies, others: [BEGINNING, recovered] })).toEqual([]);
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

const keys: LedgerEvidence = { publicKeys: auditPublicKeys };

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
  expect(await findSigned({ value: 'AAAA' })).toEqual([['bad-signature', WRITER, 2]]);
  expect(await findSigned({ keyId: 'stranger' })).toEqual([['unknown-key', WRITER, 2]]);
});

test('a chain that was made anew beneath its signature is found', async () => {
  const [, , checkpoint = '', seal = ''] = writeChain([BEGINNING, closing('one')]);
  const others = writeLines([BEGINNING, closing('two')]);
  const { findings } = await verifyText(asText(rehash([...others, checkpoint, seal], 2)), keys);
  expect(findings).toEqual([expect.objectContaining({ sequence: 0, lastSequence: 1 })]);
  expect(findings.map(caseOf)).toEqual(['rewritten']);
});

test('what was not at hand is said', async () => {
  const { notChecked } = await verify({ bodies: callsOf(1) });
  expect(notChecked).toHaveLength(5);
});
