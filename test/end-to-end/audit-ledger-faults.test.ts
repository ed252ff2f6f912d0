import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { AuditedChain, CALLS, openingsIn, requestIdsOf } from './audited-chain.ts';
import { modelPath } from './gateway-paths.ts';
import type { Answer } from './send-bytes.ts';

/** The time that a strict call waits for a ledger that takes nothing. */
const TIMEOUT_IN_MS = 1000;
/** The time that a strict call may wait for a ledger that takes its entries in the end: no busy machine is slower. */
const LONG_TIMEOUT_IN_MS = 30_000;
/** Standard calls don't wait for an unreachable ledger; the bound allows for a busy machine. */
const BOUND_IN_MS = 4000;
const PENDING_BYTES = 65_536;
/** The time without the ledger after which no call is let in. */
const STALL_IN_MS = 5_000;
const CALL_INTERVAL_IN_MS = 400;
const FOR_GOOD = 100_000;
const APPEND = 'comp=appendblock';

let audited: AuditedChain;
/** The request ids of calls that must be in the ledger. */
const recorded: string[] = [];

beforeAll(async () => {
  audited = await AuditedChain.start({
    AUDIT_LEDGER_TIMEOUT_IN_MS: String(LONG_TIMEOUT_IN_MS),
    AUDIT_PENDING_BYTES: String(PENDING_BYTES),
  });
});

beforeEach(() => audited.observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => audited.stop());

function note(answers: readonly Answer[]): void {
  recorded.push(...requestIdsOf(answers));
}

async function breakLedger(fault: Fault): Promise<void> {
  await audited.observed.chain.inject('azure-storage', { path: APPEND, times: FOR_GOOD, ...fault });
}

async function mendLedger(): Promise<void> {
  await audited.observed.chain.control('azure-storage', 'DELETE', 'faults');
}

/** Expects every call so far on the ledger, each once, and no other. */
async function expectAllOnLedger(): Promise<void> {
  const ledger = await audited.settled(recorded);
  await audited.expectOnBothStores(recorded, ledger);
}

test('a slow ledger makes strict calls slower, and no others', async () => {
  await breakLedger({ delayInMs: TIMEOUT_IN_MS / 4 });
  const answers = [...(await audited.call('strict', 5)), ...(await audited.call('standard', 5))];
  await mendLedger();
  note(answers);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  await expectAllOnLedger();
});

test('an append whose answer is lost is found, and not made twice', async () => {
  await breakLedger({ abortAfterChunks: 0, times: 1 });
  const answers = await audited.call('strict', 3);
  note(answers);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await expectAllOnLedger();
});

test.each<[string, Fault]>([
  ['full of blocks', { status: 409, body: { code: 'BlockCountExceedsLimit' } }],
  ['sealed', { status: 409, body: { code: 'BlobIsSealed' } }],
  ['longer than its writer knows', { status: 412, body: { code: 'AppendPositionConditionNotMet' } }],
])('a part that is %s is followed by the next, and the chain goes on', async (_, fault) => {
  await breakLedger({ ...fault, times: 1 });
  const answers = await audited.call('strict', 3);
  note(answers);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await expectAllOnLedger();
});

test('a strict call waits for a ledger that takes nothing for as long as the setting says', async () => {
  await audited.observed.chain.restartFunctionApp({ AUDIT_LEDGER_TIMEOUT_IN_MS: String(TIMEOUT_IN_MS) });
  await breakLedger({ hang: true });
  const startedAt = performance.now();
  const strict = await audited.call('strict');
  const waitedInMs = performance.now() - startedAt;
  await mendLedger();
  note(strict);
  expect(strict.map(({ status }) => status)).toEqual([503]);
  expect(waitedInMs).toBeGreaterThan(TIMEOUT_IN_MS);
  expect(waitedInMs).toBeLessThan(LONG_TIMEOUT_IN_MS);
  await expectAllOnLedger();
});

test.each<[string, Fault]>([
  ['is down', { status: 503, body: { code: 'ServerBusy' } }],
  ['drops its connections', { reset: true }],
  ['does not answer', { hang: true }],
  ['answers too late', { delayInMs: 3 * TIMEOUT_IN_MS }],
  ['carries out appends and loses each answer', { abortAfterChunks: 0 }],
  ['is in conflict', { status: 409, body: { code: 'BlobImmutableDueToPolicy' } }],
  ['takes no block anywhere', { status: 409, body: { code: 'BlockCountExceedsLimit' } }],
  ['finds no blob where it should end', { status: 412, body: { code: 'AppendPositionConditionNotMet' } }],
  ['has no space left', { status: 403, body: { code: 'AccountQuotaExceeded' } }],
  ['is full', { status: 507, body: { code: 'InsufficientStorage' } }],
])('a ledger that %s stops strict calls before Google, and no others', async (_, fault) => {
  await breakLedger(fault);

  const startedAt = performance.now();
  const standard = await audited.call('standard', 2);
  expect(standard.map(({ status }) => status)).toEqual([200, 200]);
  expect(performance.now() - startedAt).toBeLessThan(BOUND_IN_MS);
  await audited.observed.chain.control('vertex-ai', 'DELETE', 'requests');
  const strict = [...(await audited.call('strict', 2)), ...(await audited.call('strictStream'))];
  const reached = await audited.observed.chain.requests('vertex-ai');
  await mendLedger();

  note([...standard, ...strict]);
  expect(strict.map(({ status }) => status)).toEqual([503, 503, 503]);
  for (const { text } of strict) expect(text).toContain('The audit ledger cannot be written');
  expect(reached).toEqual([]);
  await expectAllOnLedger();
});

