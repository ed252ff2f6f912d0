import type { AccessToken, TokenCredential } from '@azure/identity';
import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { limitCredential } from '../../src/azure/limit-credential.ts';

const TOKEN: AccessToken = { token: 't', expiresOnTimestamp: 1 };
const hung = () => new Promise<AccessToken>(() => undefined);

/** A credential whose answers are given one by one, and then hang. */
function create(...answers: Promise<AccessToken>[]) {
  const clock = createHandDrivenClock();
  const asked: unknown[] = [];
  const identity: TokenCredential = {
    getToken: (...parameters) => {
      asked.push(parameters);
      return answers.shift() ?? hung();
    },
  };
  const limits = { schedule: clock.schedule, timeoutInMs: 2000, askAgainAfterInMs: 500 };
  return { clock, asked, credential: limitCredential(identity, limits) };
}

test('a token that comes in time is the credential’s own', async () => {
  const { clock, asked, credential } = create(Promise.resolve(TOKEN));
  expect(await credential.getToken('scope', { tenantId: 'x' })).toBe(TOKEN);
  expect(asked).toEqual([['scope', { tenantId: 'x' }]]);
  expect(clock.delays()).toEqual([]);
});

test('a token that does not come is given up on, and asked for again', async () => {
  const { clock, asked, credential } = create(hung(), hung(), hung(), hung(), Promise.resolve(TOKEN));
  const late = credential.getToken('scope').catch((error: unknown) => error);
  await clock.advance(1999);
  expect(asked).toHaveLength(4);
  await clock.advance(1);
  expect(await late).toEqual(new Error('The managed identity did not answer in time.'));
  expect(clock.delays()).toEqual([]);
  expect(await credential.getToken('scope')).toBe(TOKEN);
});

test('one who waits while the identity hangs gets a token within half a second of its return', async () => {
  const { clock, asked, credential } = create(hung(), hung(), Promise.resolve(TOKEN));
  const waiting = credential.getToken('scope');
  await clock.advance(1000);
  expect(await waiting).toBe(TOKEN);
  expect(asked).toHaveLength(3);
  expect(clock.delays()).toEqual([]);
});

test('a slow token counts though another was asked for meanwhile', async () => {
  const slow = Promise.withResolvers<AccessToken>();
  const { clock, credential } = create(slow.promise, hung());
  const waiting = credential.getToken('scope');
  await clock.advance(700);
  slow.resolve(TOKEN);
  expect(await waiting).toBe(TOKEN);
});

test('what the credential throws is thrown', async () => {
  const { clock, credential } = create(Promise.reject(new Error('no identity')));
  await expect(credential.getToken('scope')).rejects.toThrow('no identity');
  await settled();
  expect(clock.delays()).toEqual([]);
});
