import { ObservedChain } from './observed-chain.ts';
import type { ObservedCall } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const PATH =
  '/vertex/v1/projects/sample-project/locations/us-central1/publishers/google/models/gemini-embedding-001:predict';
const TEXT = 'Axolotls regrow what they lose.';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

afterAll(() => observed.stop());

function embed(difference: Partial<ObservedCall> = {}): Promise<Answer> {
  return observed.call({
    application: 'assistants-app',
    path: PATH,
    body: JSON.stringify({ instances: [{ content: TEXT }] }),
    ...difference,
  });
}

test('what the catalog lets the edge keep is asked of Vertex AI once, and every call is on record', async () => {
  const first = await embed();
  const second = await embed();
  expect([first.status, second.status]).toEqual([200, 200]);
  expect([first.headers['x-gateway-cache'], second.headers['x-gateway-cache']]).toEqual(['miss', 'hit']);
  expect(second.text).toBe(first.text);
  expect(second.headers['x-policy-version']).toBe(first.headers['x-policy-version']);
  expect(await observed.chain.requests('vertex-ai')).toHaveLength(1);
  const named = { model: 'gemini-embedding-001', location: 'us-central1', operation: 'predict' };
  observed.whenRecorded(first, { ...named, outcome: 'answered', rule: 'assistants-search-and-media' });
  observed.whenRecorded(second, {
    ...named,
    outcome: 'answered',
    servedFrom: 'cache',
    rule: 'edge/serve-from-cache',
    status: '200',
  });
});

test('another team is answered by Vertex AI, and who may not ask is refused', async () => {
  expect((await embed({ application: 'sandbox-app' })).headers['x-gateway-cache']).toBe('miss');
  const refused = await embed({ application: 'scoring-app' });
  expect([refused.status, (await embed({ application: 'scoring-app' })).status]).toEqual([403, 403]);
  observed.whenRecorded(refused, { outcome: 'denied', status: '403' });
});

test('a call that asks for a fresh answer gets one', async () => {
  const { headers } = await embed({ headers: { 'cache-control': 'no-cache' } });
  expect(headers).not.toHaveProperty('x-gateway-cache');
});

test('each call has one record, and none holds what was asked', async () => {
  await observed.expectAllOnRecord(['Axolotls']);
});
