import { generateKeyPairSync, sign } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { hashEntry, NO_PREVIOUS } from '@vertex-ai-gateway/audit-ledger/verification';
import type { RecordList } from '../../src/questions/list-records.ts';
import type { Usage } from '../../src/questions/sum-usage.ts';
import { AuditedChain, closingsIn, requestIdsOf } from './audited-chain.ts';
import { today } from './days.ts';

const APPLICATION = 'eu-analytics-app';
const MADE_UP = '20260101T000000000Z-deadbeef';
/** A number of tokens that no call of this test uses. */
const FORGED_TOKENS = 18_000_000;
const TELLING_TIMEOUT_IN_MS = 20_000;
const POLL_INTERVAL_IN_MS = 200;
/** Calls may have been made on the day before the one on which they are asked about. */
const FIRST_DAY = today();

/** The key of somebody who may write blobs, and has no key of the gateway. */
const forger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let audited: AuditedChain;

beforeAll(async () => {
  audited = await AuditedChain.start();
});

afterAll(() => audited.stop());

async function ask<Result>(application: string, question: string): Promise<Result> {
  const path = `/gateway/v1/${question}`;
  const answer = await audited.observed.call({ application, method: 'GET', path });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as Result;
}

/** Writes entries that follow an entry, and a seal by the forger's key. */
function forge(writer: string, after: { sequence: number; hash: string }, bodies: readonly object[]): string {
  let { sequence, hash } = after;
  const add = (body: object): string => {
    const time = new Date().toISOString();
    const line = JSON.stringify({ v: 1, writer, sequence: sequence + 1, previous: hash, time, ...body });
    sequence += 1;
    hash = hashEntry(line);
    return `${line}\n`;
  };
  const entries = bodies.map(add).join('');
  const sealed = Buffer.from(`${writer}.${sequence}.${hash}`);
  const value = sign('sha256', sealed, { key: forger.privateKey, dsaEncoding: 'ieee-p1363' });
  return entries + add({ kind: 'seal', value: value.toString('base64url') });
}

/** Waits until a sweep has told Application Insights of a broken chain, and returns the texts of all telemetry. */
async function untilTold(): Promise<string> {
  const deadline = Date.now() + TELLING_TIMEOUT_IN_MS;
  for (;;) {
    await audited.sweep();
    const telemetry = JSON.stringify(
      await audited.observed.chain.control('application-insights', 'GET', 'telemetry'),
    );
    if (telemetry.includes('gateway.audit.verification') || Date.now() > deadline) return telemetry;
    await pause(POLL_INTERVAL_IN_MS);
  }
}

/** The name of the first part of a chain. */
function partOf(writer: string): string {
  return `chains/${writer.slice(0, 8)}/${writer}/000001.jsonl`;
}

test('what somebody adds to a killed process’s chain, or makes up, shows in no record and no usage', async () => {
  const { chain } = audited.observed;
  const answers = await audited.call('standard', 3);
  const ids = requestIdsOf(answers);
  await audited.settled(ids);
  await chain.killFunctionApp();

  const ledger = await audited.ledger();
  const genuine = closingsIn(ledger).find(({ record }) => record?.requestId === ids[0]);
  if (!genuine) throw new Error('The call has no record.');
  const record = { ...genuine.record, revision: 1, outcome: 'failed', totalTokens: FORGED_TOKENS };
  const blobs = audited.ledgerBlobs();
  const killed = blobs.getAppendBlobClient(partOf(genuine.writer));
  const lines = (await killed.downloadToBuffer()).toString().trimEnd().split('\n');
  const head = { sequence: lines.length - 1, hash: hashEntry(lines.at(-1) ?? '') };
  const corrects = hashEntry(lines[genuine.sequence] ?? '');
  const revision = forge(genuine.writer, head, [{ kind: 'closing', record, corrects }]);
  await killed.appendBlock(revision, Buffer.byteLength(revision));

  const sealKey = forger.publicKey.export({ format: 'jwk' });
  const recovered = { writer: genuine.writer, sequence: genuine.sequence - 1, hash: 'a'.repeat(64) };
  const madeUp = forge(MADE_UP, { sequence: -1, hash: NO_PREVIOUS }, [
    { kind: 'chain', policyVersion: 'v1', sealKey },
    { kind: 'closing', record, recovered },
  ]);
  const blob = blobs.getAppendBlobClient(partOf(MADE_UP));
  await blob.create();
  await blob.appendBlock(madeUp, Buffer.byteLength(madeUp));

  await chain.restartFunctionApp();
  const telemetry = await untilTold();
  expect(telemetry).toContain('"problem":"unsealed"');
  expect(telemetry).not.toContain(String(FORGED_TOKENS));
  const { records } = await ask<RecordList>('auditor-app', `audit?limit=200&from=${FIRST_DAY}`);
  const shown = records.filter(({ requestId }) => ids.includes(requestId));
  expect(shown.map(({ requestId }) => requestId).toSorted()).toEqual(ids.toSorted());
  for (const { outcome, revision: shownRevision } of shown)
    expect([outcome, shownRevision]).toEqual(['answered', undefined]);
  const { total } = await ask<Usage>(APPLICATION, `usage?from=${FIRST_DAY}`);
  expect(total).toMatchObject({ calls: 3, outcomes: { answered: 3 } });
  expect(total.totalTokens).toBeLessThan(FORGED_TOKENS);

  const report = await audited.verify();
  expect(report.isIntact).toBe(false);
});
