import { byTheClock } from '../../src/time/schedule.ts';
import { waitAtMost } from '../../src/time/time-limit.ts';

const onLate = (): never => {
  throw new Error('late');
};
const byClock = { schedule: byTheClock, timeoutInMs: 1000, onLate };

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

test('work in time gives its result', async () => {
  await expect(waitAtMost(Promise.resolve(7), byClock)).resolves.toBe(7);
});

test('work that fails in time gives its own error', async () => {
  await expect(waitAtMost(Promise.reject(new Error('own')), byClock)).rejects.toThrow('own');
});

test('work that hangs fails when its time is over, not before', async () => {
  const isSettled = jest.fn();
  const result = waitAtMost(new Promise<never>(() => undefined), byClock).finally(isSettled);
  const failed = expect(result).rejects.toThrow('late');
  await jest.advanceTimersByTimeAsync(999);
  expect(isSettled).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  await failed;
});

test('work that fails after its time is over is not heard of', async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  const failed = expect(waitAtMost(promise, byClock)).rejects.toThrow('late');
  await jest.advanceTimersByTimeAsync(1000);
  reject(new Error('unhandled, were it not caught'));
  await failed;
});
