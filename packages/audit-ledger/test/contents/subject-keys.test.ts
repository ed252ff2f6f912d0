import { createHash } from 'node:crypto';
import { createSubjectKeys, subjectIdOf, subjectKeyName } from '../../src/contents/subject-keys.ts';
import { settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { MemoryState } from '../memory-storage.ts';

const SUBJECT = 'a'.repeat(64);
const MINUTE_IN_MS = 60_000;

/** Creates storage and a vault, which all instances of subject keys share. */
function start() {
  const clock = { time: Date.UTC(2026, 0, 1) };
  const store = new MemoryState(() => clock.time);
  const service = { fails: false, hangs: undefined as Promise<undefined> | undefined, unwraps: 0 };
  const use = async (bytes: Uint8Array) => {
    await service.hangs;
    if (service.fails) throw new Error('the vault is down');
    return bytes;
  };
  const instance = () =>
    createSubjectKeys({
      loadStore: () => Promise.resolve(store),
      key: {
        // Wrapping reverses the bytes of a key.
        wrap: async (key) => ({ keyId: 'audit-key', wrapped: await use(key.toReversed()) }),
        unwrap: ({ wrapped }) => {
          service.unwraps += 1;
          return use(wrapped.toReversed());
        },
      },
      now: () => new Date(clock.time),
    });
  return { clock, store, service, instance };
}

test('a subject is known by a pseudonym that whoever knows its ids can compute', () => {
  const objectId = '5F0C2B1E-8A4D-4C3B-9E21-7D6A5B4C3F2E';
  const id = subjectIdOf({ identityProvider: 'entra', objectId });
  expect(id).toBe(createHash('sha256').update(`entra/${objectId.toLowerCase()}`).digest('hex'));
  expect(subjectIdOf({ identityProvider: 'okta', objectId })).not.toBe(id);
});

test('ids that are no GUIDs are told apart by their capitals', () => {
  const idOf = (objectId: string) => subjectIdOf({ identityProvider: 'okta', objectId });
  expect(idOf('00u1aB')).not.toBe(idOf('00u1ab'));
});

test('all instances have the same key of a subject, and other subjects another', async () => {
  const { instance } = start();
  const [one, other] = [instance(), instance()];
  const key = await one.obtain(SUBJECT);
  expect(key.secret).toHaveLength(32);
  expect(await other.obtain(SUBJECT)).toEqual(key);
  expect((await one.obtain('b'.repeat(64))).secret).not.toEqual(key.secret);
});

test('instances that make a key at the same time have one of them', async () => {
  const { instance } = start();
  const [one, other] = await Promise.all([instance().obtain(SUBJECT), instance().obtain(SUBJECT)]);
  expect(one).toEqual(other);
});

test('a key whose making was not answered is found', async () => {
  const { instance, store, clock } = start();
  store.faults.push({ isCarriedOut: true });
  const keys = instance();
  await expect(keys.obtain(SUBJECT)).rejects.toThrow();
  clock.time += MINUTE_IN_MS;
  expect(await keys.obtain(SUBJECT)).toEqual(await instance().obtain(SUBJECT));
});

test('what the audit key unwraps to no key is not used as one', async () => {
  const { instance, store } = start();
  const value = { v: 1, id: 'k', keyId: 'audit-key', wrapped: 'c2hvcnQ' };
  await store.write(subjectKeyName(SUBJECT), value, {}, undefined);
  await expect(instance().obtain(SUBJECT)).rejects.toThrow('The stored key is not valid.');
});

test('what is stored is wrapped', async () => {
  const { instance, store } = start();
  const { secret } = await instance().obtain(SUBJECT);
  const stored = JSON.stringify((await store.read(subjectKeyName(SUBJECT)))?.value);
  expect(stored).not.toContain(Buffer.from(secret).toString('base64url'));
  expect(stored).toContain('"keyId":"audit-key"');
});

test('the key service is asked once a minute for a subject that calls often', async () => {
  const { clock, instance, service } = start();
  await instance().obtain(SUBJECT);
  const keys = instance();
  await Promise.all([keys.obtain(SUBJECT), keys.obtain(SUBJECT)]);
  clock.time += MINUTE_IN_MS - 1;
  await keys.obtain(SUBJECT);
  expect(service.unwraps).toBe(1);
  clock.time += 1;
  await keys.obtain(SUBJECT);
  expect(service.unwraps).toBe(2);
});

test('an erased key is used for a minute at most, and then there is a new one', async () => {
  const { clock, instance, store } = start();
  const keys = instance();
  const erased = await keys.obtain(SUBJECT);
  store.delete(subjectKeyName(SUBJECT));
  expect(await keys.find(SUBJECT)).toBeUndefined();
  clock.time += MINUTE_IN_MS;
  expect((await keys.obtain(SUBJECT)).id).not.toBe(erased.id);
});

test('what has just failed is not asked for again at once', async () => {
  const { clock, instance, service } = start();
  const keys = instance();
  service.fails = true;
  await expect(keys.obtain(SUBJECT)).rejects.toThrow('the vault is down');
  service.fails = false;
  clock.time += 999;
  await expect(keys.obtain(SUBJECT)).rejects.toThrow('the vault is down');
  clock.time += 1;
  expect((await keys.obtain(SUBJECT)).secret).toHaveLength(32);
});

test('a reading that hangs is shared for a second, and keeps nothing of what came after it', async () => {
  const { clock, instance, service } = start();
  await instance().obtain(SUBJECT);
  const keys = instance();
  const hung = Promise.withResolvers<undefined>();
  service.hangs = hung.promise;
  const early = keys.obtain(SUBJECT);
  await settled();
  clock.time += 999;
  const shared = keys.obtain(SUBJECT);
  clock.time += 1;
  service.hangs = undefined;
  const later = await keys.obtain(SUBJECT);
  hung.resolve(undefined);
  expect([await early, await shared]).toEqual([later, later]);
  expect(service.unwraps).toBe(2);
  expect(await keys.obtain(SUBJECT)).toBe(later);
});
