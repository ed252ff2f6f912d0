import { setTimeout as pause } from 'node:timers/promises';
import { AuditedChain, CALLS, requestIdsOf } from './audited-chain.ts';
import type { Answer } from './send-bytes.ts';

const LOOK_INTERVAL_IN_MS = 20;
/** More than all requests of a test. */
const FOR_LONG = 1_000;
const KINDS = Object.keys(CALLS) as (keyof typeof CALLS)[];

let audited: AuditedChain;
const ids: string[] = [];

beforeAll(async () => {
  audited = await AuditedChain.start({ CREDENTIALS_TIMEOUT_IN_MS: '20000' });
});
afterAll(() => audited.stop());

/** One call of each kind, all at once. */
async function callEach(): Promise<Answer[]> {
  const answers = await Promise.all(KINDS.map((kind) => audited.observed.call(CALLS[kind])));
  ids.push(...requestIdsOf(answers));
  return answers;
}

function expectAnswered(answers: readonly Answer[]): void {
  const failed = answers.filter(({ status }) => status !== 200).map(({ text }) => text);
  expect(failed).toEqual([]);
}

/** Waits until the managed identity has been asked this often for a token of an API. */
async function untilAsked(resource: RegExp, count: number): Promise<void> {
  const { chain } = audited.observed;
  for (;;) {
    const asked = (await chain.requests('managed-identity')).filter(({ path }) =>
      resource.test(decodeURIComponent(path)),
    );
    if (asked.length >= count) return;
    await pause(LOOK_INTERVAL_IN_MS);
  }
}

const STORAGE = /resource=https:\/\/storage\.azure\.com/;
const GOOGLE = /resource=api:/;

test('calls made while a new instance waits for a managed identity that hangs end, told why', async () => {
  const { chain } = audited.observed;
  await chain.inject('managed-identity', { times: FOR_LONG, hang: true });
  await chain.control('managed-identity', 'DELETE', 'requests');
  await chain.restartFunctionApp();
  const strict = await audited.call('strict');
  ids.push(...requestIdsOf(strict));
  expect(strict.map(({ status, text }) => [status, text])).toEqual([
    [503, expect.stringContaining('AUDIT_LEDGER_UNAVAILABLE')],
  ]);
});

test('the next calls after its return are answered, though requests for tokens still hang', async () => {
  const { chain } = audited.observed;
  await chain.control('managed-identity', 'DELETE', 'requests');
  const waiting = callEach();
  // These requests are never answered.
  await untilAsked(STORAGE, 1);
  await untilAsked(GOOGLE, 1);
  await chain.control('managed-identity', 'DELETE', 'faults');
  const answers = await callEach();
  expectAnswered(answers);
  // The calls that were waiting get what the next ones got.
  expectAnswered(await waiting);
});

test('each of these calls is on record once, and nothing is wrong', async () => {
  const ledger = await audited.settled(ids, () => audited.sweep());
  await audited.expectOnBothStores(ids, ledger);
  await audited.expectIntact();
});
