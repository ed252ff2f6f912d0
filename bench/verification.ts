import { execFile } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import {
  createFolderLedger,
  hashEntry,
  NO_PREVIOUS,
  type VerificationReport,
  verifyLedger,
} from '@vertex-ai-gateway/audit-ledger/verification';

const ENTRIES = 1_000_000;
/** The chains of a day of a busy gateway: one instance and three short ones. */
const CHAINS = 4;
/** The entries of one blob; a blob has at most 50,000 blocks, of some entries each. */
const PART_ENTRIES = 100_000;
const LIMIT_IN_SECONDS = 60;
const LIMIT_IN_MB = 300;
/** The options of `npm run audit:verify`. Few objects live long, so a larger space for new objects would only hold garbage. */
const NODE_OPTIONS = ['--max-semi-space-size=4'];
const STARTED_AT = Date.UTC(2026, 2, 1, 12);

/** The report of the verifying process about itself. */
interface Measured {
  readonly seconds: number;
  readonly peakInMb: number;
  readonly report: Pick<VerificationReport, 'isIntact' | 'entries' | 'bytes'>;
}

const { values } = parseArgs({ options: { verify: { type: 'string' } } });
await (values.verify === undefined ? measure() : verifyFolder(values.verify));

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'verification-'));
  try {
    await writeLedger(folder);
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...NODE_OPTIONS,
      import.meta.filename,
      '--verify',
      folder,
    ]);
    const { seconds, peakInMb, report } = JSON.parse(stdout) as Measured;
    const { entries, bytes, isIntact } = report;
    console.log(`Node ${process.version}; ${entries.toLocaleString('en')} entries in ${CHAINS} chains.`);
    console.log(`${(bytes / 1_048_576).toFixed(0).padStart(10)} MB read`);
    console.log(`${seconds.toFixed(1).padStart(10)} s (limit ${LIMIT_IN_SECONDS})`);
    console.log(`${peakInMb.toFixed(0).padStart(10)} MB of memory at most (limit ${LIMIT_IN_MB})`);
    console.log(
      `${Math.round(entries / seconds)
        .toLocaleString('en')
        .padStart(10)} entries/s`,
    );
    if (!isIntact || seconds >= LIMIT_IN_SECONDS || peakInMb >= LIMIT_IN_MB) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function verifyFolder(folder: string): Promise<void> {
  const start = performance.now();
  const report = await verifyLedger(
    createFolderLedger(folder),
    {},
    {
      period: { from: new Date(0), to: new Date(8.64e15) },
      now: new Date(STARTED_AT * 2),
      graceInMs: 0,
      openForInMs: 0,
      scope: 'ledger',
    },
  );
  const measured: Measured = {
    seconds: (performance.now() - start) / 1000,
    // The unit of maxRSS is kilobytes: https://nodejs.org/api/process.html#processresourceusage
    peakInMb: process.resourceUsage().maxRSS / 1024,
    report,
  };
  console.log(JSON.stringify(measured));
}

/** Writes chains whose calls are all strict, with opening and closing entries of a realistic size. */
async function writeLedger(folder: string): Promise<void> {
  for (let chain = 0; chain < CHAINS; chain += 1) {
    const writer = `20260301T12000000${chain}Z-0a1b2c3d`;
    mkdirSync(join(folder, writer));
    let previous = NO_PREVIOUS;
    for (let sequence = 0; sequence < ENTRIES / CHAINS;) {
      const part = String(1 + sequence / PART_ENTRIES).padStart(6, '0');
      const file = createWriteStream(join(folder, writer, `${part}.jsonl`));
      const end = Math.min(ENTRIES / CHAINS, sequence + PART_ENTRIES);
      for (; sequence < end; sequence += 1) {
        const time = new Date(STARTED_AT + sequence).toISOString();
        const head = { v: 1, writer, sequence, previous, time };
        const line = JSON.stringify({ ...head, ...createBody(chain, sequence, end) });
        previous = hashEntry(line);
        if (!file.write(`${line}\n`)) await once(file, 'drain');
      }
      file.end();
      await once(file, 'finish');
    }
  }
}

function createBody(chain: number, sequence: number, end: number): Record<string, unknown> {
  if (sequence === 0) return { kind: 'chain', policyVersion: 'bench' };
  const isOpening = sequence % 2 === 1;
  if (isOpening && sequence === end - 1 && end === ENTRIES / CHAINS)
    return { kind: 'end', opened: sequence / 2, closed: sequence / 2 };
  const record = createRecord(chain, sequence - (isOpening ? 0 : 1));
  const { outcome, status, requestDigest, responseDigest, ...opened } = record;
  if (isOpening) return { kind: 'opening', record: opened };
  return { kind: 'closing', record: { ...opened, outcome, status, requestDigest, responseDigest } };
}

function createRecord(chain: number, call: number) {
  const time = new Date(STARTED_AT + call).toISOString();
  const requestId = `${hashEntry(`${chain}.${call}`).slice(0, 8)}-0000-4000-8000-${String(call).padStart(12, '0')}`;
  return {
    version: 1,
    id: `${time.replaceAll(/[-:.]/g, '')}-${requestId}`,
    requestId,
    traceId: hashEntry(requestId).slice(0, 32),
    time,
    dialect: 'vertex',
    method: 'POST',
    policyVersion: '0123456789abcdef',
    durability: 'strict',
    decision: 'allow',
    rule: 'assistants-use-gemini',
    reason: 'The assistants team may use Gemini in Europe.',
    outcome: 'answered',
    status: 200,
    identityProvider: 'entra',
    tenantId: '11111111-1111-4111-8111-111111111111',
    objectId: '22222222-2222-4222-8222-222222222222',
    applicationId: '33333333-3333-4333-8333-333333333333',
    roles: ['assistants', 'sandbox'],
    isDelegated: false,
    subscriptionId: 'assistants',
    productId: 'assistants',
    publisher: 'google',
    'gen_ai.request.model': 'gemini-2.5-pro',
    project: 'sample-project',
    location: 'europe-west4',
    'gen_ai.usage.input_tokens': 812,
    'gen_ai.usage.output_tokens': 344,
    requestBytes: 3210,
    responseBytes: 1480,
    requestDigest: `bench:${hashEntry(`request ${call}`)}`,
    responseDigest: `bench:${hashEntry(`response ${call}`)}`,
    durationInMs: 812.4,
    firstByteDurationInMs: 301.2,
  };
}
