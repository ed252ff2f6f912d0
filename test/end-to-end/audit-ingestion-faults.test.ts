import { setTimeout as pause } from 'node:timers/promises';
import { hashEntry } from '@vertex-ai-gateway/audit-ledger/verification';
import type { Fault } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { AuditedChain, closingsIn, requestIdsOf } from './audited-chain.ts';
import type { Answer } from './send-bytes.ts';

const FOR_GOOD = 100_000;
const TRACK = '/track';
const POLL_INTERVAL_IN_MS = 20;

let audited: AuditedChain;
const recorded: string[] = [];

beforeAll(async () => {
  audited = await AuditedChain.start({ AUDIT_LEDGER_TIMEOUT_IN_MS: '2000' });
});

afterAll(() => audited.stop());

async function callAll(count: number): Promise<Answer[]> {
  const answers = await Promise.all([audited.call('strict', count), audited.call('standard', count)]);
  recorded.push(...requestIdsOf(answers.flat()));
  return answers.flat();
}

async function expectUnharmed(answers: readonly Answer[]): Promise<void> {
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  await audited.expectOnBothStores(recorded, await audited.settled(recorded));
}

function breakIngestion(fault: Fault): Promise<unknown> {
  return audited.observed.chain.inject('application-insights', { path: TRACK, ...fault });
}

test.each<[string, Fault]>([
  ['refuses everything with 400', { status: 400, body: { itemsReceived: 1, itemsAccepted: 0, errors: [] } }],
  ['finds everything too large', { status: 413 }],
  ['throttles and says for how long', { status: 429, headers: { 'retry-after': '1' } }],
  ['fails', { status: 500 }],
  ['is over its quota', { status: 402 }],
  ['drops connections', { reset: true }],
  ['keeps all and loses its answers', { abortAfterChunks: 0 }],
  ['answers nonsense', { status: 200, body: 'fine' }],
])('no record is lost or taken for shipped while the ingestion service %s', async (_, fault) => {
  await breakIngestion({ ...fault, times: 3 });
  await expectUnharmed(await callAll(5));
});

test('a service that hangs is given up on, and no call waits for it', async () => {
  await breakIngestion({ hang: true, times: 1 });
  const startedAt = performance.now();
  const answers = await callAll(5);
  // The hanging request lasts 10 s.
  expect(performance.now() - startedAt).toBeLessThan(8000);
  await expectUnharmed(answers);
});

test.each([500, 429])(
  'of a batch of which half is accepted the rest is sent again, refused with %i',
  async (statusCode) => {
    await audited.observed.chain.control('application-insights', 'POST', 'item-refusals', {
      every: 2,
      statusCode,
      times: 2,
    });
    await expectUnharmed(await callAll(10));
  },
);

test('until then everything is on both stores, and verification finds nothing', async () => {
  const report = await audited.expectIntact();
  expect(report.closings).toBe(recorded.length);
  expect(report.comparedRecords).toBeGreaterThanOrEqual(recorded.length);
});

test('a withheld answer is on record as withheld, in both stores', async () => {
  const { chain } = audited.observed;
  // The opening is committed; the closing is not, for longer than the call may wait.
  await chain.control('vertex-ai', 'DELETE', 'requests');
  await chain.inject('vertex-ai', { delayInMs: 2000, times: 1 });
  const pending = audited.call('strict');
  while ((await chain.requests('vertex-ai')).length === 0) await pause(POLL_INTERVAL_IN_MS);
  await chain.inject('azure-storage', { path: 'comp=appendblock', status: 503, times: FOR_GOOD });
  const [answer] = await pending;
  await chain.control('azure-storage', 'DELETE', 'faults');
  const { status, text, requestId = '' } = answer ?? {};
  expect([status, text]).toEqual([503, expect.stringContaining('"AUDIT_LEDGER_UNAVAILABLE"')]);
  expect(text).not.toContain('setosa');
  recorded.push(requestId);

  const ledger = await audited.settled(recorded);
  const closings = closingsIn(ledger).filter(({ record }) => record?.requestId === requestId);
  expect(closings.map(({ record }) => record)).toEqual([
    expect.objectContaining({ outcome: 'answered', status: 200 }),
    expect.objectContaining({
      revision: 1,
      outcome: 'failed',
      status: 503,
      code: 'AUDIT_LEDGER_UNAVAILABLE',
    }),
  ]);
  const [closing, correction] = closings;
  expect(correction?.corrects).toBe(hashEntry(JSON.stringify(closing)));
  const shipped = await chain.auditRecords((record) => record.requestId === requestId, 2);
  expect(shipped.map(({ revision, outcome }) => [revision, outcome])).toEqual(
    expect.arrayContaining([
      [undefined, 'answered'],
      [expect.anything(), 'failed'],
    ]),
  );
  await audited.expectIntact();
});

test('a strict stream has its record in the ledger before its last byte goes out', async () => {
  const { chain } = audited.observed;
  const committedFor = 700;
  await chain.inject('azure-storage', { path: 'comp=appendblock', delayInMs: committedFor, times: FOR_GOOD });
  // Events that come together are one part.
  await chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 200 });
  const [answer] = await audited.call('strictStream');
  await chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 2 });
  const atTheEnd = closingsIn(await audited.ledger()).map(({ record }) => record?.requestId);
  await chain.control('azure-storage', 'DELETE', 'faults');
  if (!answer) throw new Error('There is an answer.');
  recorded.push(answer.requestId);
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('"finishReason":"STOP"');
  expect(atTheEnd).toContain(answer.requestId);
  // The last part was held back for as long as the append lasted; the one before it was not.
  const [before = 0, last = 0] = answer.arrivals.slice(-2);
  expect(last - before).toBeGreaterThan(committedFor / 2);
  await audited.expectOnBothStores(recorded, await audited.settled(recorded));
});
