import fc from 'fast-check';
import { countCharacters, wordsOf } from '../../src/vertex-ai/characters.ts';

test('counts characters as Unicode does, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (one, other) => {
      expect(countCharacters(one + other)).toBe(Array.from(one + other).length);
    }),
  );
  expect(countCharacters('\ud83d\ud83d\ude00\ude00')).toBe(3);
});

test('looks for words in the first 256 Ki characters', () => {
  expect(wordsOf('Straße 7, 日本 — x_y')).toEqual(['Straße', '7', '日本', 'x', 'y']);
  expect(wordsOf('a '.repeat(1_000_000))).toHaveLength(131_072);
});
