import fc from 'fast-check';
import { CallCounters } from '../src/engine/call-counters.ts';
import { TokenBucket } from '../src/engine/token-bucket.ts';
import type { Tier } from '../src/policies/policy.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let time = 0;
let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend();
});

beforeEach(() => {
  time = Date.parse('2026-01-01T10:00:00Z');
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

afterAll(() => backend.close());

async function start(tier: Tier, inbound: string): Promise<TestGateway> {
  const files = { 'products/starter/policy.xml': policies({ inbound: `<base />${inbound}` }) };
  gateway = await startTestGateway({ backend: backend.url, now: () => time, files, tier });
  return gateway;
}

async function statuses(count: number): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1)
    all.push((await gateway?.send({ path: '/echo/items/1' }))?.status ?? 0);
  return all;
}

const QUOTA_BY_KEY = '<quota-by-key calls="1" renewal-period="300" counter-key="a" />';

test('the v2 tiers have no quota-by-key, and the page that says so is told', async () => {
  await start('classic', QUOTA_BY_KEY);
  await expect(start('v2', QUOTA_BY_KEY)).rejects.toThrow(
    /policy\.xml:2:\d+ <quota-by-key> isn't available in the v2 tiers: https:\/\/learn\.microsoft\.com\//,
  );
});

test('the v2 tiers have the quota of a product', async () => {
  await start('v2', '<quota calls="2" renewal-period="86400" />');
  expect(await statuses(3)).toEqual([200, 200, 403]);
});

test.each([
  ['rate-limit', '<rate-limit calls="4" renewal-period="60" />'],
  ['rate-limit-by-key', '<rate-limit-by-key calls="4" renewal-period="60" counter-key="a" />'],
])(
  'in the v2 tiers %s gives calls back one by one, in the classic ones as they get old',
  async (_, limit) => {
    for (const [tier, afterwards] of [
      ['classic', [429]],
      ['v2', [200, 429]],
    ] as const) {
      const { send, close } = await start(tier, limit);
      expect(await statuses(4)).toEqual([200, 200, 200, 200]);
      const refused = await send({ path: '/echo/items/1' });
      expect([refused.status, refused.headers['retry-after']]).toEqual([429, tier === 'v2' ? '15' : '60']);
      time += 15_000;
      expect(await statuses(afterwards.length)).toEqual(afterwards);
      await close();
      gateway = undefined;
    }
  },
);

test('what is counted afterwards is given back as well', async () => {
  await start(
    'v2',
    '<rate-limit-by-key calls="60" renewal-period="60" counter-key="a" increment-count="@(90)" />',
  );
  expect(await statuses(2)).toEqual([200, 429]);
  time += 30_999;
  expect(await statuses(1)).toEqual([429]);
  time += 1;
  expect(await statuses(1)).toEqual([200]);
});

test('a limit that nobody uses is whole again after its period, and never more than whole', () => {
  const counter = new CallCounters('v2').rate('a');
  expect(counter.count(60_000, 0, 4)).toBe(0);
  counter.add(4, 0);
  expect(counter.count(60_000, 60_000, 4)).toBe(0);
  expect(counter.count(60_000, 3_600_000, 4)).toBe(0);
  counter.add(4, 3_600_000);
  expect(counter.count(60_000, 3_600_000, 4)).toBe(4);
});

test('whenAtMost is the first time at which the bucket has no more than that', () => {
  const calls = fc.array(fc.record({ afterInMs: fc.nat(400), count: fc.integer({ min: 1, max: 20 }) }));
  fc.assert(
    fc.property(calls, fc.nat(60), fc.integer({ min: 1, max: 50 }), (all, maximum, limit) => {
      const bucket = new TokenBucket();
      let now = 10_000;
      for (const { afterInMs, count } of all) {
        now += afterInMs;
        bucket.count(1000, now, limit);
        bucket.add(count, now);
      }
      const at = bucket.whenAtMost(maximum, 1000, now, limit);
      expect(at).toBeGreaterThanOrEqual(now);
      if (at > now) expect(bucket.count(1000, at - 1, limit)).toBeGreaterThan(maximum);
      expect(bucket.count(1000, at, limit)).toBeLessThanOrEqual(maximum);
    }),
  );
});

test.each([
  ['classic', 3_000_000, 200],
  ['classic', 9_000_000, 500],
  ['v2', 2_000_000, 200],
  ['v2', 3_000_000, 500],
] as const)('in the %s tiers a policy that reads %i bytes ends with %i', async (tier, length, status) => {
  const read = '<set-variable name="length" value="@(context.Request.Body.As<string>(true).Length)" />';
  const { send } = await start(tier, read);
  const answer = await send({ method: 'POST', path: '/echo/items/1', body: 'x'.repeat(length) });
  expect(answer.status).toBe(status);
});
