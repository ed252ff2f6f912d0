import fc from 'fast-check';
import { holds, isSame, wordsOf } from '../../../src/verification/scanning/words.ts';

const few = fc.uint8Array({ max: 1, maxLength: 20 });

test('bytes hold others where a slice of them is equal', () => {
  fc.assert(
    fc.property(few, few, fc.nat(22), (bytes, expected, at) => {
      const there = Buffer.from(bytes.slice(at, at + expected.length));
      expect(holds(wordsOf(bytes), at, wordsOf(expected))).toBe(
        at + expected.length <= bytes.length && there.equals(expected),
      );
    }),
  );
});

test('a changed byte is found wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.nat(39),
      fc.nat(9),
      (bytes, where, before) => {
        const moved = Buffer.concat([Buffer.alloc(before), bytes]);
        const same = () => isSame(wordsOf(moved), before, wordsOf(bytes), 0, bytes.length);
        expect(same()).toBe(true);
        const at = before + (where % bytes.length);
        moved[at] = (moved[at] ?? 0) ^ 1;
        expect(same()).toBe(false);
      },
    ),
  );
});
