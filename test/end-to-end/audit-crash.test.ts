import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { VerificationReport } from '@vertex-ai-gateway/audit-ledger/verification';
import {
  AuditedChain,
  CALLS,
  closingsIn,
  countedIn,
  type LedgerLine,
  openingsIn,
  requestIdsOf,
} from './audited-chain.ts';

/** A call that can be found in records by its trace, and at Vertex AI by its body. */
interface MarkedCall {
  readonly kind: keyof typeof CALLS;
  readonly traceId: string;
  readonly marker: string;
  /** The status; undefined when the answer broke off. */
  readonly status: Promise<number | undefined>;
}

/** 200 calls of all kinds, mixed. */
const MIX = Array.from(
  { length: 40 },
  () => ['strict', 'strictStream', 'strictStream', 'standard', 'standardStream'] as const,
).flat();
/** The time of a call at Vertex AI, and of each of a stream's six parts: longer than all calls take to arrive. */
const CALL_IN_MS = 4000;
const PART_IN_MS = 1000;
/** The number of calls that have reached Vertex AI when the process is killed. */
const REACHED = 160;
const REACHING_TIMEOUT_IN_MS = 30_000;
const POLL_INTERVAL_IN_MS = 20;

let audited: AuditedChain;
let called = 0;
/** Traces of calls that verification may miss the record of, because the process died before it was written. */
const vanished = new Set<string>();

beforeAll(async () => {
  audited = await AuditedChain.start({}, '--instances', '2');
});

afterEach(async () => {
  const { chain } = audited.observed;
  await chain.control('vertex-ai', 'DELETE', 'faults');
  await chain.control('vertex-ai', 'DELETE', 'requests');
  await chain.control('application-insights', 'DELETE', 'faults');
  await chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 2 });
});

afterAll(() => audited.stop());

/** Makes all calls at once, and slows Vertex AI down. */
async function callAll(): Promise<MarkedCall[]> {
  const { chain } = audited.observed;
  await chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: PART_IN_MS });
  for (const path of ['/Predict', ':generateContent'])
    await chain.inject('vertex-ai', { path, delayInMs: CALL_IN_MS, times: 100_000 });
  return MIX.map((kind) => {
    called += 1;
    const traceId = randomBytes(16).toString('hex');
    const measure = 4 + called / 10_000;
    const [marker, body] =
      kind === 'strict'
        ? [`[${measure},`, JSON.stringify({ instances: [[measure, 3.5, 1.4, 0.2]] })]
        : [traceId, JSON.stringify({ contents: [{ role: 'user', parts: [{ text: `Say ${traceId}` }] }] })];
    const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
    const status = audited.observed
      .call({ ...CALLS[kind], body, headers })
      .then((answer) => answer.status)
      .catch(() => undefined);
    return { kind, traceId, marker, status };
  });
}

/** Waits until `count` calls have reached Vertex AI, and returns their bodies. */
async function untilReached(count: number): Promise<string[]> {
  const deadline = Date.now() + REACHING_TIMEOUT_IN_MS;
  for (;;) {
    const requests = await audited.observed.chain.requests('vertex-ai');
    if (requests.length >= count || Date.now() > deadline) return requests.map(({ body }) => body);
    await pause(POLL_INTERVAL_IN_MS);
  }
}

function isStrict({ kind }: MarkedCall): boolean {
  return kind.startsWith('strict');
}

function tracesOf(lines: readonly LedgerLine[]): string[] {
  return lines.map(({ record }) => String(record?.traceId));
}

/** Expects an earlier opening on the ledger for every strict call that reached Google. */
async function expectOpenings(calls: readonly MarkedCall[]): Promise<void> {
  const opened = new Set(tracesOf(openingsIn(await audited.ledger())));
  const bodies = await untilReached(0);
  const reached = calls.filter(({ marker }) => bodies.some((body) => body.includes(marker)));
  expect(reached.length).toBeGreaterThanOrEqual(REACHED);
  expect(reached.filter((call) => isStrict(call) && !opened.has(call.traceId))).toEqual([]);
}

/** Expects one closing for every opening; the sweep writes those of the dead process. */
function expectClosings(calls: readonly MarkedCall[], ledger: readonly LedgerLine[]): void {
  const traces = new Set(calls.map(({ traceId }) => traceId));
  const closings = closingsIn(ledger).filter(({ record }) => traces.has(String(record?.traceId)));
  const closed = tracesOf(countedIn(closings));
  expect(new Set(closed).size).toBe(closed.length);
  const opened = tracesOf(openingsIn(ledger)).filter((traceId) => traces.has(traceId));
  expect(opened.filter((traceId) => !closed.includes(traceId))).toEqual([]);
  const recovered = closings.filter((closing) => closing.recovered);
  expect(recovered.length).toBeGreaterThan(0);
  for (const { record } of recovered)
    expect(record).toMatchObject({ outcome: 'interrupted', code: 'PROCESS_LOST', durability: 'strict' });
}

