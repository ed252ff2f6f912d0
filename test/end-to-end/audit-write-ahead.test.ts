import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AuditedChain, CALLS, closingsIn, requestIdsOf } from './audited-chain.ts';
import type { Answer } from './send-bytes.ts';

/** The ledger's container is away: it takes nothing and gives nothing. */
const AWAY = { path: '/audit-ledger', status: 503, body: { code: 'ServerBusy' }, times: 100_000 };
const AWAY_FOR_IN_MS = 6_000;
/** Calls are made for this long while the ledger is away. From 5 s on no call is let in. */
const CALLS_FOR_IN_MS = 3_000;
const CALLS_AT_ONCE = 10;
const CALL_INTERVAL_IN_MS = 80;
/** More than the 250 ms after which an entry is in the write-ahead file. */
const UNTIL_KEPT_IN_MS = 600;
const STRICT_TIMEOUT_IN_MS = 1_000;
/** Long enough that storage goes away while a call is at Vertex AI. */
const VERTEX_DELAY_IN_MS = 2_000;
const POLL_INTERVAL_IN_MS = 20;

let audited: AuditedChain;
/** The request ids of calls that must have exactly one record. */
const recorded: string[] = [];

beforeAll(async () => {
  audited = await AuditedChain.start({ AUDIT_LEDGER_TIMEOUT_IN_MS: String(STRICT_TIMEOUT_IN_MS) });
});

afterAll(() => audited.stop());

async function workerId(): Promise<number> {
  const { chain } = audited.observed;
  const [instance] = (await chain.control('functions-host', 'GET', 'instances')) as { processId: number }[];
  return instance?.processId ?? 0;
}

async function mendLedger(): Promise<void> {
  await audited.observed.chain.control('azure-storage', 'DELETE', 'faults');
}

/** Makes calls while the ledger is away. Standard calls are answered, strict ones are refused. */
async function callWithoutLedger(): Promise<{ standard: Answer[]; strict: Answer[] }> {
  const strict = Promise.all([audited.call('strict', 3), audited.call('strictStream', 3)]);
  const startedAt = performance.now();
  const standard: Answer[] = [];
  while (performance.now() - startedAt < CALLS_FOR_IN_MS) {
    standard.push(...(await audited.call('standard', CALLS_AT_ONCE)));
    await pause(CALL_INTERVAL_IN_MS);
  }
  return { standard, strict: (await strict).flat() };
}