test('a ledger that no token can be got for stops strict calls before Google, and is written when the identity is back', async () => {
  const { chain } = audited.observed;
  await chain.restartFunctionApp();
  // Everything but the ledger has its tokens by then.
  await chain.inject('managed-identity', { path: 'storage', hang: true, times: FOR_GOOD });
  const answers = [...(await audited.call('standard', 2)), ...(await audited.call('strict', 2))];
  await chain.control('managed-identity', 'DELETE', 'faults');
  note(answers);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 503, 503]);
  await expectAllOnLedger();
});

test('a strict call that the ledger refuses is told so in the words of its own client', async () => {
  await breakLedger({ status: 503 });
  const openai = await audited.observed.call({
    application: 'assistants-app',
    path: '/openai/v1/chat/completions',
    body: JSON.stringify({ model: 'gemini-3.5-flash', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  const anthropic = await audited.observed.call({
    application: 'assistants-app',
    path: '/anthropic/v1/messages',
    body: JSON.stringify({
      model: 'claude-sonnet-5-5',
      max_tokens: 16,
      messages: [{ role: 'user', content: 'Hello' }],
    }),
  });
  const vertex = await audited.observed.call({ ...CALLS.strictStream, path: modelPath('generateContent') });
  await mendLedger();
  note([openai, anthropic, vertex]);
  const sentence = expect.stringMatching(/^The audit ledger cannot be written, .*\.$/) as string;
  expect([openai.status, JSON.parse(openai.text)]).toEqual([
    503,
    expect.objectContaining({ error: expect.objectContaining({ message: sentence }) as object }),
  ]);
  expect([anthropic.status, JSON.parse(anthropic.text)]).toEqual([
    503,
    expect.objectContaining({
      type: 'error',
      error: expect.objectContaining({ message: sentence }) as object,
    }),
  ]);
  expect([vertex.status, JSON.parse(vertex.text)]).toEqual([
    503,
    expect.objectContaining({
      error: expect.objectContaining({ message: sentence, status: 'UNAVAILABLE' }) as object,
    }),
  ]);
  expect(await audited.observed.chain.requests('vertex-ai')).toEqual([]);
  await expectAllOnLedger();
});

test('when too much waits for the ledger no call is let in, the edge has a record of each, and nothing is dropped', async () => {
  await breakLedger({ status: 503 });
  const answers: Answer[] = [];
  for (let round = 0; round < 20; round += 1) answers.push(...(await audited.call('standard', 10)));
  const denied = answers.filter(({ status }) => status === 503);
  const answered = answers.filter(({ status }) => status === 200);
  await mendLedger();
  note(answered);
  expect(answered.length + denied.length).toBe(answers.length);
  expect(answered.length).toBeGreaterThan(10);
  expect(denied.length).toBeGreaterThan(10);
  for (const { text } of denied) {
    expect(text).toContain('"AUDIT_LEDGER_UNAVAILABLE"');
    expect(text).toContain('The audit ledger cannot be written');
  }
  // Refused calls did not reach Google.
  expect(await audited.observed.chain.requests('vertex-ai')).toHaveLength(answered.length);
  await expectAllOnLedger();
  const ids = new Set(requestIdsOf(denied));
  const byEdge = await audited.observed.chain.auditRecords(({ requestId }) => ids.has(String(requestId)));
  expect(byEdge.map(({ requestId }) => requestId).toSorted()).toEqual([...ids].toSorted());
  expect(byEdge).toEqual(
    byEdge.map(
      () => expect.objectContaining({ recordedBy: 'edge', code: 'AUDIT_LEDGER_UNAVAILABLE' }) as object,
    ),
  );
});

test('after some seconds without the ledger no call is let in, and the next one is when that is back', async () => {
  await breakLedger({ status: 503 });
  const startedAt = performance.now();
  let answer: Answer | undefined;
  do {
    [answer] = await audited.call('standard');
    if (answer?.status === 200) note([answer]);
    // Few enough calls that they are not refused for how much waits.
    await pause(CALL_INTERVAL_IN_MS);
  } while (answer?.status === 200);
  expect(performance.now() - startedAt).toBeGreaterThan(STALL_IN_MS);
  expect([answer?.status, answer?.text]).toEqual([503, expect.stringContaining('AUDIT_LEDGER_UNAVAILABLE')]);
  await mendLedger();
  const next = await audited.call('standard');
  note(next);
  expect(next.map(({ status }) => status)).toEqual([200]);
  await expectAllOnLedger();
});

test('in the end nothing is missing, twice, or changed: not in the ledger, not in Application Insights, not at the edge', async () => {
  const report = await audited.expectIntact();
  expect(report.closings).toBe(recorded.length);
  expect(report.openings).toBe(openingsIn(await audited.ledger()).length);
});
