import { createSeals, SEAL_KEY_NAME } from '../../src/keys/seals.ts';
import { MemoryState } from '../memory-storage.ts';

/** Creates storage and a vault, which all instances of seals share. */
function start() {
  const clock = { time: Date.UTC(2026, 0, 1) };
  const store = new MemoryState(() => clock.time);
  const vault = { fails: false, unwraps: 0 };
  const use = (bytes: Uint8Array) =>
    vault.fails ? Promise.reject(new Error('the vault is down: secret')) : Promise.resolve(bytes);
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

test('a failure is told without what failed, kept for a second, and then tried again', async () => {
  const { instance, vault, clock } = start();
  const seals = instance();
  vault.fails = true;
  for (let call = 0; call < 3; call += 1) {
    const error: unknown = await seals.open().catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'SEALS_UNAVAILABLE' });
    expect(String(error)).not.toContain('secret');
  }
  vault.fails = false;
  await expect(seals.open()).rejects.toMatchObject({ code: 'SEALS_UNAVAILABLE' });
  clock.time += 1_000;
  expect((await seals.open()).write('text')).toMatch(/^[\w-]{22}$/);
});
