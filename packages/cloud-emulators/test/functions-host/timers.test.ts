import type { Timer } from '@azure/functions';
import { readTimer, type TimerFunction } from '../../src/functions-host/timer-function.ts';
import { Timers } from '../../src/functions-host/timers.ts';
import {
  createHandDrivenClock,
  type HandDrivenClock,
  settled,
} from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { eventually, forkHost } from './fork-host.ts';

const MINUTE_IN_MS = 60_000;
const DAY_IN_MS = 86_400_000;

let clock: HandDrivenClock;
let calls: Timer[];
beforeEach(() => {
  clock = createHandDrivenClock(Date.UTC(2026, 0, 1));
  calls = [];
});

function timer(schedule: string, more: Record<string, unknown> = {}): TimerFunction {
  const trigger = { type: 'timerTrigger', name: 'timer', direction: 'in', schedule, ...more };
  return readTimer({ name: 'sweep', bindings: { timer: trigger } }, {});
}

function start(called: TimerFunction, work: () => Promise<void> = () => Promise.resolve()): Timers {
  const timers = new Timers(
    [called],
    (_, input) => {
      calls.push(input);
      return work();
    },
    clock,
  );
  timers.start();
  return timers;
}

test('runs when it is due, again and again', async () => {
  start(timer('0 */5 * * * *'));
  await clock.advance(5 * MINUTE_IN_MS - 1);
  expect(calls).toHaveLength(0);
  await clock.advance(1);
  expect(calls).toEqual([
    {
      isPastDue: false,
      schedule: { adjustForDST: true },
      scheduleStatus: {
        last: '0001-01-01T00:00:00+00:00',
        next: '2026-01-01T00:10:00.000+00:00',
        lastUpdated: '0001-01-01T00:00:00+00:00',
      },
    },
  ]);
  await clock.advance(10 * MINUTE_IN_MS);
  expect(calls.map(({ scheduleStatus }) => scheduleStatus.last)).toEqual([
    '0001-01-01T00:00:00+00:00',
    '2026-01-01T00:05:00.000+00:00',
    '2026-01-01T00:10:00.000+00:00',
  ]);
});

test('keeps no status of what is due more than once a minute', async () => {
  start(timer('*/30 * * * * *'));
  await clock.advance(30_000);
  expect(calls).toEqual([{ isPastDue: false, schedule: { adjustForDST: true } }]);
});

test('skips what falls due while it runs', async () => {
  const working = Promise.withResolvers<undefined>();
  const timers = start(timer('0 * * * * *'), () => working.promise);
  await clock.advance(3 * MINUTE_IN_MS);
  expect(calls).toHaveLength(1);
  expect(timers.states()).toMatchObject([{ next: null, runs: 1, last: null }]);
  working.resolve(undefined);
  await settled();
  expect(timers.states()).toMatchObject([
    {
      next: '2026-01-01T00:04:00.000Z',
      last: { name: 'sweep', outcome: 'succeeded', durationInMs: 2 * MINUTE_IN_MS },
    },
  ]);
});

test('waits longer than a timer of the platform can', async () => {
  start(timer('0 0 0 1 3 *'));
  await clock.advance(59 * DAY_IN_MS - 1);
  expect(calls).toHaveLength(0);
  await clock.advance(1);
  expect(calls).toHaveLength(1);
});

test('runs on startup when it is to, and by its schedule then', async () => {
  start(timer('0 * * * * *', { runOnStartup: true }));
  expect(calls).toHaveLength(1);
  await settled();
  await clock.advance(MINUTE_IN_MS);
  expect(calls).toHaveLength(2);
});

test('goes on after a failure, and tells of it', async () => {
  const timers = start(timer('0 * * * * *'), () => Promise.reject(new Error('no storage')));
  await clock.advance(2 * MINUTE_IN_MS);
  expect(timers.states()).toMatchObject([{ runs: 2, last: { outcome: 'failed', error: 'no storage' } }]);
});

