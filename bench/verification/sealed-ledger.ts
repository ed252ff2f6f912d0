import { constants, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { createSealKey } from '@vertex-ai-gateway/audit-ledger/keys';
import { hashEntry, NO_PREVIOUS, sealedText, signedText } from '@vertex-ai-gateway/audit-ledger/verification';

/** The chains of a day of a busy gateway: one instance and three short ones. */
export const CHAINS = 4;
/** The time of the first entries. */
export const STARTED_AT = Date.UTC(2026, 2, 1, 12);

/** The entries of one blob; a blob has at most 50,000 blocks, of some entries each. */
const PART_ENTRIES = 100_000;
/** The entries of a block: two calls, and the seal. */
const BLOCK_ENTRIES = 5;
/** The entries of a chain before its first call: its beginning, the signature that founds it, and a seal. */
const BEGINNING_ENTRIES = 3;
const WRITERS = Array.from({ length: CHAINS }, (_, chain) => `20260301T12000000${chain}Z-0a1b2c3d`);

const auditKey = generateKeyPairSync('rsa', { modulusLength: 3072 });
const sealKey = createSealKey();

/** The public half of the key that signs the ledgers. */
export const AUDIT_PUBLIC_KEY: JsonWebKey = auditKey.publicKey.export({ format: 'jwk' });

/**
 * Writes sealed chains whose calls are all strict, with opening and closing entries of a realistic size.
 * @param count the entries of each chain.
 */
export async function writeLedger(folder: string, count: number): Promise<void> {
  for (const [chain, writer] of WRITERS.entries()) {
    const ofChain = join(folder, 'chains', writer.slice(0, 8), writer);
    mkdirSync(ofChain, { recursive: true });
    let previous = NO_PREVIOUS;
    for (let sequence = 0; sequence < count;) {
      const part = String(1 + Math.floor(sequence / PART_ENTRIES)).padStart(6, '0');
      const file = createWriteStream(join(ofChain, `${part}.jsonl`));
      // A part ends with a whole block.
      const left = count - sequence;
      const whole = PART_ENTRIES + (sequence === 0 ? BEGINNING_ENTRIES : 0);
      const end = sequence + Math.min(left, whole);
      for (; sequence < end; sequence += 1) {
        const time = new Date(STARTED_AT + sequence).toISOString();
        const head = { v: 1, writer, sequence, previous, time };
        const line = JSON.stringify({ ...head, ...createBody(chain, head, count - sequence) });
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
  head: {
    readonly writer: string;
    readonly sequence: number;
    readonly previous: string;
    readonly time: string;
  },
  left: number,
): Record<string, unknown> {
  const { writer, sequence, previous } = head;
  const inBlock = (sequence - BEGINNING_ENTRIES) % BLOCK_ENTRIES;
  const before = signedText(writer, { sequence: sequence - 1, hash: previous });
  if (sequence === 0) return { kind: 'chain', policyVersion: 'bench', sealKey: sealKey.publicKey };
  if (sequence === 1) return createCheckpoint(before, previous);
  if (left === 2) return { kind: 'end', opened: sequence, closed: sequence };
  if (left === 1 || sequence === 2 || inBlock === BLOCK_ENTRIES - 1)
    return { kind: 'seal', value: sealKey.sign(sealedText(writer, head)) };
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
