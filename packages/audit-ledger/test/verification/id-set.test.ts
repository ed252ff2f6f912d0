import fc from 'fast-check';
import { createIdSet, hashId, hashIdIn } from '../../src/verification/id-set.ts';
import { wordsOf } from '../../src/verification/scanning/words.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const texts = fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.string({ unit: 'binary' }));

test('an id has one hash, as a text and wherever it stands in bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.nat(9), seeds, (id, before, seed) => {
      const words = wordsOf(Buffer.from(`${'x'.repeat(before)}${id}"}`));
      expect(hashIdIn(words, before, before + id.length, seed)).toEqual(hashId(id, seed));
    }),
  );
});

test('different ids have different hashes', () => {
  fc.assert(
    fc.property(texts, texts, seeds, (one, other, seed) => {
      fc.pre(one !== other);
      expect(hashId(one, seed)).not.toEqual(hashId(other, seed));
    }),
  );
});

test.each([
  ['half a pair and another half', '\ud800', '\udbff'],
  ['a letter of two bytes and two letters', '\u6261', 'ab'],
  ['a letter and the same with a zero', 'a', 'a\0'],
  ['nothing and a zero', '', '\0'],
])('%s have different hashes', (_, one, other) => {
  for (let seed = 0; seed < 1_000; seed += 1) expect(hashId(one, seed)).not.toEqual(hashId(other, seed));
});

test('a set has the ids that were added', () => {
  fc.assert(
    fc.property(fc.uniqueArray(texts, { minLength: 1, maxLength: 100 }), ([first = '', ...others]) => {
      const set = createIdSet();
      expect(others.map((id) => set.add(id))).toEqual(others.map(() => false));
      expect(set.has(first)).toBe(false);
      expect(others.every((id) => set.has(id) && set.add(id))).toBe(true);
      expect(set.count()).toBe(others.length);
    }),
  );
});
