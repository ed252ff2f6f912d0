import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { Fault } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { AuditedChain, CALLS, closingsIn } from './audited-chain.ts';
import type { Answer } from './send-bytes.ts';

const CALLERS = 20;
const SIGNING_KEYS = '/discovery/v2.0/keys';
const FORTY_DAYS_IN_MS = 40 * 86_400_000;

let audited: AuditedChain;
beforeAll(async () => {
  audited = await AuditedChain.start();
});
afterAll(() => audited.stop());

/** An option of Node that sets a process's clock off by this time. */
function clockOffBy(inMs: number): string {
  const code = `const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) { given.length > 0 ? super(...given) : super(Real.now() + ${inMs}); }
  static now() { return Real.now() + ${inMs}; }
};`;
  return `--import data:text/javascript,${encodeURIComponent(code)}`;
}

/** Calls of several kinds, all at once. */
function callAtOnce(): Promise<Answer[]> {
  const kinds = ['strict', 'standard', 'standardStream', 'strictStream'] as const;
  return Promise.all(
    Array.from({ length: CALLERS }, (_, index) =>
      audited.observed.call(CALLS[kinds[index % kinds.length] ?? 'strict']),
    ),
  );
}

/** Expects each of these calls to be on record at the edge, once, under the id of its answer, and nowhere else. */
async function expectRecordedByEdge(answers: readonly Answer[], expected: AuditRecord): Promise<void> {
  const ids = new Set<unknown>(answers.map(({ requestId }) => requestId));
  expect(ids.size).toBe(CALLERS);
  const records = await audited.observed.chain.auditRecords(({ requestId }) => ids.has(requestId), CALLERS);
  expect(records).toHaveLength(CALLERS);
  for (const record of records) {
    expect(record).toMatchObject({ recordedBy: 'edge', ...expected });
    expect(record.subscriptionId).toMatch(/-app$/);
    expect(record.objectId).not.toBe('');
  }
  const closings = closingsIn(await audited.ledger()).map(({ record }) => record?.requestId);
  expect(closings.filter((id) => ids.has(id))).toEqual([]);
}

/** Expects no request without a record and no record without a request. A chain that begins in the future is a finding. */
async function expectEachRequestRecorded(): Promise<void> {
  const report = await audited.verify();
  expect(report.findings.filter(({ kind }) => kind !== 'unvouched')).toEqual([]);
  expect(report.requests).toBe(report.recordedRequests);
}

test.each<[string, Fault]>([
  ['answers 500', { status: 500 }],
  ['drops its connections', { reset: true }],
  ['answers with something else', { status: 200, body: { keys: 'none' } }],
])(
  'calls are on record at the edge while a new instance asks for signing keys and Entra ID %s',
  async (_, fault) => {
    const { chain } = audited.observed;
    // The edge has the signing keys of its callers' tokens from here on.
    await callAtOnce();
    await chain.inject('entra', { path: SIGNING_KEYS, times: 1_000, ...fault });
    await chain.restartFunctionApp();
    const answers = await callAtOnce();
    await chain.control('entra', 'DELETE', 'faults');
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: CALLERS }, () => 503));
    await expectRecordedByEdge(answers, { outcome: 'failed', code: 'CALLER_VERIFICATION_UNAVAILABLE' });
    await expectEachRequestRecorded();
  },
);

test.each([
  ['ahead', FORTY_DAYS_IN_MS],
  ['behind', -FORTY_DAYS_IN_MS],
])('calls are on record at the edge while the clock of an instance is 40 days %s', async (_, inMs) => {
  const { chain } = audited.observed;
  await chain.restartFunctionApp({ NODE_OPTIONS: clockOffBy(inMs) });
  const answers = await callAtOnce();
  await chain.restartFunctionApp({ NODE_OPTIONS: '' });
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: CALLERS }, () => 401));
  await expectRecordedByEdge(answers, { outcome: 'denied', code: 'CALLER_NOT_AUTHENTICATED' });
  await expectEachRequestRecorded();
});

test('the next calls are served, and on record at the function app', async () => {
  const [answer] = await audited.call('standard');
  expect(answer?.status).toBe(200);
  await audited.settled([answer?.requestId ?? '']);
  await expectEachRequestRecorded();
});
