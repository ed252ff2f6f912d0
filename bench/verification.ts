import { execFile } from 'node:child_process';
import { constants, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { createSealKey } from '@vertex-ai-gateway/audit-ledger/keys';
import {
  createFolderLedger,
  hashEntry,
  NO_PREVIOUS,
  signedText,
  type VerificationReport,
  verifyLedger,
} from '@vertex-ai-gateway/audit-ledger/verification';

const ENTRIES = 1_000_000;
/** The chains of a day of a busy gateway: one instance and three short ones. */
const CHAINS = 4;
/** The entries of one blob; a blob has at most 50,000 blocks, of some entries each. */
const PART_ENTRIES = 100_000;
/** The entries of a block: two calls, and the seal. */
const BLOCK_ENTRIES = 5;
/** The entries of a chain before its first call: its beginning, the signature that founds it, and a seal. */
const BEGINNING_ENTRIES = 3;
const WRITERS = Array.from({ length: CHAINS }, (_, chain) => `20260301T12000000${chain}Z-0a1b2c3d`);
const LIMIT_IN_SECONDS = 60;
const LIMIT_IN_MB = 300;
/** The options of `npm run audit:verify`. Few objects live long, so a larger space for new objects would only hold garbage. */
const NODE_OPTIONS = ['--max-semi-space-size=4'];
const STARTED_AT = Date.UTC(2026, 2, 1, 12);

/** The report of the verifying process about itself. */
interface Measured {
  readonly seconds: number;
  readonly peakInMb: number;
  readonly report: Pick<VerificationReport, 'findingCount' | 'entries' | 'bytes'>;
}

const auditKey = generateKeyPairSync('rsa', { modulusLength: 3072 });
const sealKey = createSealKey();

const { values } = parseArgs({ options: { verify: { type: 'string' }, key: { type: 'string' } } });
await (values.verify === undefined ? measure() : verifyFolder(values.verify, values.key ?? ''));

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'verification-'));
  try {
    await writeLedger(folder);
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...NODE_OPTIONS,
      import.meta.filename,
      '--verify',
      folder,
      '--key',
      JSON.stringify(auditKey.publicKey.export({ format: 'jwk' })),
    ]);
    const { seconds, peakInMb, report } = JSON.parse(stdout) as Measured;
    const { entries, bytes, findingCount } = report;
    console.log(`Node ${process.version}; ${entries.toLocaleString('en')} entries in ${CHAINS} chains.`);
    console.log(`${(bytes / 1_048_576).toFixed(0).padStart(10)} MB read`);
    console.log(`${seconds.toFixed(1).padStart(10)} s (limit ${LIMIT_IN_SECONDS})`);
    console.log(`${peakInMb.toFixed(0).padStart(10)} MB of memory at most (limit ${LIMIT_IN_MB})`);
    console.log(
      `${Math.round(entries / seconds)
        .toLocaleString('en')
        .padStart(10)} entries/s`,
    );
    if (findingCount > 0 || seconds >= LIMIT_IN_SECONDS || peakInMb >= LIMIT_IN_MB) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function verifyFolder(folder: string, key: string): Promise<void> {
  const publicKey = JSON.parse(key) as JsonWebKey;
  const start = performance.now();
  const report = await verifyLedger(
    createFolderLedger(folder),
    { publicKeys: () => Promise.resolve(publicKey) },
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

/** Writes sealed chains whose calls are all strict, with opening and closing entries of a realistic size. */
async function writeLedger(folder: string): Promise<void> {
  for (const [chain, writer] of WRITERS.entries()) {
    const ofChain = join(folder, 'chains', writer.slice(0, 8), writer);
    mkdirSync(ofChain, { recursive: true });
    let previous = NO_PREVIOUS;
    for (let sequence = 0; sequence < ENTRIES / CHAINS;) {
      const part = String(1 + sequence / PART_ENTRIES).padStart(6, '0');
      const file = createWriteStream(join(ofChain, `${part}.jsonl`));
      const end = Math.min(ENTRIES / CHAINS, sequence + PART_ENTRIES);
      for (; sequence < end; sequence += 1) {
        const time = new Date(STARTED_AT + sequence).toISOString();
        const head = { v: 1, writer, sequence, previous, time };
        const line = JSON.stringify({ ...head, ...createBody(chain, head) });
        previous = hashEntry(line);
        if (!file.write(`${line}\n`)) await once(file, 'drain');
      }
      file.end();
      await once(file, 'finish');
    }
  }
}

function createBody(
  chain: number,
  {
    writer,
    sequence,
    previous,
  }: { readonly writer: string; readonly sequence: number; readonly previous: string },
): Record<string, unknown> {
  const left = ENTRIES / CHAINS - sequence;
  const inBlock = (sequence - BEGINNING_ENTRIES) % BLOCK_ENTRIES;
  const before = signedText(writer, { sequence: sequence - 1, hash: previous });
  if (sequence === 0) return { kind: 'chain', policyVersion: 'bench', sealKey: sealKey.publicKey };
  if (sequence === 1) return createCheckpoint(before, previous);
  if (left === 2) return { kind: 'end', opened: sequence, closed: sequence };
  if (left === 1 || sequence === 2 || inBlock === BLOCK_ENTRIES - 1)
    return { kind: 'seal', value: sealKey.sign(before) };
  const isOpening = inBlock % 2 === 0;
  const record = createRecord(chain, sequence - (isOpening ? 0 : 1));
  const { outcome, status, requestDigest, responseDigest, ...opened } = record;
  if (isOpening) return { kind: 'opening', record: opened };
  return { kind: 'closing', record: { ...opened, outcome, status, requestDigest, responseDigest } };
}

/** Makes a checkpoint that signs the first entry. */
function createCheckpoint(signed: string, hash: string): Record<string, unknown> {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  const key = { key: auditKey.privateKey, padding, saltLength };
  const value = sign('sha256', Buffer.from(signed), key).toString('base64url');
  const shipped = { sequence: -1, refused: 0 };
  const signature = { keyId: 'bench', algorithm: 'PS256', sequence: 0, hash, value };
  return { kind: 'checkpoint', shipped, opened: 0, closed: 0, signature };
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
    'gen_ai.request.model': 'gemini-3.1-pro-preview',
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
