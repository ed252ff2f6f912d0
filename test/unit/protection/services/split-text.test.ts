import fc from 'fast-check';
import { groupPieces, splitTexts } from '../../../../src/protection/services/split-text.ts';

const texts = fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 6 });

test('pieces cover every text, overlap, and are short enough', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const pieces = splitTexts(all, 10, 3);
      for (const { text, start, piece } of pieces) {
        expect(piece.length).toBeLessThanOrEqual(10);
        expect(all[text]?.startsWith(piece, start)).toBe(true);
      }
      all.forEach((text, number) => {
        const own = pieces.filter((piece) => piece.text === number);
        let end = 0;
        for (const { start, piece } of own) {
          expect(start).toBeLessThanOrEqual(Math.max(0, end - 3));
          end = start + piece.length;
        }
        expect(end).toBe(text.length);
      });
    }),
  );
});

test('cuts no surrogate pair', () => {
  const pieces = splitTexts(['🙂'.repeat(40)], 9, 3);
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.every(({ piece }) => piece.isWellFormed())).toBe(true);
});

test('groups keep the order and both bounds', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const pieces = splitTexts(all, 10, 3);
      const groups = groupPieces(pieces, 3, 25);
      expect(groups.flat()).toEqual(pieces);
      for (const group of groups) {
        expect(group.length).toBeLessThanOrEqual(3);
        expect(group.reduce((units, { piece }) => units + piece.length, 0)).toBeLessThanOrEqual(25);
      }
    }),
  );
});
