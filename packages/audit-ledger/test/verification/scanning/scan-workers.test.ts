import { SealPublicKey } from '../../../src/keys/seal-key.ts';
import type { LedgerReader } from '../../../src/ledger/ledger-reader.ts';
import type { ScanRules } from '../../../src/verification/scanning/scan-sealed.ts';
import { openScanWorkers } from '../../../src/verification/scanning/scan-workers.ts';
import { SCANNING_HERE, type Scanners } from '../../../src/verification/scanning/scanners.ts';
import { verifyLedger } from '../../../src/verification/verify-ledger.ts';
import {
  asText,
  auditPublicKeys,
  BEGINNING,
  callsOf,
  createMemoryLedger,
  STARTED_AT,
  WRITER,
  writeChain,
} from '../sample-chain.ts';

const OTHER_WRITER = '20260301T110000000Z-0a1b2c3d';
const RULES: ScanRules = {
  writer: WRITER,
  sealKey: SealPublicKey.parse(BEGINNING.kind === 'chain' ? BEGINNING.sealKey : undefined),
  showsClosings: false,
  showsContents: false,
  shipped: Infinity,
  notedAfter: '',
  seed: 1,
};

/** Gives the bytes of a ledger to their readers for good, as storage does. */
function givingAway(ledger: LedgerReader): LedgerReader {
  return { ...ledger, read: async (...place) => Buffer.from(await ledger.read(...place)) };
}

async function verifyWith(
  scanners: Scanners,
  change: (lines: string[]) => readonly string[] = (lines) => lines,
) {
  const chains = {
    [OTHER_WRITER]: [asText(writeChain(callsOf(20, 'other'), { writer: OTHER_WRITER }))],
    [WRITER]: [asText(change(writeChain(callsOf(40))))],
  };
  return verifyLedger(
    givingAway(createMemoryLedger(chains)),
    { publicKeys: auditPublicKeys },
    {
      period: { from: new Date(0), to: new Date(STARTED_AT + 60_000) },
      now: new Date(STARTED_AT + 3_600_000),
      graceInMs: 0,
      openForInMs: 0,
      scope: 'bundle',
      scanners,
    },
  );
}

test('threads find what the thread that reads finds, of untouched and of changed chains', async () => {
  const scanners = openScanWorkers(2, 0);
  try {
    const report = await verifyWith(scanners);
    expect(report).toMatchObject({ chains: 2, entries: 128, openings: 60, closings: 60, findings: [] });
    expect(report).toEqual(await verifyWith(SCANNING_HERE));
    const withoutLine = (lines: string[]) => lines.toSpliced(9, 1);
    const changed = await verifyWith(scanners, withoutLine);
    expect(changed.findings.map(({ kind, sequence }) => [kind, sequence])).toContainEqual([
      'chain-changed',
      9,
    ]);
    expect(changed).toEqual(await verifyWith(SCANNING_HERE, withoutLine));
  } finally {
    await scanners.close();
  }
});

test('bytes of a large buffer are moved to a thread and back', async () => {
  const scanners = openScanWorkers(1, 0);
  try {
    const bytes = Buffer.from(asText(writeChain(callsOf(400))));
    const expected = Buffer.from(bytes);
    const scanned = await scanners.scan(bytes, RULES);
    expect(bytes.byteLength).toBe(0);
    expect(scanned.bytes.equals(expected)).toBe(true);
    expect(scanned.scan?.openings).toBe(400);
  } finally {
    await scanners.close();
  }
});

test('scanners that were closed reject what is asked of them', async () => {
  const scanners = openScanWorkers(1, 0);
  const asked = scanners.scan(Buffer.from('x'), RULES);
  await scanners.close();
  await expect(asked).rejects.toThrow('has ended');
  await expect(scanners.scan(Buffer.from('x'), RULES)).rejects.toThrow('has ended');
});
