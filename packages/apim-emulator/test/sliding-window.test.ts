import fc from 'fast-check';
import { SlidingWindow } from '../src/engine/sliding-window.ts';

const PERIOD_IN_MS = 1000;

test('whenAtMost is the first time at which the window has no more than that', () => {
  const calls = fc.array(fc.record({ afterInMs: fc.nat(400), count: fc.integer({ min: 1, max: 20 }) }));
  fc.assert(
    fc.property(calls, fc.nat(60), fc.nat(500), (all, maximum, laterInMs) => {
      const window = new SlidingWindow(PERIOD_IN_MS);
      let now = 10_000;
      for (const { afterInMs, count } of all) {
        now += afterInMs;
        window.add(count, now);
      }
      now += laterInMs;
      const time = window.whenAtMost(maximum, PERIOD_IN_MS, now);
      expect(time).toBeGreaterThanOrEqual(now);
      expect(window.count(PERIOD_IN_MS, time)).toBeLessThanOrEqual(maximum);
      if (time > now) expect(window.count(PERIOD_IN_MS, time - 1)).toBeGreaterThan(maximum);
    }),
  );
});
