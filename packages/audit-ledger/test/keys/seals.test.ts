import { createSeals, SEAL_KEY_NAME } from '../../src/keys/seals.ts';
import { settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { MemoryState } from '../memory-storage.ts';

/** Creates storage and a vault, which all instances of seals share. */
function start() {
  const clock = { time: Date.UTC(2026, 0, 1) };
  const store = new MemoryState(() => clock.time);
  const vault = { fails: false, hangs: undefined as Promise<undefined> | undefined, unwraps: 0 };
  const use = async (bytes: Uint8Array) => {
    await vault.hangs;
    if (vault.fails) throw new Error('the vault is down: secret');
    return bytes;
  };
  const instance = () =>
    createSeals({
      loadStore: () => Promise.resolve(store),
      key: {
        // Wrapping reverses the bytes of a key.
        wrap: async (key) => ({ keyId: 'audit-key', wrapped: await use(key.toReversed()) }),
        unwrap: ({ wrapped }) => {
          vault.unwraps += 1;
          return use(wrapped.toReversed());
        },
      },
      now: () => new Date(clock.time),
    });
  return { clock, store, vault, instance };
}

test('all instances, and those that start later, have one seal', async () => {
  const { instance } = start();
  const [one, other] = await Promise.all([instance().open(), instance().open()]);
  const sealed = one.write('text');
  expect(sealed).toMatch(/^[\w-]{22}$/);
  for (const seal of [one, other, await instance().open()]) {
    expect(seal.write('text')).toBe(sealed);
    expect(seal.isOf(sealed, 'text')).toBe(true);
    expect(seal.isOf(sealed, 'texts')).toBe(false);
  }
});

test('a gateway with another storage has another seal', async () => {
  const [one, other] = [await start().instance().open(), await start().instance().open()];
  expect(other.isOf(one.write('text'), 'text')).toBe(false);
});

test.each(['', 'A', 'A'.repeat(21), 'A'.repeat(22), 'A'.repeat(23), '%'.repeat(22)])(
  '%j is no seal',
  async (seal) => {
    expect((await start().instance().open()).isOf(seal, 'text')).toBe(false);
  },
);

test('what is stored is wrapped, and opened once', async () => {
  const { instance, store, vault } = start();
  const seals = instance();
  await seals.open();
  const other = instance();
  await Promise.all([other.open(), other.open()]);
  await other.open();
  expect(vault.unwraps).toBe(1);
  expect(await store.read(SEAL_KEY_NAME)).toMatchObject({ value: { v: 1, keyId: 'audit-key' } });
});

test('a failure is told without what failed, and the next call tries again', async () => {
  const { instance, vault } = start();
  const seals = instance();
  vault.fails = true;
  for (let call = 0; call < 3; call += 1) {
    const error: unknown = await seals.open().catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'SEALS_UNAVAILABLE' });
    expect(String(error)).not.toContain('secret');
  }
  vault.fails = false;
  expect((await seals.open()).write('text')).toMatch(/^[\w-]{22}$/);
});

test('a reading of the key that hangs is shared for a second, and no longer', async () => {
  const { instance, vault, clock } = start();
  await instance().open();
  const seals = instance();
  const hung = Promise.withResolvers<undefined>();
  vault.hangs = hung.promise;
  const early = [seals.open()];
  await settled();
  clock.time += 999;
  early.push(seals.open());
  clock.time += 1;
  vault.hangs = undefined;
  const seal = await seals.open();
  hung.resolve(undefined);
  for (const other of await Promise.all(early)) expect(other.write('text')).toBe(seal.write('text'));
  expect(vault.unwraps).toBe(2);
});
