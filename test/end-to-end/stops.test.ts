import { setTimeout as pause } from 'node:timers/promises';
import { AuditedChain, CALLS, closingsIn, requestIdsOf } from './audited-chain.ts';
import { modelPath } from './gateway-paths.ts';
import type { Answer } from './send-bytes.ts';

/** 200 calls of all kinds, mixed. */
const MIX = Array.from(
  { length: 50 },
  () => ['strict', 'strictStream', 'standard', 'standardStream'] as const,
).flat();
/** Longer than a host waits for calls to end by themselves. */
const LONG_IN_MS = 60_000;
/** Calls at 100 a second, half of them before the stop. */
const STEADY_CALLS = 200;
const STEADY_INTERVAL_IN_MS = 10;

let audited: AuditedChain;
const ids: string[] = [];

beforeAll(async () => {
  audited = await AuditedChain.start();
});

afterEach(async () => {
  const { chain } = audited.observed;
  await chain.control('vertex-ai', 'DELETE', 'faults');
  await chain.control('vertex-ai', 'DELETE', 'requests');
});

afterAll(() => audited.stop());

async function workerId(): Promise<number> {
  const { chain } = audited.observed;
  const [instance] = (await chain.control('functions-host', 'GET', 'instances')) as { processId: number }[];
  return instance?.processId ?? 0;
}

test.each([
  ['the host tells its worker to end', () => audited.observed.chain.restartFunctionApp()],
  ['the worker itself gets SIGTERM', async () => process.kill(await workerId(), 'SIGTERM')],
])(
  'when %s, 200 calls and streams are told, and what was called is what is on record',
  async (_how, stop) => {
    const { chain } = audited.observed;
    await chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: LONG_IN_MS });
    await chain.inject('vertex-ai', { path: ':generateContent', times: 1000, delayInMs: LONG_IN_MS });
    await chain.inject('vertex-ai', { path: '/Predict', times: 1000, delayInMs: LONG_IN_MS });
    const calls = MIX.map((kind) => audited.observed.call(CALLS[kind]));
    while ((await chain.requests('vertex-ai')).length < MIX.length) await pause(20);
    const stoppedId = await workerId();
    await stop();
    const answers = await Promise.all(calls);
    for (const { status, text } of answers) {
      expect([200, 503]).toContain(status);
      expect(text).toContain('INSTANCE_STOPPING');
    }
    ids.push(...requestIdsOf(answers));
    while ((await workerId()) === stoppedId) await pause(20);
  },
);

test('each of them has one record on either store, and nothing is wrong', async () => {
  const ledger = await audited.settled(ids, () => audited.sweep());
  await audited.expectOnBothStores(ids, ledger);
  await audited.expectIntact();
});

test('a worker that gets SIGTERM while calls come and go leaves none of them without a record', async () => {
  const { chain } = audited.observed;
  await chain.inject('vertex-ai', { path: ':generateContent', times: 1000, delayInMs: 100 });
  const stoppedId = await workerId();
  const call = { ...CALLS.standard, path: modelPath('generateContent', { location: 'eu' }) };
  const calls: Promise<Answer>[] = [];
  for (let made = 0; made < STEADY_CALLS; made += 1) {
    calls.push(audited.observed.call(call));
    if (made === STEADY_CALLS / 2) process.kill(stoppedId, 'SIGTERM');
    await pause(STEADY_INTERVAL_IN_MS);
  }
  const answers = await Promise.all(calls);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  while ((await workerId()) === stoppedId) await pause(20);
  const answered = answers.filter(({ status }) => status === 200);
  const ledger = await audited.settled(requestIdsOf(answered), () => audited.sweep());
  const closed = new Set(closingsIn(ledger).map(({ record }) => record?.requestId));
  expect(requestIdsOf(answered).filter((id) => !closed.has(id))).toEqual([]);
  await audited.expectIntact();
});