test('fires at once, its schedule notwithstanding', async () => {
  const timers = start(timer('0 0 0 1 1 *'));
  expect(await timers.fire('SWEEP')).toEqual({ name: 'sweep', outcome: 'succeeded', durationInMs: 0 });
  expect(await timers.fire('other')).toBeUndefined();
  expect(timers.states()).toMatchObject([{ runs: 1, next: '2027-01-01T00:00:00.000Z' }]);
});

test('stops when what runs has ended, and starts nothing more', async () => {
  const working = Promise.withResolvers<undefined>();
  const timers = start(timer('0 * * * * *'), () => working.promise);
  await clock.advance(MINUTE_IN_MS);
  let stopped = false;
  const stopping = timers.stop().then(() => (stopped = true));
  await settled();
  expect(stopped).toBe(false);
  working.resolve(undefined);
  await stopping;
  expect(clock.delays()).toEqual([]);
});

test('a host runs the timers of an app, by schedule, on startup and when told to', async () => {
  const host = await forkHost('timers', { SWEEP_SCHEDULE: '0 30 9 * * *' });
  const control = async (method: string, path: string): Promise<[number, unknown]> => {
    const response = await fetch(`${host.controlUrl}/${path}`, { method });
    return [response.status, await response.json()];
  };
  expect(await control('POST', 'timers/sweep')).toMatchObject([200, { name: 'sweep', outcome: 'succeeded' }]);
  expect(await control('POST', 'timers/failing')).toMatchObject([
    200,
    { name: 'failing', outcome: 'failed', error: 'It is not ready.' },
  ]);
  const [status, refusal] = await control('POST', 'timers/none');
  expect([status, refusal]).toEqual([
    404,
    { error: 'There is no such timer. There are: sweep, often, first, failing.' },
  ]);
  await eventually(() => host.notes().includes('often'));
  expect(host.notes()).toEqual(expect.arrayContaining(['before first', 'first', 'before sweep']));
  const swept = host.notes().find((line) => line.startsWith('sweep '));
  expect(swept).toMatch(/^sweep \{"isPastDue":false,.*"next":"[\dT:.-]+T09:30:00.000\+00:00"/);
  const [, states] = await control('GET', 'timers');
  expect(states).toMatchObject([{ name: 'sweep', schedule: '0 30 9 * * *', runs: 1 }, {}, { runs: 1 }, {}]);
  expect(await (await fetch(`${host.url}/api/ping`)).text()).toBe('pong');
  await host.stop();
});

test('an instance without schedules runs its timers only when told to', async () => {
  const host = await forkHost('timers', { SWEEP_SCHEDULE: '* * * * * *' }, ['--no-schedules']);
  await fetch(`${host.controlUrl}/timers/first`, { method: 'POST' });
  expect(host.notes()).toEqual(['before first', 'first']);
  await host.stop();
});

test.each([
  [{ schedule: '* * * * *' }, 'Function "listing": A schedule has 6 fields'],
  [
    { schedule: '%NOT_SET%' },
    'Function "listing": its schedule names the setting NOT_SET, which is not set.',
  ],
  [{ retry: { strategy: 'fixedDelay', maxRetryCount: 1, delayInterval: 1 } }, 'no retry policies'],
  [{ return: { type: 'queue', name: '$return' } }, 'no further inputs and outputs'],
  [{ extraInputs: [{ type: 'blob', name: 'blob' }] }, 'no further inputs and outputs'],
])('a timer of %j stops the start', async (options, reason) => {
  await expect(forkHost('broken-timer', { OPTIONS: JSON.stringify(options) })).rejects.toThrow(reason);
});

test('another trigger stops the start', async () => {
  await expect(forkHost('broken-timer', { OPTIONS: '{}', QUEUE: 'yes' })).rejects.toThrow(
    'HTTP and timer triggers only',
  );
});