/** Expects a record of either recorder, or a finding of verification, for each call; an opened strict call has a record. */
async function expectAccounted(
  calls: readonly MarkedCall[],
  ledger: readonly LedgerLine[],
): Promise<VerificationReport> {
  const report = await audited.verify();
  expect(report.open).toBe(0);
  expect(report.findings.filter(({ kind }) => kind !== 'request-without-record')).toEqual([]);
  const named = new Set(report.findings.map(({ traceId }) => traceId ?? ''));
  const closed = new Set(tracesOf(closingsIn(ledger)));
  const telemetry = (await audited.observed.chain.control('application-insights', 'GET', 'telemetry')) as {
    tags: Record<string, string>;
    data: { baseData: { properties?: Record<string, string> } };
  }[];
  const byEdge = new Set(
    telemetry
      .filter(({ data }) => data.baseData.properties?.recordedBy === 'edge')
      .map(({ tags }) => tags['ai.operation.id']),
  );
  for (const call of calls) {
    const isOnRecord = closed.has(call.traceId) || byEdge.has(call.traceId);
    expect([call.traceId, named.has(call.traceId)]).toEqual([call.traceId, !isOnRecord]);
    if (!isOnRecord) vanished.add(call.traceId);
    if (!isOnRecord) expect(call.kind).toMatch(/^standard/);
  }
  // A process that has started since may have found a record on the disk.
  for (const traceId of closed) vanished.delete(traceId);
  expect([...named].toSorted()).toEqual([...vanished].toSorted());
  return report;
}

test('two instances write at once, each a chain of its own', async () => {
  const answers = (await Promise.all([audited.call('strict', 30), audited.call('standard', 30)])).flat();
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const ids = requestIdsOf(answers);
  const ledger = await audited.settled(ids);
  await audited.expectOnBothStores(ids, ledger);
  expect(new Set(closingsIn(ledger).map(({ writer }) => writer)).size).toBe(2);
  await audited.expectIntact();
});

test('when one of two instances is killed amid 200 calls, the other closes what it left open', async () => {
  const { chain } = audited.observed;
  const calls = await callAll();
  await untilReached(REACHED);
  await chain.killFunctionApp(1);
  const statuses = await Promise.all(calls.map(({ status }) => status));
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
  expect(statuses.filter((status) => status !== 200).length).toBeGreaterThan(0);

  await expectOpenings(calls);
  const opened = openingsIn(await audited.ledger()).map(({ record }) => String(record?.requestId));
  const ledger = await audited.settled(opened, () => audited.sweep(2));
  expectClosings(calls, ledger);
  await expectAccounted(calls, ledger);
  await chain.restartFunctionApp();
});

test('when all are killed amid 200 calls, and started again, no opened call stays open, and what vanished is named', async () => {
  const { chain } = audited.observed;
  const calls = await callAll();
  await untilReached(REACHED);
  await chain.killFunctionApp();
  await Promise.all(calls.map(({ status }) => status));
  await expectOpenings(calls);

  await chain.restartFunctionApp();
  const opened = openingsIn(await audited.ledger()).map(({ record }) => String(record?.requestId));
  const ledger = await audited.settled(opened, () => audited.sweep());
  expectClosings(calls, ledger);
  await expectAccounted(calls, ledger);
  expect(vanished.size).toBeGreaterThan(0);
});

test('a process that is killed amid shipping has the rest shipped after its restart', async () => {
  const { chain } = audited.observed;
  const known = requestIdsIn(await audited.ledger());
  await chain.inject('application-insights', { path: 'track', status: 500, times: 3 });
  await chain.inject('application-insights', { path: 'track', abortAfterChunks: 0, times: 1 });
  await chain.inject('application-insights', { path: 'track', hang: true, times: 100_000 });
  const answers = (await Promise.all([audited.call('strict', 20), audited.call('standard', 20)])).flat();
  const ids = requestIdsOf(answers);
  const expected = [...known, ...ids];
  // A killed process ships only committed records, so the test waits until these are.
  await untilCommitted(expected);
  await chain.killFunctionApp();
  await chain.control('application-insights', 'DELETE', 'faults');
  await chain.restartFunctionApp();
  const ledger = await audited.settled(expected, () => audited.sweep());
  await audited.expectOnBothStores(expected, ledger);
  await expectAccounted([], ledger);
});

test('a process that is told to end has committed and shipped everything, and says that it ended', async () => {
  const { chain } = audited.observed;
  const known = requestIdsIn(await audited.ledger());
  const answers = (await Promise.all([audited.call('strict', 10), audited.call('standard', 10)])).flat();
  await chain.restartFunctionApp();
  const expected = [...known, ...requestIdsOf(answers)];
  const ledger = await audited.ledger();
  await audited.expectOnBothStores(expected, ledger);
  const writers = new Set(
    closingsIn(ledger)
      .filter(({ record }) => requestIdsOf(answers).includes(String(record?.requestId)))
      .map(({ writer }) => writer),
  );
  const ended = ledger.filter(({ kind }) => kind === 'end').map(({ writer }) => writer);
  expect(ended).toEqual(expect.arrayContaining([...writers]));
  await expectAccounted([], ledger);
});

function requestIdsIn(ledger: readonly LedgerLine[]): string[] {
  return countedIn(ledger).map(({ record }) => String(record?.requestId));
}

async function untilCommitted(requestIds: readonly string[]): Promise<void> {
  const deadline = Date.now() + REACHING_TIMEOUT_IN_MS;
  for (;;) {
    const closed = new Set(requestIdsIn(await audited.ledger()));
    if (requestIds.every((id) => closed.has(id)) || Date.now() > deadline) return;
    await pause(POLL_INTERVAL_IN_MS);
  }
}
