import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { type EntryBody, hashEntry } from '../../src/ledger/ledger-entry.ts';
import type { LedgerEvidence } from '../../src/verification/evidence.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { caseOf } from './case-of.ts';
import {
  asText,
  callsOf,
  closing,
  createMemoryLedger,
  opening,
  recordOf,
  STARTED_AT,
  WRITER,
  writeChain,
} from './sample-chain.ts';

const OTHER_WRITER = '20260301T110000000Z-0a1b2c3d';
const BEGINNING: EntryBody = { kind: 'chain', policyVersion: 'p' };
const MINUTE_IN_MS = 60_000;

interface Ledger {
  readonly bodies: readonly EntryBody[];
  readonly others?: readonly EntryBody[];
  readonly evidence?: LedgerEvidence;
  /** The time from the chain's beginning to its verification. */
  readonly ageInMs?: number;
}

function verify({ bodies, others = [], evidence = {}, ageInMs = 60 * MINUTE_IN_MS }: Ledger) {
  const reader = createMemoryLedger({
    [WRITER]: [asText(writeChain(bodies))],
    [OTHER_WRITER]: [asText(writeChain(others, { writer: OTHER_WRITER }))],
  });
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
  expect(young).toMatchObject({ isIntact: true, open: 1, openings: 2, closings: 1 });
});

test('an opening without a closing is named at once where the chain has ended', async () => {
  const bodies: EntryBody[] = [BEGINNING, opening('one'), { kind: 'end', opened: 1, closed: 0 }];
  expect(await find({ bodies, ageInMs: 10 * MINUTE_IN_MS })).toEqual([['never-closed', WRITER, 1, 'one']]);
});

test('a recovered closing in any other chain closes a call, whichever is read first', async () => {
  const recovered: EntryBody = { kind: 'closing', record: recordOf('one'), recovered: true };
  const opened = [BEGINNING, opening('one')];
  expect(await find({ bodies: opened, others: [BEGINNING, recovered] })).toEqual([]);
  expect(await find({ bodies: [BEGINNING, recovered], others: opened })).toEqual([]);
});

test('a real closing beside a recovered one, and a correction, are as they should be', async () => {
  const correction: EntryBody = { kind: 'closing', record: { ...recordOf('one'), revision: 1 } };
  const recovered: EntryBody = { kind: 'closing', record: recordOf('one'), recovered: true };
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
  expect(young).toMatchObject({ isIntact: true, unshipped: 2 });
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
  expect(report).toMatchObject({ chains: 0, entries: 0, isIntact: true });
});

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

function signed(bodies: readonly EntryBody[], change: Readonly<Record<string, unknown>> = {}): EntryBody[] {
  const lines = writeChain(bodies);
  const sequence = lines.length - 1;
  const hash = hashEntry(lines[sequence] ?? '');
  const value = sign('sha256', Buffer.from(`${WRITER}.${sequence}.${hash}`), {
    key: privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  }).toString('base64url');
  const signature = { keyId: 'audit', algorithm: 'PS256' as const, sequence, hash, value, ...change };
  return [
    ...bodies,
    { kind: 'checkpoint', shipped: { sequence: -1, refused: 0 }, opened: 0, closed: 1, signature },
  ];
}

const keys: LedgerEvidence = {
  publicKeys: (keyId) => Promise.resolve(keyId === 'audit' ? publicKey.export({ format: 'jwk' }) : undefined),
};

test('a signature that fits is counted', async () => {
  const report = await verify({ bodies: signed([BEGINNING, closing('one')]), evidence: keys });
  expect(report).toMatchObject({ isIntact: true, signatures: 1, unsigned: 0 });
});

test('a signature that does not fit is named, and one of another key', async () => {
  const bodies = [BEGINNING, closing('one')];
  const wrong = signed(bodies, { value: 'AAAA' });
  expect(await find({ bodies: wrong, evidence: keys })).toEqual([['bad-signature', WRITER, 2, undefined]]);
  const stranger = signed(bodies, { keyId: 'stranger' });
  expect(await find({ bodies: stranger, evidence: keys })).toEqual([['unknown-key', WRITER, 2, undefined]]);
});

test('a chain that was made anew beneath its signature is found', async () => {
  const checkpoint = signed([BEGINNING, closing('one')]).slice(-1);
  const { findings } = await verify({ bodies: [BEGINNING, closing('two'), ...checkpoint], evidence: keys });
  expect(findings).toEqual([expect.objectContaining({ sequence: 0, lastSequence: 1 })]);
  expect(findings.map(caseOf)).toEqual(['rewritten']);
});

test('what was not at hand is said', async () => {
  const { notChecked } = await verify({ bodies: callsOf(1) });
  expect(notChecked).toHaveLength(5);
});
