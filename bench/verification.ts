import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { AUDIT_PUBLIC_KEY, CHAINS, STARTED_AT, writeLedger } from './verification/sealed-ledger.ts';
import type { Measured, PerKilobyte } from './verification/verify-process.ts';

const ENTRIES = 1_000_000;
/** The most entries that are on the disk at once, 1.1 GB. More are verified one ledger after the other, as periods are. */
const LEDGER_ENTRIES = 1_000_000;
/** The machine may have other work, so the limit is of the processors' time as compared with hashing each line. */
const LIMIT_IN_HASHINGS = 6;
const LIMIT_IN_MB = 300;
/** The options of `npm run audit:verify`. Few objects live long, so a larger space for new objects would only hold garbage. */
const NODE_OPTIONS = ['--max-semi-space-size=4'];

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: String(ENTRIES) },
    ledger: { type: 'string', default: String(LEDGER_ENTRIES) },
    /** The number of threads that scan; 0 for none beside the one that reads, and one for each core when left out. */
    workers: { type: 'string' },
  },
});

const measured: Measured[] = [];
const ofLedger = Number(values.ledger);
for (let left = Number(values.entries); left > 0; left -= ofLedger)
  measured.push(await measure(Math.min(left, ofLedger)));
print(measured);

async function measure(entries: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'verification-'));
  try {
    await writeLedger(folder, entries / CHAINS);
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...NODE_OPTIONS,
      join(import.meta.dirname, 'verification/verify-process.ts'),
      folder,
      JSON.stringify(AUDIT_PUBLIC_KEY),
      String(STARTED_AT),
      ...(values.workers === undefined ? [] : [values.workers]),
    ]);
    return JSON.parse(stdout) as Measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(all: readonly Measured[]): void {
  const sum = (numberOf: (one: Measured) => number) => all.reduce((total, one) => total + numberOf(one), 0);
  const bytes = sum((one) => one.bytes);
  const entries = sum((one) => one.entries);
  const mean = (name: keyof PerKilobyte) => sum((one) => one.perKilobyte[name] * one.bytes) / bytes;
  const kilobytesOfEntry = bytes / 1_024 / entries;
  const peakInMb = Math.max(...all.map((one) => one.peakInMb));
  const show = (number: number, digits: number, what: string) =>
    console.log(`${number.toFixed(digits).padStart(10)} ${what}`);
  console.log(
    `Node ${process.version}; ${entries.toLocaleString('en')} entries in ${all.length} ledgers, each of ${CHAINS} chains.`,
  );
  show(bytes / 1_048_576, 0, 'MB read');
  show(
    sum((one) => one.seconds),
    1,
    's',
  );
  show(mean('verifying'), 2, 'µs of processors per KB');
  show(mean('verifying') * kilobytesOfEntry, 2, 'µs of processors per entry');
  show(mean('hashingLines'), 2, 'µs per KB for the hash of each line alone');
  show(mean('hashingBytes'), 2, 'µs per KB for one hash of all bytes');
  const hashings = mean('verifying') / mean('hashingLines');
  show(hashings, 2, `times the hashes of the lines (limit ${LIMIT_IN_HASHINGS})`);
  show(peakInMb, 0, `MB of memory at most (limit ${LIMIT_IN_MB})`);
  const isIntact = all.every(({ findingCount }) => findingCount === 0);
  if (!isIntact || hashings >= LIMIT_IN_HASHINGS || peakInMb >= LIMIT_IN_MB) process.exitCode = 1;
}
