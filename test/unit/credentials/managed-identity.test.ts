import {
  type ManagedIdentity,
  startManagedIdentity,
} from '@vertex-ai-gateway/cloud-emulators/managed-identity/start-managed-identity';
import { createManagedIdentity } from '../../../src/credentials/managed-identity.ts';

const SYSTEM = { name: 'system', clientId: 'c1', objectId: 'd1' };
const REFUSED = { claims: '{}' };

let emulator: ManagedIdentity;

beforeAll(async () => {
  let issued = 0;
  emulator = await startManagedIdentity({
    port: 0,
    identities: [SYSTEM],
    issueToken: () => Promise.resolve(`token-${(issued += 1)}`),
  });
  // All tests share one environment, because the SDK reads it once per process.
  Object.assign(process.env, emulator.environmentOf('system'));
});
afterAll(async () => {
  delete process.env.IDENTITY_ENDPOINT;
  delete process.env.IDENTITY_HEADER;
  await emulator.close();
});
beforeEach(() => {
  emulator.control.clear();
  emulator.control.clearFaults();
});

function asked(): (string | null)[][] {
  return emulator.control.requests().map(({ path }) => {
    const { searchParams } = new URL(path, 'http://host');
    return [searchParams.get('resource'), searchParams.get('client_id')];
  });
}

test('a token is asked of the platform once for the whole process', async () => {
  const { token } = await createManagedIdentity(undefined).getToken('https://one/.default');
  expect(await createManagedIdentity(undefined).getToken(['https://one/.default'])).toMatchObject({ token });
  expect(asked()).toEqual([['https://one', null]]);
});

test.each([undefined, SYSTEM.clientId])(
  'a token that was refused is asked of the platform anew, and the whole process has the new one, by client id %p',
  async (clientId) => {
    const identity = createManagedIdentity(clientId);
    const { token: refused } = await identity.getToken('https://two/.default');
    const { token, expiresOnTimestamp } = await identity.getToken('https://two/.default', REFUSED);
    expect(token).not.toBe(refused);
    expect(expiresOnTimestamp).toBeGreaterThan(Date.now());
    expect(await createManagedIdentity(clientId).getToken('https://two/.default')).toMatchObject({ token });
    const one = ['https://two', clientId ?? null];
    expect(asked()).toEqual([one, one]);
  },
);

test('a token that was refused is not given again when the platform has no other', async () => {
  const identity = createManagedIdentity(undefined);
  await identity.getToken('https://three/.default');
  emulator.control.inject({ status: 400 });
  await expect(identity.getToken('https://three/.default', REFUSED)).rejects.toThrow();
});
