import { createBackOff } from '../../src/time/back-off.ts';

test('each delay is twice the one before, up to the longest', () => {
  const backOff = createBackOff(100, 500);
  expect(Array.from({ length: 5 }, () => backOff.next())).toEqual([100, 200, 400, 500, 500]);
});

test('the next delay can be shortened, and is not made longer', () => {
  const backOff = createBackOff(1000, 30_000);
  backOff.next();
  backOff.shorten(5000);
  expect(backOff.next()).toBe(2000);
  backOff.shorten(250);
  expect([backOff.next(), backOff.next()]).toEqual([250, 500]);
});

test('after a reset the delays begin again', () => {
  const backOff = createBackOff(1000, 30_000);
  backOff.next();
  backOff.next();
  backOff.reset();
  expect([backOff.next(), backOff.next()]).toEqual([1000, 2000]);
});
