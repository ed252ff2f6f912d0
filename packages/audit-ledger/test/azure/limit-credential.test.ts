import type { AccessToken } from '@azure/identity';
import { limitCredential } from '../../src/azure/limit-credential.ts';

/** A limit that passes at once, or never. */
const limitOf = (isLate: boolean) => ({
  timeoutInMs: 1000,
  schedule: (task: () => void) => {
    if (isLate) task();
    return () => undefined;
  },
});
const TOKEN: AccessToken = { token: 't', expiresOnTimestamp: 1 };

test('a token that comes in time is the credential’s own', async () => {
  const asked: unknown[] = [];
  const credential = limitCredential(
    {
      getToken: (...parameters) => {
        asked.push(parameters);
        return Promise.resolve(TOKEN);
      },
    },
    limitOf(false),
  );
  expect(await credential.getToken('scope', { tenantId: 'x' })).toBe(TOKEN);
  expect(asked).toEqual([['scope', { tenantId: 'x' }]]);
});

test('a token that does not come is given up on, and asked for again', async () => {
  const answers = [new Promise<AccessToken>(() => undefined), Promise.resolve(TOKEN)];
  const identity = { getToken: () => answers.shift() ?? Promise.resolve(null) };
  await expect(limitCredential(identity, limitOf(true)).getToken('scope')).rejects.toThrow(
    'The managed identity did not answer in time.',
  );
  expect(await limitCredential(identity, limitOf(false)).getToken('scope')).toBe(TOKEN);
});

test('what the credential throws is thrown', async () => {
  const credential = limitCredential(
    { getToken: () => Promise.reject(new Error('no identity')) },
    limitOf(false),
  );
  await expect(credential.getToken('scope')).rejects.toThrow('no identity');
});
