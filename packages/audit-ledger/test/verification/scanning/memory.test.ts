import type { LedgerReader } from '../../../src/ledger/ledger-reader.ts';
import { openScanWorkers } from '../../../src/verification/scanning/scan-workers.ts';
import { SCANNING_HERE, type Scanners } from '../../../src/verification/scanning/scanners.ts';
import { verifyLedger } from '../../../src/verification/verify-ledger.ts';
import {
  asText,
  auditPublicKeys,
  BEGINNING,
  closing,
  createMemoryLedger,
  opening,
  recordOf,
  STARTED_AT,
  startSample,
  WRITER,
} from '../sample-chain.ts';

/** A chain of some 24 MB, which is read in several pieces. Each call has its own seal, and the first is closed last. */
const CHAIN = (() => {
  const chain = startSample();
  const answer = 'x'.repeat(40_000);
  chain.add(BEGINNING);
  chain.sign();
  chain.add(opening('first'));
  chain.seal();
  for (let call = 0; call < 300; call += 1) {
    chain.add({ kind: 'opening', record: { ...recordOf(`call-${call}`), answer } });
    chain.add({ kind: 'closing', record: { ...recordOf(`call-${call}`), answer } });
    chain.seal();
  }
  chain.add(closing('first'));
  chain.seal();
  return chain.lines;
})();

/** Verifies such a chain, of which the reader uses the memory that it is given. */
async function verifyWith(scanners: Scanners, lines: readonly string[]) {
  const memory = new Set<ArrayBufferLike>();
  const ledger = createMemoryLedger({ [WRITER]: [asText(lines)] });
  const reader: LedgerReader = {
    ...ledger,
    async read(writer, part, offset, maximumBytes, _, into) {
      const bytes = await ledger.read(writer, part, offset, maximumBytes);
      if (!into) return Buffer.from(bytes);
      memory.add(into.buffer);
      return into.subarray(0, bytes.copy(into));
    },
  };
  const report = await verifyLedger(
    reader,
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
  return { report, memory: memory.size };
}

test('memory of pieces is used again, and nothing of them is lost', async () => {
  const { report, memory } = await verifyWith(SCANNING_HERE, CHAIN);
  expect(report).toMatchObject({ entries: CHAIN.length, openings: 301, closings: 301, findings: [] });
  expect(memory).toBeLessThan(5);
});

test('a change in the last of many pieces is named, whoever scans', async () => {
  const scanners = openScanWorkers(2, 1);
  try {
    for (const lines of [CHAIN, CHAIN.toSpliced(880, 1), CHAIN.toSpliced(880, 0, CHAIN[3] ?? '')]) {
      const { report } = await verifyWith(SCANNING_HERE, lines);
      expect((await verifyWith(scanners, lines)).report).toEqual(report);
      expect(report.findingCount > 0).toBe(lines !== CHAIN);
    }
  } finally {
    await scanners.close();
  }
});
