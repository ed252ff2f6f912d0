import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import { type RunningChain, startChain } from '../support/chain.ts';
import { StoredAudit } from '../support/stored-audit.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { PREDICT_BODY } from './sample-calls.ts';
import { governanceFolder } from '../support/governance-folder.ts';

const ROOT = resolve(__dirname, '../..');
const PROMPT = 'the-prompt-of-a-person';
const STRICT = `
  - id: assistants-on-record
    reason: Tests.
    roles: [Assistants.Use]
    entries: [gemini-3.5-flash]
    operations: [streamGenerateContent]
    durability: strict
`;
const CONTENTS = `
contents:
  - id: keep-prompts
    reason: Tests.
    entries: [gemini-3.5-flash]
    parts: [request, response]
`;

let chain: RunningChain;
let stored: StoredAudit;
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'content-'));
  const governance = join(scratch, 'governance');
  cpSync(governanceFolder(), governance, { recursive: true });
  const file = join(governance, 'access.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8').replace('grants:\n', `grants:${STRICT}`)}${CONTENTS}`);
  chain = await startChain();
  await chain.restartFunctionApp({ GOVERNANCE_DIRECTORY: governance });
  stored = new StoredAudit(chain.environment);
});
afterAll(async () => {
  stored.close();
  await chain.stop();
  rmSync(scratch, { recursive: true });
});

interface Kept {
  readonly record: AuditRecord;
  readonly body: string;
  readonly answer: string;
}

/** A call with its record. */
async function call(application: string, prompt: string): Promise<Kept> {
  const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: prompt }] }] });
  const response = await chain.call(modelPath('generateContent'), { application, method: 'POST', body });
  const answer = await response.text();
  expect(response.status).toBe(200);
  const requestId = response.headers.get('x-request-id');
  const [record = {}] = await chain.auditRecords((one) => one.requestId === requestId);
  return { record, body, answer };
}

interface Output {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(script: string, ...flags: string[]): Promise<Output> {
  const file = join(scratch, 'environment.json');
  writeFileSync(file, JSON.stringify(chain.environment), { mode: 0o600 });
  const command = [join(ROOT, 'scripts/audit', script), '--environment-file', file, ...flags];
  return promisify(execFile)(process.execPath, command).then(
    ({ stdout: out, stderr: err }) => ({ code: 0, out, err }),
    (error: unknown) => {
      const { code, stdout: out, stderr: err } = error as { code: number; stdout: string; stderr: string };
      return { code, out, err };
    },
  );
}

async function contentOf({ record }: Kept): Promise<unknown> {
  const { out } = await run('content.ts', String(record.id), '--json');
  return JSON.parse(out);
}

/** The members of a proof of erasure that tests read. */
interface Proof {
  readonly subject: string;
  readonly erasure: { readonly writer: string };
  readonly erased: { readonly writer: string };
}

async function kindsOf(chain: string): Promise<unknown[]> {
  const entries = await stored.entries();
  return entries.filter(({ writer }) => writer === chain).map(({ kind }) => kind);
}

async function namesOf(subject: string): Promise<string[]> {
  const [keys, contents] = await Promise.all([stored.texts('audit-subjects'), stored.texts('audit-content')]);
  return [...keys.keys(), ...contents.keys()].filter((name) => name.startsWith(subject));
}

function objectIdOf({ record }: Kept): string {
  return String(record.objectId);
}

test('content that a rule asks for is kept encrypted, and an auditor can read it', async () => {
  const kept = await call('assistants-app', PROMPT);
  const reference = JSON.parse(String(kept.record.content)) as Record<string, string>;
  const sealed = (await stored.texts('audit-content')).get(reference.blob ?? '') ?? '';
  expect(createHash('sha256').update(sealed).digest('hex')).toBe(reference.sha256);
  expect(sealed).not.toContain(PROMPT);
  expect(await contentOf(kept)).toEqual({
    recordId: kept.record.id,
    request: { bytes: kept.body.length, isTruncated: false, encoding: 'utf8', content: kept.body },
    response: {
      bytes: Buffer.byteLength(kept.answer),
      isTruncated: false,
      encoding: 'utf8',
      content: kept.answer,
    },
  });
  const { out } = await run('content.ts', String(kept.record.id));
  expect(out).toContain(PROMPT);
});

test('content of a strict stream is stored when its last part arrives', async () => {
  const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'strict-prompt' }] }] });
  const path = modelPath('streamGenerateContent?alt=sse');
  const response = await chain.call(path, { application: 'assistants-app', method: 'POST', body });
  const answer = await response.text();
  const requestId = response.headers.get('x-request-id') ?? '';
  const blobs = await stored.texts('audit-content');
  expect([...blobs.keys()].filter((name) => name.includes(requestId))).toHaveLength(1);
  const [record = {}] = await chain.auditRecords((one) => one.requestId === requestId);
  expect(record).toMatchObject({ durability: 'strict', outcome: 'answered' });
  expect(await contentOf({ record, body, answer })).toMatchObject({
    request: { content: body },
    response: { content: answer },
  });
});

test('content is nowhere but in the encrypted blobs', async () => {
  const telemetry = JSON.stringify(await chain.control('application-insights', 'GET', 'telemetry'));
  const blobs = await Promise.all(
    ['audit-ledger', 'audit-state', 'audit-subjects', 'audit-content'].map((name) => stored.texts(name)),
  );
  const everything = [telemetry, chain.printed, ...blobs.flatMap((texts) => [...texts.values()])];
  expect(everything.filter((text) => text.includes(PROMPT) || text.includes('strict-prompt'))).toEqual([]);
});

test('without --yes an erasure only says what it would erase', async () => {
  const kept = await call('assistants-app', PROMPT);
  const flags = ['--subject', `entra/${objectIdOf(kept)}`, '--reason', 'Asked for erasure'];
  const { code, out } = await run('erase.ts', ...flags);
  expect(code).toBe(0);
  expect(out).toContain('Nothing is erased yet');
  expect(await contentOf(kept)).toMatchObject({ request: { content: kept.body } });
});

test('an erased subject’s content is gone, with proof, and that of others stays', async () => {
  const gone = await call('assistants-app', PROMPT);
  const other = await call('okta-app', 'the-prompt-of-another');
  const proofFile = join(scratch, 'proof.json');
  const flags = ['--subject', `entra/${objectIdOf(gone)}`, '--reason', 'Asked for erasure'];
  const { code, out, err } = await run('erase.ts', ...flags, '--proof', proofFile, '--yes');
  expect({ code, err, out }).toMatchObject({ code: 0, err: '' });
  expect(out).toContain('neither the key nor any content is there');
  const proof = JSON.parse(readFileSync(proofFile, 'utf8')) as Proof;
  expect(proof).toMatchObject({
    version: 2,
    isGone: true,
    reason: 'Asked for erasure',
    deleted: { key: true },
    ledger: { isIntact: true, findings: [] },
    erased: { signature: { algorithm: 'PS256' } },
  });
  expect(await kindsOf(proof.erasure.writer)).toEqual(['chain', 'erasure', 'checkpoint', 'end', 'seal']);
  expect(await kindsOf(proof.erased.writer)).toEqual(['chain', 'erased', 'checkpoint', 'end', 'seal']);
  const { subject } = proof;
  expect(await namesOf(subject)).toEqual([]);

  const read = await run('content.ts', String(gone.record.id));
  expect(read).toMatchObject({ code: 1, err: '' });
  expect(read.out).toContain('It was erased');
  expect(await contentOf(other)).toMatchObject({ request: { content: other.body } });
  expect(await run('verify.ts')).toMatchObject({ code: 0 });
});

test('an erasure that the audit key cannot sign deletes nothing, and the next one finishes it', async () => {
  // An instance uses an erased key for a minute.
  await chain.restartFunctionApp();
  const kept = await call('assistants-app', PROMPT);
  const subject = ['--subject', `entra/${objectIdOf(kept)}`];
  const flags = [...subject, '--reason', 'Asked for erasure', '--yes'];
  await chain.inject('key-vault', { status: 503, times: 1000 });
  const failed = await run('erase.ts', ...flags);
  await chain.clear();
  expect(failed).toMatchObject({ code: 2 });
  expect(failed.err).toContain('The audit key cannot sign, and nothing goes on');
  expect(await contentOf(kept)).toMatchObject({ request: { content: kept.body } });
  const finished = await run('erase.ts', ...flags);
  expect(finished).toMatchObject({ code: 0, err: '' });
  expect(finished.out).toContain('The ledger still verifies');
  const again = await run('erase.ts', ...subject, '--reason', 'Asked again', '--yes');
  expect(again).toMatchObject({ code: 0, err: '' });
  expect(again.out).toContain('Erased: no key and the contents of 0 calls.');
});

test.each([
  [
    'a subject without content',
    ['--subject', 'entra/nobody', '--reason', 'r', '--yes'],
    1,
    'Nothing is kept',
  ],
  ['a subject without a provider', ['--subject', 'nobody', '--reason', 'r'], 2, '--subject must be'],
  ['no reason', ['--subject', 'entra/nobody', '--reason', ' '], 2, '--reason must be'],
  ['an unknown option', ['--subjects', 'entra/nobody'], 2, 'Usage: npm run audit:erase'],
])('an erasure of %s is refused in plain words', async (_, flags, code, sentence) => {
  const { out, err, ...ended } = await run('erase.ts', ...flags);
  expect(ended).toEqual({ code });
  expect(`${out}${err}`).toContain(sentence);
});

test('a call without a content rule leaves nothing but its record', async () => {
  const response = await chain.call(PREDICT_PATH, {
    application: 'scoring-app',
    method: 'POST',
    body: PREDICT_BODY,
  });
  const requestId = response.headers.get('x-request-id');
  const [record = {}] = await chain.auditRecords((one) => one.requestId === requestId);
  expect(record).not.toHaveProperty('content');
  const { code, out } = await run('content.ts', String(record.id));
  expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('Nothing was kept') as string });
});

test('a call is answered and on record though the key service is down, without content', async () => {
  await chain.restartFunctionApp();
  await chain.inject('key-vault', { status: 503, times: 1000 });
  const { record } = await call('assistants-app', PROMPT);
  expect(record).toMatchObject({ outcome: 'answered', requestDigest: expect.any(String) as string });
  expect(record).not.toHaveProperty('content');
  await chain.clear();
});

test('an id of no record is refused in plain words', async () => {
  expect((await run('content.ts', 'nonsense')).err).toContain('Name one record by its id');
  const id = '20260101T000000000Z-5f0c2b1e-8a4d-4c3b-9e21-7d6a5b4c3f2e';
  expect((await run('content.ts', id)).err).toContain('The ledger has no record of this id.');
});
