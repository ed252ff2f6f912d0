import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  createAuditPublicKeys,
  createSignatureCheck,
  openAuditKey,
} from '@vertex-ai-gateway/audit-ledger/keys';
import { type RunningChain, startChain } from '../support/chain.ts';
import { StoredAudit, type StoredEntry } from '../support/stored-audit.ts';
import { PREDICT_PATH } from './gateway-paths.ts';
import { PREDICT_BODY } from './sample-calls.ts';

const TIMEOUT_IN_MS = 20_000;
const POLL_INTERVAL_IN_MS = 50;

let chain: RunningChain;
let stored: StoredAudit;

beforeAll(async () => {
  chain = await startChain();
  stored = new StoredAudit(chain.environment);
});
afterAll(async () => {
  stored.close();
  await chain.stop();
});

/** The first entry that satisfies a condition; 20 s at most are waited for it. */
async function entryThat(matches: (entry: StoredEntry) => boolean): Promise<StoredEntry> {
  const deadline = Date.now() + TIMEOUT_IN_MS;
  for (;;) {
    const found = (await stored.entries()).find(matches);
    if (found) return found;
    if (Date.now() > deadline) throw new Error('There is no such entry on the ledger.');
    await pause(POLL_INTERVAL_IN_MS);
  }
}

test('digests are HMACs by a key on the chain, which the audit key unwraps', async () => {
  const answer = await chain.call(PREDICT_PATH, {
    application: 'scoring-app',
    method: 'POST',
    body: PREDICT_BODY,
  });
  const text = await answer.text();
  expect(answer.status).toBe(200);
  const requestId = answer.headers.get('x-request-id');
  const { record } = await entryThat((entry) => entry.record?.requestId === requestId);
  const { digestKeyId, keyId, wrapped } = await entryThat(({ kind }) => kind === 'key');
  const key = openAuditKey(stored.settings.AUDIT_KEY_URL ?? '', stored.credential, TIMEOUT_IN_MS);
  const secret = await key.unwrap({
    keyId: String(keyId),
    wrapped: Buffer.from(String(wrapped), 'base64url'),
  });
  const digestOf = (content: string) =>
    `${String(digestKeyId)}:${createHmac('sha256', secret).update(content).digest('hex')}`;
  expect(record).toMatchObject({
    requestDigest: digestOf(PREDICT_BODY),
    responseDigest: digestOf(text),
  });
  const [shipped] = await chain.auditRecords((one) => one.requestId === requestId);
  expect(shipped).toMatchObject({ requestDigest: digestOf(PREDICT_BODY) });
});

test('the audit key signs a chain when it begins, long before the first interval of checkpoints ends', async () => {
  const { signature, writer } = await entryThat(({ kind }) => kind === 'checkpoint');
  const { keyId, sequence, hash, value } = signature as Record<string, string>;
  const publicKeys = createAuditPublicKeys(stored.settings.AUDIT_KEY_URL ?? '', () => stored.credential);
  const signed = `${writer}.${String(sequence)}.${hash ?? ''}`;
  expect(await createSignatureCheck(publicKeys)(keyId ?? '', signed, value ?? '')).toBe(true);
});
