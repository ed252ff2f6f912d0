import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { waitAtMost } from '../../src/time/time-limit.ts';

const onLate = (): never => {
  throw new Error('late');
};

test('work in time gives its outcome, and leaves no timer', async () => {
  const { schedule, delays } = createHandDrivenClock();
  expect(await waitAtMost(Promise.resolve(7), { schedule, timeoutInMs: 1000, onLate })).toBe(7);
  const failed = waitAtMost(Promise.reject(new Error('own')), { schedule, timeoutInMs: 1000, onLate });
  await expect(failed).rejects.toThrow('own');
  expect(delays()).toEqual([]);
});

test('work that is late gives the outcome of the limit, and its own is not heard of', async () => {
  const clock = createHandDrivenClock();
  const { promise, reject } = Promise.withResolvers<number>();
  const limited = waitAtMost(promise, { schedule: clock.schedule, timeoutInMs: 1000, onLate });
  const failed = expect(limited).rejects.toThrow('late');
  await clock.advance(999);
  expect(clock.delays()).toHaveLength(1);
  await clock.advance(1);
  await failed;
  reject(new Error('unhandled, were it not caught'));
  await settled();
});
