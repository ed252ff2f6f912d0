import fc from 'fast-check';
import { decodePercents } from '../../../src/protection/percents.ts';

function decodeURIComponentOf(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

test('a long text is decoded as decodeURIComponent does, wherever its slices end', async () => {
  const piece = fc.constantFrom(
    'a',
    '%41',
    '%C3%BC',
    '%e2%82%ac',
    '%F0%9F%98%80',
    'ü',
    '😀',
    '%',
    '%8',
    '%80',
    '%zz',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.nat(20), async (some, shift) => {
      const round = `${some.join('')}-`;
      const text = 'x'.repeat(shift) + round.repeat(Math.ceil(140_000 / round.length));
      expect(await decodePercents(text, () => undefined)).toBe(decodeURIComponentOf(text));
    }),
    { numRuns: 100 },
  );
});

test('each slice is a turn', async () => {
  const spent: number[] = [];
  await decodePercents('%41'.repeat(100_000), (units) => {
    spent.push(units);
    return Promise.resolve();
  });
  expect(spent).toEqual([65_535, 65_535, 65_535, 65_535, 37_860]);
});
