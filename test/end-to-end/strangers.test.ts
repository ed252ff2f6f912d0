import { functionsApi } from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import type { VerificationReport } from '@vertex-ai-gateway/audit-ledger/verification';
import { AuditedChain, closingsIn, requestIdsOf } from './audited-chain.ts';
import { PREDICT_PATH } from './gateway-paths.ts';

/** The number of strangers: more than a report lists. */
const STRANGERS = 3_000;
const AT_ONCE = 50;
const FORGED_ID = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
const CHECKPOINT_INTERVAL_IN_MS = 1_000;

/** The headers that the edge would stamp. */
const STAMPED = {
  'x-gateway-identity-provider': 'entra',
  'x-gateway-delegated': 'false',
  'x-gateway-tenant-id': '11111111-1111-4111-8111-111111111111',
  'x-gateway-object-id': 'b0000002-0000-4000-8000-000000000002',
  'x-gateway-application-id': 'a0000002-0000-4000-8000-000000000002',
  'x-gateway-roles': 'Scoring.Predict',
  'x-gateway-subscription-id': 'scoring-app',
  'x-gateway-product-id': 'production',
  'x-gateway-request-id': FORGED_ID,
};

let audited: AuditedChain;
beforeAll(async () => {
  audited = await AuditedChain.start();
});
afterAll(() => audited.stop());

/** The number of strangers that the function app has refused. */
let refused = 0;

/** Calls the function app directly, as callers that it does not know. */
async function callAsStrangers(count: number): Promise<void> {
  const { observed } = audited;
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    const answers = await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - sent) }, (_, index) =>
        observed.callDirectly({
          method: index % 2 === 0 ? 'GET' : 'POST',
          path: index % 3 === 0 ? '/openai/v1/models' : PREDICT_PATH,
          headers: { 'x-gateway-request-id': FORGED_ID, 'x-gateway-subscription-id': 'scoring-app' },
        }),
      ),
    );
    // 502: the app's own server was about to close the connection that the host took.
    const byStatus = Map.groupBy(answers, ({ status }) => status);
    expect([...byStatus.keys()].filter((status) => status !== 401 && status !== 502)).toEqual([]);
    refused += byStatus.get(401)?.length ?? 0;
  }
}

/** The report once it counts all strangers, and nothing is on its way any more. */
async function verified(): Promise<VerificationReport> {
  for (let attempt = 0; ; attempt += 1) {
    await audited.sweep();
    const report = await audited.verify();
    if ((report.unverified === refused && report.unshipped === 0) || attempt === 10) return report;
    await new Promise((resume) => setTimeout(resume, CHECKPOINT_INTERVAL_IN_MS));
  }
}

test('one stranger is counted, and nothing is wrong', async () => {
  await callAsStrangers(1);
  expect(await verified()).toMatchObject({ findings: [], isIntact: true, unverified: refused, closings: 0 });
  expect(refused).toBe(1);
});

test('thousands of strangers take as much of the ledger as a few, and hide no forged record', async () => {
  const before = (await audited.ledger()).length;
  const startedAt = Date.now();
  await callAsStrangers(STRANGERS);
  const genuine = await audited.call('standard', 2);
  await audited.settled(requestIdsOf(genuine));
  const report = await verified();
  expect(report).toMatchObject({ findings: [], isIntact: true, unverified: refused, closings: 2 });
  expect(refused).toBeGreaterThan(STRANGERS / 2);
  const ledger = await audited.ledger();
  expect(closingsIn(ledger).map(({ record }) => record?.requestId)).toEqual(
    expect.arrayContaining(requestIdsOf(genuine)),
  );
  // A count and a checkpoint for each interval, each with its seal, and what the two calls and the process itself leave.
  const intervals = Math.ceil((Date.now() - startedAt) / CHECKPOINT_INTERVAL_IN_MS);
  expect(ledger.length - before).toBeLessThan(4 * intervals + 20);
  expect(JSON.stringify(ledger)).not.toContain(FORGED_ID);
});

test('a record of a call that never passed the edge is found in their midst', async () => {
  const { observed } = audited;
  const authorization = `Bearer ${await observed.mint({ application: 'api-management', audience: functionsApi.clientId })}`;
  await callAsStrangers(200);
  const forged = await observed.callDirectly({
    method: 'POST',
    path: PREDICT_PATH,
    headers: { ...STAMPED, authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] }),
  });
  expect([forged.status, forged.requestId]).toEqual([200, FORGED_ID]);
  await callAsStrangers(200);
  await audited.settled([FORGED_ID]);
  const report = await verified();
  expect(report).toMatchObject({ isIntact: false, findingCount: 1, unverified: refused });
  expect(report.findings).toMatchObject([{ kind: 'record-without-request', recordId: FORGED_ID }]);
});
