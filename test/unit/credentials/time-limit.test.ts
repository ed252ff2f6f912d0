import { withTimeLimit } from '../../../src/credentials/time-limit.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { rejectedBy } from '../thrown-by.ts';

const LATE = new GatewayError('TOKEN_EXCHANGE_UNAVAILABLE', 'Too late.');

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

test('work in time gives its result', async () => {
  await expect(withTimeLimit(Promise.resolve(7), 1000, () => LATE)).resolves.toBe(7);
});

test('work that fails in time gives its own error', async () => {
  const work = Promise.reject(new Error('own'));
  await expect(withTimeLimit(work, 1000, () => LATE)).rejects.toThrow('own');
});

test('work that hangs fails when its time is over, not before', async () => {
  const isSettled = jest.fn();
  const result = rejectedBy(withTimeLimit(new Promise(() => undefined), 1000, () => LATE)).finally(isSettled);
  await jest.advanceTimersByTimeAsync(999);
  expect(isSettled).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  expect(await result).toBe(LATE);
});

test('work that fails after its time is over is not heard of', async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  const result = rejectedBy(withTimeLimit(promise, 1000, () => LATE));
  await jest.advanceTimersByTimeAsync(1000);
  reject(new Error('unhandled, were it not caught'));
  expect(await result).toBe(LATE);
});
