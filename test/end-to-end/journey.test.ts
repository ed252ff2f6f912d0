import type { JourneyRecord } from '@vertex-ai-gateway/apim-emulator/engine/journey';
import { ObservedChain } from './observed-chain.ts';

const PREDICT = '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict';
const BODY = '{"instances": [[5.123456, 3.512345, 1.412345, 0.212345]]}';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

afterAll(() => observed.stop());

function urlOf(requestId: string): string {
  return `${observed.chain.environment.controls['api-management'] ?? ''}/journeys/${requestId}`;
}

test("a prediction's way through the edge is read back by the request id of its answer", async () => {
  const answer = await observed.call({
    method: 'POST',
    path: PREDICT,
    body: BODY,
    application: 'scoring-app',
  });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered' });
  const journey = (await (await fetch(urlOf(answer.requestId))).json()) as JourneyRecord;
  expect(journey).toMatchObject({ method: 'POST', url: PREDICT, product: 'production', statusCode: 200 });
  const policies = journey.steps.map(({ policy }) => policy);
  expect(policies).toEqual(expect.arrayContaining(['validate-azure-ad-token', 'rate-limit-by-key']));
  expect(policies.at(-1)).not.toBe('forward-request');
  expect(journey.steps.filter(({ result }) => result === 'failed')).toEqual([]);
  const { subscriptionKey } = observed.chain.environment.applications['scoring-app'] ?? {};
  expect(JSON.stringify(journey)).not.toMatch(/eyJ[\w-]{10,}|5\.123456/);
  expect(JSON.stringify(journey)).not.toContain(subscriptionKey);
});

test('a denial tells as text which policy denied', async () => {
  const answer = await observed.call({ method: 'POST', path: PREDICT, body: BODY, headers: {} });
  expect(answer.status).toBe(401);
  observed.whenRecorded(answer, { outcome: 'denied' });
  const text = await (await fetch(`${urlOf(answer.requestId)}?format=text`)).text();
  expect(text).toMatch(/^POST \/vertex.*\nanswered 401 after \d/);
  expect(text).toMatch(
    /return-response {2}done {2}global, policy-fragments\/error-in-dialect\/policy.xml:\d+\n/,
  );
});

test('both calls are on record, and nothing of them leaked', async () => {
  await observed.expectAllOnRecord(['5.123456']);
});
