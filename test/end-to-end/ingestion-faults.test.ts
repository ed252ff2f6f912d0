import type { Fault } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { expectAllOnRecordWithoutTokens } from './expect-failure.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const CALLS = 12;
/** An ingestion service that doesn't answer must not be felt by callers. */
const BOUND_IN_MS = 8000;

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

afterAll(() => observed.stop());

/** Calls of all kinds: answered over gRPC and REST, denied by the function app, refused by the edge. */
function callAll(): Promise<Answer[]> {
  const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }];
  return Promise.all(
    Array.from({ length: CALLS / 4 }, () => [
      observed.call({
        application: 'scoring-app',
        path: PREDICT_PATH,
        body: JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] }),
      }),
      ...['assistants-app', 'nobody-app'].map((application) =>
        observed.call({
          application,
          path: modelPath('generateContent'),
          body: JSON.stringify({ contents }),
        }),
      ),
      observed.call({ path: PREDICT_PATH, body: '{}' }),
    ]).flat(),
  );
}

async function expectCallsUnharmed(): Promise<void> {
  const startedAt = performance.now();
  const answers = await callAll();
  expect(performance.now() - startedAt).toBeLessThan(BOUND_IN_MS);
  expect(answers.map(({ status }) => status)).toEqual(
    Array.from({ length: CALLS / 4 }, () => [200, 200, 403, 401]).flat(),
  );
}

test.each<[string, Fault]>([
  ['is overloaded', { status: 503 }],
  ['limits its clients', { status: 429, headers: { 'retry-after': '1' } }],
  ['drops its connections', { reset: true }],
  ['refuses the batch', { status: 400, body: { itemsReceived: 9, itemsAccepted: 0, errors: [] } }],
  ['finds the batch too large', { status: 413 }],
  ['takes only a part', { status: 206, body: { itemsReceived: 9, itemsAccepted: 3, errors: [] } }],
])('no record is lost or doubled when the ingestion service %s for a while', async (_, fault) => {
  await observed.chain.inject('application-insights', fault);

  await expectCallsUnharmed();

  await expectAllOnRecordWithoutTokens(observed);
  expect(await observed.chain.control('application-insights', 'GET', 'faults')).toEqual([]);
});

test('no record is lost or doubled when the ingestion service hangs, and no call waits for it', async () => {
  await observed.chain.inject('application-insights', { hang: true });
  const known = (await observed.chain.auditRecords()).length;

  await expectCallsUnharmed();

  // The service is given up on after 10 s.
  await observed.chain.auditRecords(undefined, known + CALLS);
  await expectAllOnRecordWithoutTokens(observed);
  expect(await observed.chain.control('application-insights', 'GET', 'faults')).toEqual([]);
});
