import fc from 'fast-check';
import { countFitting } from '../../src/ledger/count-fitting.ts';

test('the items at the beginning that fit are counted with few questions', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(5000), (one, other) => {
      const [fitting, total] = [Math.min(one, other), Math.max(one, other)];
      const items = Array.from({ length: total }, (_, index) => index);
      let asked = 0;
      const count = countFitting(items, (index) => {
        asked += 1;
        return index < fitting;
      });
      expect(count).toBe(fitting);
      expect(asked).toBeLessThanOrEqual(fitting === total ? 1 : Math.log2(total) + 2);
    }),
  );
});
