import type { AccessToken, GetTokenOptions } from '@azure/identity';
import { keepTokens } from '../../src/azure/keep-tokens.ts';

const MINUTE_IN_MS = 60_000;
const LIFETIME_IN_MS = 60 * MINUTE_IN_MS;

function create() {
  let now = 0;
  let issued = 0;
  const asked: (GetTokenOptions | undefined)[] = [];
  const identity = { isAway: false, lifetimeInMs: LIFETIME_IN_MS };
  const credential = keepTokens(
    {
      getToken: (_, options): Promise<AccessToken> => {
        asked.push(options);
        if (identity.isAway) return Promise.reject(new Error('away'));
        issued += 1;
        return Promise.resolve({ token: `token-${issued}`, expiresOnTimestamp: now + identity.lifetimeInMs });
      },
    },
    () => now,
  );
  const tokenAt = async (minutes: number, options?: GetTokenOptions, scope = 'a'): Promise<string> => {
    now = minutes * MINUTE_IN_MS;
    return (await credential.getToken(scope, options))?.token ?? '';
  };
  return { asked, identity, tokenAt, credential };
}

test('a token is asked for once, and again five minutes before it ends', async () => {
  const { asked, tokenAt } = create();
  const tokens = [await tokenAt(0), await tokenAt(1), await tokenAt(54.9), await tokenAt(55)];
  expect(tokens).toEqual(['token-1', 'token-1', 'token-1', 'token-2']);
  expect(asked).toHaveLength(2);
});

test('each scope has its own', async () => {
  const { tokenAt } = create();
  expect([await tokenAt(0), await tokenAt(0, undefined, 'b'), await tokenAt(0)]).toEqual([
    'token-1',
    'token-2',
    'token-1',
  ]);
});

test('while the identity is away the last token goes on until it ends, and the identity is left alone for 30 s', async () => {
  const { asked, identity, tokenAt } = create();
  await tokenAt(0);
  identity.isAway = true;
  expect([await tokenAt(56), await tokenAt(56.4), await tokenAt(56.5)]).toEqual([
    'token-1',
    'token-1',
    'token-1',
  ]);
  expect(asked).toHaveLength(3);
  await expect(tokenAt(60)).rejects.toThrow('away');
  identity.isAway = false;
  expect(await tokenAt(60)).toBe('token-2');
});

test('a token that a service has refused is not given again', async () => {
  const { asked, identity, tokenAt } = create();
  await tokenAt(0);
  expect(await tokenAt(1, { claims: '{}' })).toBe('token-2');
  expect(await tokenAt(2)).toBe('token-2');
  expect(asked).toEqual([undefined, { claims: '{}' }]);
  identity.isAway = true;
  await expect(tokenAt(3, { claims: '{}' })).rejects.toThrow('away');
});

test('Azure’s SDKs are told that each token has ended, so that they fetch none behind one’s back', async () => {
  const { credential } = create();
  expect(await credential.getToken('a')).toEqual({ token: 'token-1', expiresOnTimestamp: 0 });
  expect(await credential.getToken('a')).toEqual({ token: 'token-1', expiresOnTimestamp: 0 });
});

test('an identity that gives tokens of a few minutes is asked every 30 s, and none is given when it has ended', async () => {
  const { asked, identity, tokenAt } = create();
  identity.lifetimeInMs = 2 * MINUTE_IN_MS;
  expect([await tokenAt(0), await tokenAt(0.4), await tokenAt(0.5)]).toEqual([
    'token-1',
    'token-1',
    'token-2',
  ]);
  identity.lifetimeInMs = MINUTE_IN_MS / 6;
  expect([await tokenAt(1), await tokenAt(1.1), await tokenAt(1.2)]).toEqual([
    'token-3',
    'token-3',
    'token-4',
  ]);
  expect(asked).toHaveLength(4);
});
