import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { asText, BEGINNING, createMemoryLedger, STARTED_AT, writeChain } from './sample-chain.ts';

const SUBJECT = 'a'.repeat(64);
const DAY_IN_MS = 86_400_000;
const PLACE = { writer: '20260301T120000000Z-00000001', sequence: 1, hash: 'c'.repeat(64) };

function erasure(subject = SUBJECT): EntryBody {
  return { kind: 'erasure', subject, reason: 'Asked for.' };
}

function erased(subject = SUBJECT): EntryBody {
  return { kind: 'erased', subject, erasure: PLACE, key: true, contents: 2 };
}

/** Verifies chains of one entry each, which begin a second apart. @param to the end of the period, in milliseconds after the first. */
async function findingsOf(bodies: readonly EntryBody[], { graceInMs = 0, to = DAY_IN_MS } = {}) {
  const chains = bodies.map((body, index) => {
    const startedAt = STARTED_AT + index * 1_000;
    const writer = `2026030112000${index}000Z-0000000${index + 1}`.replace(/^(\d{8})/, '$1T');
    const ends: EntryBody = { kind: 'end', opened: 0, closed: 0 };
    const lines = writeChain([BEGINNING, body, ends], {
      writer,
      startedAt,
    });
    return [writer, [asText(lines)]] as const;
  });
  const ledger = createMemoryLedger(Object.fromEntries(chains));
  const report = await verifyLedger(
    ledger,
    {},
    {
      period: { from: new Date(STARTED_AT - DAY_IN_MS), to: new Date(STARTED_AT + to) },
      now: new Date(STARTED_AT + 60_000),
      graceInMs,
      openForInMs: 60_000,
    },
  );
  return report.findings.map(({ kind, writer, sequence }) => ({ kind, writer, sequence }));
}

const UNFINISHED = { kind: 'erasure-unfinished', writer: '20260301T120000000Z-00000001', sequence: 1 };

test.each([
  ['that was proven', [erasure(), erased()], []],
  ['that was begun again and proven then', [erasure(), erasure(), erased()], []],
  ['that was not proven', [erasure()], [UNFINISHED]],
  ['of which only another subject’s is proven', [erasure(), erased('b'.repeat(64))], [UNFINISHED]],
  [
    'that began after the proof of an earlier one',
    [erased(), erasure()],
    [{ ...UNFINISHED, writer: '20260301T120001000Z-00000002' }],
  ],
])('an erasure %s', async (_, bodies, findings) => {
  expect(await findingsOf(bodies)).toEqual(findings);
});

test('an erasure that began just now may still be at work', async () => {
  expect(await findingsOf([erasure()], { graceInMs: 120_000 })).toEqual([]);
});

test('the proof of an erasure may be in a chain outside the period', async () => {
  expect(await findingsOf([erasure(), erased()], { to: 500 })).toEqual([]);
});
