import fc from 'fast-check';
import {
  type CachedAccessTokens,
  createCachedAccessTokens,
} from '../../../src/credentials/cached-access-tokens.ts';
import type { AccessToken } from '../../../src/credentials/google-token-exchange.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import {
  createHandDrivenClock,
  type HandDrivenClock,
  settled,
} from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { rejectedBy } from '../thrown-by.ts';

const HOUR = 3_600_000;
const DOWN = new GatewayError('TOKEN_EXCHANGE_UNAVAILABLE', 'Google STS cannot be reached.');

/** An exchange that gives `token-1`, `token-2`, … for an hour each, unless `next` is set. */
interface FakeExchange {
  exchanges: number;
  next: (() => Promise<AccessToken>) | undefined;
}

let clock: HandDrivenClock;
let fake: FakeExchange;
let tokens: CachedAccessTokens;

beforeEach(() => {
  clock = createHandDrivenClock();
  fake = { exchanges: 0, next: undefined };
  tokens = createCachedAccessTokens({
    exchange: () => {
      fake.exchanges += 1;
      return fake.next?.() ?? Promise.resolve(token(fake.exchanges));
    },
    now: clock.now,
    schedule: clock.schedule,
  });
});
afterEach(() => tokens.close());

function token(count: number, lifetimeInMs = HOUR): AccessToken {
  return { value: `token-${count}`, expiresAt: new Date(clock.now() + lifetimeInMs) };
}

const fail = () => Promise.reject(DOWN);

test('no token is exchanged before somebody asks for one', async () => {
  await clock.advance(HOUR);
  expect(fake.exchanges).toBe(0);
});

test('20 callers without a token share one exchange', async () => {
  const callers = Array.from({ length: 20 }, () => tokens.accessToken());
  expect(new Set(await Promise.all(callers))).toEqual(new Set(['token-1']));
  expect(fake.exchanges).toBe(1);
});

test('20 callers without a token share one failure', async () => {
  fake.next = fail;
  const errors = await Promise.all(Array.from({ length: 20 }, () => rejectedBy(tokens.accessToken())));
  expect(new Set(errors)).toEqual(new Set([DOWN]));
  expect(fake.exchanges).toBe(1);
});

test('a token is served from memory for three quarters of its life', async () => {
  await tokens.accessToken();
  await clock.advance(0.75 * HOUR - 1);
  expect(await tokens.accessToken()).toBe('token-1');
  expect(fake.exchanges).toBe(1);
});

test('a token is refreshed ahead of its expiry, without a caller', async () => {
  await tokens.accessToken();
  await clock.advance(0.75 * HOUR);
  expect(fake.exchanges).toBe(2);
  expect(await tokens.accessToken()).toBe('token-2');
});

test('refreshing goes on for ever', async () => {
  await tokens.accessToken();
  await clock.advance(24 * HOUR);
  expect(fake.exchanges).toBe(33);
  expect(clock.delays()).toHaveLength(1);
});

test('callers get the old token while a refresh hangs, until the very instant it expires', async () => {
  await tokens.accessToken();
  fake.next = () => new Promise(() => undefined);
  await clock.advance(HOUR - 1);
  expect(fake.exchanges).toBe(2);
  expect(await tokens.accessToken()).toBe('token-1');
  await clock.advance(1);
  let isSettled = false;
  void tokens.accessToken().finally(() => (isSettled = true));
  await settled();
  expect(isSettled).toBe(false);
  expect(fake.exchanges).toBe(3);
});

test('an exchange that hangs is shared by those who come within a second, and not by the next ones', async () => {
  fake.next = () => new Promise(() => undefined);
  const early = tokens.accessToken();
  await clock.advance(999);
  fake.next = undefined;
  const shared = tokens.accessToken();
  expect(fake.exchanges).toBe(1);
  await clock.advance(1);
  expect(await tokens.accessToken()).toBe('token-2');
  // The callers that were waiting get it too.
  expect(await Promise.all([early, shared])).toEqual(['token-2', 'token-2']);
});

test('those who wait while an exchange hangs get a token within a second of the end of that', async () => {
  fake.next = () => new Promise(() => undefined);
  const waiting = tokens.accessToken();
  await clock.advance(2500);
  fake.next = undefined;
  await clock.advance(500);
  expect(await waiting).toBe('token-4');
});

test('while nobody waits, an exchange that hangs is left alone', async () => {
  await tokens.accessToken();
  fake.next = () => new Promise(() => undefined);
  await clock.advance(0.9 * HOUR);
  expect(fake.exchanges).toBe(2);
});

