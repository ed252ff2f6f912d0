import type { GatewayError } from '../../../src/errors/gateway-error.ts';
import { RunningCalls } from '../../../src/prediction/served-call.ts';

test('stopping ends what runs, and resolves when the last call has left', async () => {
  const running = new RunningCalls();
  const ended: GatewayError[] = [];
  const leave = [1, 2].map(() => running.enter((failure) => ended.push(failure)));
  const early = running.enter((failure) => ended.push(failure));
  early();
  let isStopped = false;
  const stopped = running.stop(60_000).then(() => (isStopped = true));
  expect(ended).toMatchObject([
    { code: 'INSTANCE_STOPPING', retryAfterInMs: 1000 },
    { code: 'INSTANCE_STOPPING' },
  ]);
  leave[0]?.();
  await new Promise(setImmediate);
  expect(isStopped).toBe(false);
  leave[1]?.();
  expect(await stopped).toBe(true);
});

test('a call that comes when the instance is being stopped is ended at once', async () => {
  const running = new RunningCalls();
  await running.stop(60_000);
  const ended: GatewayError[] = [];
  running.enter((failure) => ended.push(failure));
  expect(ended).toMatchObject([{ code: 'INSTANCE_STOPPING' }]);
});

test('calls that do not end are not waited for longer than asked', async () => {
  const running = new RunningCalls();
  running.enter(() => undefined);
  await expect(running.stop(1)).resolves.toBeUndefined();
});
