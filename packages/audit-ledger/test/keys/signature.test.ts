import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { createSignatureCheck } from '../../src/keys/signature.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const JWK = publicKey.export({ format: 'jwk' });

function signatureOf(text: string): string {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return sign('sha256', Buffer.from(text), { key: privateKey, padding, saltLength }).toString('base64url');
}

test('each key is asked for once, also one that is not known', async () => {
  const asked: string[] = [];
  const check = createSignatureCheck((keyId) => {
    asked.push(keyId);
    return Promise.resolve(keyId === 'known' ? JWK : undefined);
  });
  const value = signatureOf('Grüße');
  const results = [];
  for (const keyId of ['known', 'known', 'other', 'other']) results.push(await check(keyId, 'Grüße', value));
  expect(results).toEqual([true, true, undefined, undefined]);
  expect(asked).toEqual(['known', 'other']);
});

test('of the keys that are not known a thousand are remembered, and a known one for ever', async () => {
  const asked: string[] = [];
  const check = createSignatureCheck((keyId) => {
    asked.push(keyId);
    return Promise.resolve(keyId === 'known' ? JWK : undefined);
  });
  const value = signatureOf('Grüße');
  const ids = ['known', ...Array.from({ length: 1_001 }, (_, index) => `other-${index}`)];
  for (const keyId of ids) await check(keyId, 'Grüße', value);
  for (const keyId of ['known', 'other-1000', 'other-0']) await check(keyId, 'Grüße', value);
  expect(asked).toEqual([...ids, 'other-0']);
});

test('a key whose id no key has is not asked for', async () => {
  const asked: string[] = [];
  const check = createSignatureCheck((keyId) => {
    asked.push(keyId);
    return Promise.resolve(JWK);
  });
  expect(await check('k'.repeat(1_025), 'Grüße', signatureOf('Grüße'))).toBeUndefined();
  expect(asked).toEqual([]);
});

test('a key that could not be read is asked for again', async () => {
  let asked = 0;
  const check = createSignatureCheck(() => {
    asked += 1;
    return asked === 1 ? Promise.reject(new Error('away')) : Promise.resolve(JWK);
  });
  const value = signatureOf('Grüße');
  await expect(check('key', 'Grüße', value)).rejects.toThrow('away');
  expect(await check('key', 'Grüße', value)).toBe(true);
});

test('a text and its bytes have one signature, and another text has not', async () => {
  const check = createSignatureCheck(() => Promise.resolve(JWK));
  const value = signatureOf('Grüße');
  expect(await check('key', 'Grüße', value)).toBe(true);
  expect(await check('key', Buffer.from('Grüße'), value)).toBe(true);
  expect(await check('key', 'Gruesse', value)).toBe(false);
});

test('a key that is none of RSA, or malformed, counts as not known', async () => {
  for (const jwk of [{ kty: 'EC' }, { kty: 'RSA' }, { kty: 'RSA', n: '?', e: 7 as unknown as string }]) {
    const check = createSignatureCheck(() => Promise.resolve(jwk));
    expect(await check('key', 'text', signatureOf('text'))).toBeUndefined();
  }
});

test('a signature by any of several keys fits, and by another none', async () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  const value = signatureOf('text');
  const fits = (...keys: (typeof JWK)[]) =>
    createSignatureCheck(() => Promise.resolve(keys))('key', 'text', value);
  expect(await fits(other, JWK)).toBe(true);
  expect(await fits(JWK, other)).toBe(true);
  expect(await fits(other, { kty: 'EC' })).toBe(false);
  expect(await fits()).toBeUndefined();
});