test('while exchanges hang, another begins once a second at most', async () => {
  fake.next = () => new Promise(() => undefined);
  for (let call = 0; call < 100; call += 1) {
    void tokens.accessToken();
    await clock.advance(100);
  }
  expect(fake.exchanges).toBe(11);
});

test('a hung exchange that fails after another has given a token changes nothing', async () => {
  const hung = Promise.withResolvers<AccessToken>();
  fake.next = () => hung.promise;
  const early = tokens.accessToken();
  fake.next = undefined;
  await clock.advance(1000);
  expect(await early).toBe('token-2');
  const delays = clock.delays();
  hung.reject(DOWN);
  await settled();
  expect(clock.delays()).toEqual(delays);
});

test('callers get the old token while refreshes fail, until the very instant it expires', async () => {
  await tokens.accessToken();
  fake.next = fail;
  await clock.advance(HOUR - 1);
  expect(await tokens.accessToken()).toBe('token-1');
  await clock.advance(1);
  const asked = rejectedBy(tokens.accessToken());
  await clock.advance(1000);
  expect(await asked).toBe(DOWN);
});

test('a failing refresh backs off from 1 s to 30 s', async () => {
  await tokens.accessToken();
  fake.next = fail;
  await clock.advance(0.75 * HOUR);
  const delays: (number | undefined)[] = [];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    const delay = clock.delays()[0] ?? Number.NaN;
    delays.push(delay);
    await clock.advance(delay);
  }
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(fake.exchanges).toBe(9);
});

test('an outage that ends before the token does is never seen by a caller', async () => {
  await tokens.accessToken();
  fake.next = fail;
  await clock.advance(0.99 * HOUR);
  expect(await tokens.accessToken()).toBe('token-1');
  fake.next = undefined;
  await clock.advance(30_000);
  expect(await tokens.accessToken()).toMatch(/^token-\d+$/);
  expect(await tokens.accessToken()).not.toBe('token-1');
});

test('the back-off starts anew after a success', async () => {
  await tokens.accessToken();
  fake.next = fail;
  await clock.advance(0.75 * HOUR + 7000);
  fake.next = undefined;
  await clock.advance(clock.delays()[0] ?? 0);
  fake.next = fail;
  await clock.advance(clock.delays()[0] ?? 0);
  expect(clock.delays()).toEqual([1000]);
});

test('after a failure all who ask wait for one attempt, a second later', async () => {
  fake.next = fail;
  await rejectedBy(tokens.accessToken());
  fake.next = undefined;
  const asked = [tokens.accessToken()];
  await clock.advance(500);
  asked.push(tokens.accessToken());
  await clock.advance(499);
  expect(fake.exchanges).toBe(1);
  await clock.advance(1);
  expect(await Promise.all(asked)).toEqual(['token-2', 'token-2']);
  expect(fake.exchanges).toBe(2);
});

test('in an outage an exchange is tried once a second, however many ask', async () => {
  fake.next = fail;
  const asked: Promise<GatewayError>[] = [];
  for (let call = 0; call < 100; call += 1) {
    asked.push(rejectedBy(tokens.accessToken()));
    await clock.advance(100);
  }
  tokens.close();
  expect(new Set(await Promise.all(asked))).toEqual(new Set([DOWN]));
  expect(fake.exchanges).toBeLessThanOrEqual(11);
});

test('without a token nothing is retried in the background', async () => {
  fake.next = fail;
  await rejectedBy(tokens.accessToken());
  expect(clock.delays()).toEqual([]);
});

test('an error that is not the gateway’s own becomes INTERNAL', async () => {
  fake.next = () => Promise.reject(new Error('secret'));
  const error = await rejectedBy(tokens.accessToken());
  expect(error.code).toBe('INTERNAL');
  expect(error.message).not.toContain('secret');
});

test('an exchange that throws at once fails like one that rejects', async () => {
  fake.next = () => {
    throw DOWN;
  };
  expect(await rejectedBy(tokens.accessToken())).toBe(DOWN);
  await clock.advance(1000);
  fake.next = undefined;
  expect(await tokens.accessToken()).toBe('token-2');
});

test('a token that is expired on arrival is not exchanged in a tight loop', async () => {
  fake.next = () => Promise.resolve(token(fake.exchanges, 0));
  await tokens.accessToken();
  await clock.advance(10_000);
  expect(fake.exchanges).toBeLessThanOrEqual(11);
});

