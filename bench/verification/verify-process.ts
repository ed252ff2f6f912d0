// Verifies the ledger in the folder of its first argument, and prints what that took.
import { createHash, hash, type JsonWebKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFolderLedger,
  openScanWorkers,
  type VerificationReport,
  verifyLedger,
} from '@vertex-ai-gateway/audit-ledger/verification';

/** The time of all processors, in microseconds for each KB of the ledger. */
export interface PerKilobyte {
  readonly verifying: number;
  /** The time of the hash of each line alone, and of all bytes together. */
  readonly hashingLines: number;
  readonly hashingBytes: number;
}

/** The report of the process about itself. */
export interface Measured extends Pick<VerificationReport, 'findingCount' | 'entries' | 'bytes'> {
  readonly seconds: number;
  readonly perKilobyte: PerKilobyte;
  readonly peakInMb: number;
}

const [folder = '', key = '', startedAt, workers] = process.argv.slice(2);
const publicKey = JSON.parse(key) as JsonWebKey;
const begun = performance.now();
const before = process.cpuUsage();
const scanners =
  workers === '0' ? undefined : openScanWorkers(workers === undefined ? workers : Number(workers));
const { findingCount, entries, bytes } = await verifyLedger(
  createFolderLedger(folder),
  { publicKeys: () => Promise.resolve(publicKey) },
  {
    period: { from: new Date(0), to: new Date(8.64e15) },
    now: new Date(Number(startedAt) * 2),
    graceInMs: 0,
    openForInMs: 0,
    scope: 'ledger',
    ...(scanners && { scanners }),
  },
);
await scanners?.close();
const verifying = spentSince(before) / (bytes / 1_024);
const seconds = (performance.now() - begun) / 1_000;
// The unit of maxRSS is kilobytes: https://nodejs.org/api/process.html#processresourceusage
const peakInMb = process.resourceUsage().maxRSS / 1_024;
const measured: Measured = {
  findingCount,
  entries,
  bytes,
  seconds,
  perKilobyte: { verifying, ...measureHashing() },
  peakInMb,
};
console.log(JSON.stringify(measured));

/** Measures hashing by one part of the ledger, at the same time, so that other work of the machine counts alike. */
function measureHashing(): Omit<PerKilobyte, 'verifying'> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const part = readFileSync(join(folder, paths.find((path) => path.endsWith('.jsonl')) ?? ''));
  const kilobytes = part.byteLength / 1_024;
  const lines: Buffer[] = [];
  for (let from = 0, end = part.indexOf('\n'); end >= 0; from = end + 1, end = part.indexOf('\n', from))
    lines.push(part.subarray(from, end));
  const start = process.cpuUsage();
  for (const line of lines) hash('sha256', line);
  const hashingLines = spentSince(start) / kilobytes;
  const startOfBytes = process.cpuUsage();
  createHash('sha256').update(part).digest();
  return { hashingLines, hashingBytes: spentSince(startOfBytes) / kilobytes };
}

function spentSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
