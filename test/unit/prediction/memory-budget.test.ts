import fc from 'fast-check';
import { type HeldBytes, MemoryBudget } from '../../../src/prediction/served-call.ts';
import { thrownBy } from '../thrown-by.ts';

const MIB = 1_048_576;

test('beyond the budget a body is refused for a moment, and what was held before still is', () => {
  const budget = new MemoryBudget(8 * MIB);
  const first = budget.hold();
  first.resize(5 * MIB);
  const second = budget.hold();
  second.resize(MIB / 2, 3 * MIB);
  expect(thrownBy(() => second.resize(2 * MIB, 3 * MIB))).toMatchObject({
    code: 'INSTANCE_FULL',
    retryAfterInMs: 1000,
  });
  expect(budget.bytes).toBe(5.5 * MIB);
  first.release();
  second.resize(3 * MIB, 3 * MIB);
  expect(budget.bytes).toBe(3 * MIB);
});

test('small bodies have a quarter that large ones can’t take', () => {
  const budget = new MemoryBudget(8 * MIB);
  const large = budget.hold();
  large.resize(6 * MIB);
  thrownBy(() => budget.hold().resize(1, 300_000));
  const small = Array.from({ length: 32 }, () => budget.hold());
  for (const one of small) one.resize(MIB / 16);
  expect(budget.bytes).toBe(8 * MIB);
  expect(thrownBy(() => budget.hold().resize(1)).code).toBe('INSTANCE_FULL');
});

test('a body is large when it is known to be, or when it has become so', () => {
  const budget = new MemoryBudget(8 * MIB);
  budget.hold().resize(5.9 * MIB);
  const growing = budget.hold();
  growing.resize(262_144);
  expect(thrownBy(() => growing.resize(262_145)).code).toBe('INSTANCE_FULL');
  expect(thrownBy(() => budget.hold().resize(262_144, 262_145)).code).toBe('INSTANCE_FULL');
});

test('what comes after the release is not counted', () => {
  const budget = new MemoryBudget(MIB);
  const held = budget.hold();
  held.resize(1000);
  held.release();
  held.resize(2 * MIB);
  held.release();
  expect(budget.bytes).toBe(0);
});

test('whatever comes and goes, the sum is that of all held, and never more than the budget', () => {
  const step = fc.record({
    call: fc.nat(5),
    bytes: fc.oneof(fc.nat(400_000), fc.nat(3 * MIB)),
    expected: fc.option(fc.nat(3 * MIB), { nil: undefined }),
    isEnd: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const budget = new MemoryBudget(4 * MIB);
      const calls: { held: HeldBytes; bytes: number }[] = [];
      for (const { call, bytes, expected, isEnd } of steps) {
        const one = (calls[call] ??= { held: budget.hold(), bytes: 0 });
        if (isEnd) {
          one.held.release();
          calls[call] = { held: budget.hold(), bytes: 0 };
        } else {
          try {
            one.held.resize(bytes, expected);
            one.bytes = bytes;
          } catch (error) {
            expect(error).toMatchObject({ code: 'INSTANCE_FULL' });
          }
        }
        const all = calls.filter((known) => known as unknown).reduce((sum, known) => sum + known.bytes, 0);
        expect(budget.bytes).toBe(all);
        expect(all).toBeLessThanOrEqual(4 * MIB);
      }
      for (const one of calls.filter((known) => known as unknown)) one.held.release();
      expect(budget.bytes).toBe(0);
    }),
  );
});

test('a hundred small calls are let in while twenty of the largest bodies come at once', () => {
  const budget = new MemoryBudget(128 * MIB);
  const come = (): boolean => {
    const body = budget.hold();
    try {
      for (let bytes = MIB; bytes <= 20 * MIB; bytes += MIB) body.resize(bytes, 20 * MIB);
      return true;
    } catch {
      body.release();
      return false;
    }
  };
  expect(Array.from({ length: 20 }, come).filter(Boolean)).toHaveLength(4);
  for (let index = 0; index < 100; index += 1) budget.hold().resize(MIB / 4);
  expect(budget.bytes).toBe(105 * MIB);
});