test('a token that is refused is replaced at once, for all who ask, and the next callers get the new one', async () => {
  const refused = await tokens.accessToken();
  const asked = Array.from({ length: 20 }, () => tokens.replace(refused));
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['token-2']));
  expect(await tokens.accessToken()).toBe('token-2');
  expect(fake.exchanges).toBe(2);
  // The new token is refreshed at its own time.
  expect(clock.delays()).toEqual([0.75 * HOUR]);
});

test('a refusal that comes late takes no newer token away', async () => {
  const refused = await tokens.accessToken();
  await tokens.replace(refused);
  expect(await tokens.replace(refused)).toBe('token-2');
  expect(fake.exchanges).toBe(2);
});

test('a refusal during a refresh waits for that refresh', async () => {
  const refused = await tokens.accessToken();
  const coming = Promise.withResolvers<AccessToken>();
  fake.next = () => coming.promise;
  await clock.advance(0.75 * HOUR);
  const asked = tokens.replace(refused);
  coming.resolve(token(2));
  expect(await asked).toBe('token-2');
  expect(fake.exchanges).toBe(2);
});

test('after a replacement is refused too, none is fetched for 10 s', async () => {
  await tokens.replace(await tokens.accessToken());
  tokens.replacementRefused();
  await clock.advance(9999);
  expect(await tokens.replace('token-2')).toBeUndefined();
  expect(await tokens.accessToken()).toBe('token-2');
  expect(fake.exchanges).toBe(2);
  await clock.advance(1);
  expect(await tokens.replace('token-2')).toBe('token-3');
});

test('of tokens that are refused again and again, 10 are replaced in a minute', async () => {
  await tokens.accessToken();
  for (let refusal = 0; refusal < 30; refusal += 1) await tokens.replace(await tokens.accessToken());
  expect(fake.exchanges).toBe(11);
  await clock.advance(60_000);
  expect(await tokens.replace('token-11')).toBe('token-12');
});

test('a refused token is kept until another can be had, and an exchange that fails is not hurried', async () => {
  const refused = await tokens.accessToken();
  fake.next = fail;
  expect(await rejectedBy(tokens.replace(refused))).toBe(DOWN);
  const asked = rejectedBy(tokens.replace(refused));
  await clock.advance(999);
  expect(fake.exchanges).toBe(2);
  expect(await tokens.accessToken()).toBe(refused);
  await clock.advance(1);
  expect(await asked).toBe(DOWN);
  fake.next = undefined;
  await clock.advance(30_000);
  expect(await tokens.accessToken()).not.toBe(refused);
});

test('an exchange that gives the refused token again replaces nothing', async () => {
  fake.next = () => Promise.resolve(token(1));
  expect(await tokens.replace(await tokens.accessToken())).toBeUndefined();
});

test('closing stops the refreshing', async () => {
  await tokens.accessToken();
  tokens.close();
  await clock.advance(10 * HOUR);
  expect(fake.exchanges).toBe(1);
  expect(clock.delays()).toEqual([]);
});

test('closing during an exchange plans no refresh after it', async () => {
  const asked = tokens.accessToken();
  tokens.close();
  expect(await asked).toBe('token-1');
  expect(clock.delays()).toEqual([]);
});

test('whatever fails and when, no caller ever gets an expired token, and one exchange runs at a time', async () => {
  const step = fc.record({
    byInMs: fc.constantFrom(1, 500, 1000, 30_000, 0.25 * HOUR, 0.75 * HOUR, HOUR),
    fails: fc.boolean(),
    lifetimeInMs: fc.constantFrom(1000, 60_000, HOUR),
    callers: fc.integer({ min: 0, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const own = createHandDrivenClock();
      let running = 0;
      let behaviour = { fails: false, lifetimeInMs: HOUR };
      const cached = createCachedAccessTokens({
        exchange: async () => {
          running += 1;
          expect(running).toBe(1);
          await Promise.resolve();
          running -= 1;
          if (behaviour.fails) throw DOWN;
          const expiresAt = new Date(own.now() + behaviour.lifetimeInMs);
          return { value: String(expiresAt.getTime()), expiresAt };
        },
        now: own.now,
        schedule: own.schedule,
      });
      for (const { byInMs, callers, ...next } of steps) {
        behaviour = next;
        await own.advance(byInMs);
        const served = Array.from({ length: callers }, () =>
          cached.accessToken().then(
            (value) => expect(Number(value)).toBeGreaterThan(own.now()),
            () => undefined,
          ),
        );
        await settled();
        await own.advance(1000);
        await Promise.all(served);
      }
      cached.close();
      expect(own.delays()).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