test.each<[string, () => Promise<unknown>]>([
  ['the host tells the worker to end', () => audited.observed.chain.restartFunctionApp()],
  [
    'the worker gets SIGTERM',
    async () => {
      const stopped = await workerId();
      process.kill(stopped, 'SIGTERM');
      while ((await workerId()) === stopped) await pause(POLL_INTERVAL_IN_MS);
    },
  ],
  [
    'the process is killed',
    async () => {
      await pause(UNTIL_KEPT_IN_MS);
      await audited.observed.chain.killFunctionApp();
      await audited.observed.chain.restartFunctionApp();
    },
  ],
])(
  'when the ledger is away for six seconds and %s in between, each answered call has exactly one record',
  async (_, end) => {
    const { chain } = audited.observed;
    recorded.push(
      ...requestIdsOf([...(await audited.call('standard', 3)), ...(await audited.call('strict'))]),
    );
    await chain.inject('azure-storage', AWAY);
    const startedAt = performance.now();
    const { standard, strict } = await callWithoutLedger();
    await end();
    await pause(Math.max(0, AWAY_FOR_IN_MS - (performance.now() - startedAt)));
    await mendLedger();

    expect(new Set(standard.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(strict.map(({ status }) => status))).toEqual(new Set([503]));
    expect(standard.length).toBeGreaterThanOrEqual(3 * CALLS_AT_ONCE);
    recorded.push(...requestIdsOf([...standard, ...strict]));
    const ledger = await audited.settled(recorded, () => audited.sweep());
    await audited.expectOnBothStores(recorded, ledger);
    expect(closingsIn(ledger).filter(({ recovered }) => recovered !== undefined)).toEqual([]);
  },
);

test('a process that starts and is killed while the ledger is away leaves a whole chain, which its successor begins', async () => {
  const { chain } = audited.observed;
  await chain.inject('azure-storage', AWAY);
  await chain.restartFunctionApp();
  const answers = await audited.call('standard', CALLS_AT_ONCE);
  await pause(UNTIL_KEPT_IN_MS);
  // The first signature of the chain has come by then, without which nobody would believe it.
  answers.push(...(await audited.call('standard', CALLS_AT_ONCE)));
  await pause(UNTIL_KEPT_IN_MS);
  await chain.killFunctionApp();
  await mendLedger();
  await chain.restartFunctionApp();
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  recorded.push(...requestIdsOf(answers));
  const ledger = await audited.settled(recorded, () => audited.sweep());
  await audited.expectOnBothStores(recorded, ledger);
});

test('a strict call that the sweep has closed for a lost process keeps the closing that was on the disk, which counts', async () => {
  const { chain } = audited.observed;
  await chain.control('vertex-ai', 'DELETE', 'requests');
  await chain.inject('vertex-ai', { path: '/Predict', delayInMs: VERTEX_DELAY_IN_MS });
  const calling = audited.call('strict');
  while ((await chain.requests('vertex-ai')).length === 0) await pause(POLL_INTERVAL_IN_MS);
  await chain.inject('azure-storage', AWAY);
  const [answer] = await calling;
  // The record could not be committed, so the answer was withheld.
  expect(answer?.status).toBe(503);
  await pause(UNTIL_KEPT_IN_MS);
  await chain.killFunctionApp();
  await mendLedger();
  await chain.restartFunctionApp();
  const id = answer?.requestId ?? '';
  const closings = async () =>
    closingsIn(await audited.ledger()).filter(({ record }) => record?.requestId === id);
  // The sweep of the next process comes before the recovery.
  while ((await closings()).length === 0) await audited.sweep();
  expect(await closings()).toEqual([
    expect.objectContaining({ recovered: expect.anything() as unknown }) as unknown,
  ]);
  const own = async () => (await closings()).filter(({ recovered }) => recovered === undefined);
  // The second says that the answer of the first was withheld.
  while ((await own()).length < 2) await pause(POLL_INTERVAL_IN_MS);
  expect((await own()).map(({ record }) => record)).toMatchObject([
    { status: 200 },
    { status: 503, code: 'AUDIT_LEDGER_UNAVAILABLE', revision: 1 },
  ]);
  recorded.push(id);
  await audited.settled(recorded, () => audited.sweep());
});

test('verification finds nothing wrong with what was recovered', async () => {
  await audited.expectIntact();
});

test('calls whose records are lost, because there is no disk for them, are named by verification, and no others', async () => {
  const { chain } = audited.observed;
  // No folder can be made there.
  await chain.restartFunctionApp({ AUDIT_WRITE_AHEAD_DIRECTORY: '/dev/null/none' });
  recorded.push(...requestIdsOf(await audited.call('standard', 3)));
  await audited.settled(recorded);
  await chain.inject('azure-storage', AWAY);
  const traceIds = Array.from({ length: 5 }, () => randomBytes(16).toString('hex'));
  const answers = await Promise.all(
    traceIds.map((traceId) => {
      const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
      return audited.observed.call({ ...CALLS.standard, headers });
    }),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  await pause(UNTIL_KEPT_IN_MS);
  await chain.killFunctionApp();
  await mendLedger();
  await chain.restartFunctionApp();
  const ledger = await audited.settled(recorded, () => audited.sweep());
  const traces = closingsIn(ledger).map(({ record }) => record?.traceId);
  expect(traces.filter((traceId) => traceIds.includes(String(traceId)))).toEqual([]);
  const report = await audited.verify();
  expect(report.findings.map(({ kind }) => kind)).toEqual(traceIds.map(() => 'request-without-record'));
  expect(report.findings.map(({ traceId }) => traceId).toSorted()).toEqual(traceIds.toSorted());
});
