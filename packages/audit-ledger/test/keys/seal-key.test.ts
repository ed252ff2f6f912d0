import { checkSeal, createSealKey, SealPublicKey } from '../../src/keys/seal-key.ts';

test('a seal fits its text and its key, and no other', () => {
  const { publicKey, sign } = createSealKey();
  const seal = sign('writer.7.hash');
  expect(seal).toMatch(/^[\w-]{86}$/);
  expect(checkSeal(publicKey, 'writer.7.hash', seal)).toBe(true);
  expect(checkSeal(publicKey, 'writer.8.hash', seal)).toBe(false);
  expect(checkSeal(createSealKey().publicKey, 'writer.7.hash', seal)).toBe(false);
});

test('the public half that a chain holds checks a seal, and has no private number', () => {
  const { publicKey, sign } = createSealKey();
  const stored: unknown = JSON.parse(JSON.stringify(publicKey));
  expect(checkSeal(SealPublicKey.parse(stored), 'text', sign('text'))).toBe(true);
  expect(Object.keys(publicKey).sort()).toEqual(['crv', 'kty', 'x', 'y']);
});

test.each([
  ['nothing', ''],
  ['a seal that is cut', createSealKey().sign('text').slice(0, 80)],
  ['a seal with more bytes', `${createSealKey().sign('text')}AAAA`],
  ['zeros', 'A'.repeat(86)],
])('%s is no seal', (_, value) => {
  expect(checkSeal(createSealKey().publicKey, 'text', value)).toBe(false);
});

test('coordinates that are no point of the curve check nothing', () => {
  const { publicKey, sign } = createSealKey();
  const offTheCurve = { ...publicKey, y: publicKey.x };
  expect(checkSeal(offTheCurve, 'text', sign('text'))).toBe(false);
});

test.each([
  ['a private number', { d: 'A'.repeat(43) }],
  ['another curve', { crv: 'P-384' }],
  ['a coordinate that is too short', { x: 'AAAA' }],
])('a public key with %s is refused', (_, changes) => {
  expect(SealPublicKey.safeParse({ ...createSealKey().publicKey, ...changes }).success).toBe(false);
});

test('a seal has one spelling', () => {
  const { publicKey, sign } = createSealKey();
  const seal = sign('text');
  const others = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
  const fitting = others.filter((last) => checkSeal(publicKey, 'text', seal.slice(0, -1) + last));
  expect(fitting).toEqual([seal.at(-1)]);
});
