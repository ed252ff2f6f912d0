import fc from 'fast-check';
import { createHashLog } from '../../src/verification/hash-log.ts';

/** Numbers of 32 bits, of which some come often. */
const bits = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 32 - 1 }));

function repeatedOf(hashes: readonly (readonly [low: number, high: number])[]) {
  const log = createHashLog();
  for (const [low, high] of hashes) log.add(low, high);
  return Array.from(log.repeated(), ({ hash, again }) => ({ hash: hash.join('.'), again }));
}

const byHash = (one: { readonly hash: string }, other: { readonly hash: string }) =>
  one.hash < other.hash ? -1 : 1;

test('hashes that come more than once are found, with the number of times', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(bits, bits), { maxLength: 400 }), (hashes) => {
      const expected = [...Map.groupBy(hashes, (hash) => hash.join('.'))]
        .filter(([, same]) => same.length > 1)
        .map(([hash, same]) => ({ hash, again: same.length - 1 }));
      expect(repeatedOf(hashes).sort(byHash)).toEqual(expected.sort(byHash));
    }),
  );
});

test('of a hundred thousand hashes of one share, the two that come twice are found', () => {
  const hashes = Array.from({ length: 100_000 }, (_, index) => [7, index] as const);
  expect(repeatedOf([...hashes, [7, 0], [7, 99_999]])).toEqual([
    { hash: '7.0', again: 1 },
    { hash: '7.99999', again: 1 },
  ]);
});

test('an empty log has nothing twice', () => {
  expect(repeatedOf([])).toEqual([]);
});
