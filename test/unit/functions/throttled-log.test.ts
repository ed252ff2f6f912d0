import { createThrottledLog } from '../../../src/functions/throttled-log.ts';

const MINUTE_IN_MS = 60_000;

test('a reason is written when it is new, when it comes again, and every five minutes while it stays', () => {
  let now = 0;
  const written: string[] = [];
  const log = createThrottledLog(() => now);
  const ask = (minute: number, reason: string | undefined) => {
    now = minute * MINUTE_IN_MS;
    log(reason, (text) => written.push(`${minute}: ${text}`));
  };

  ask(0, 'down');
  ask(1, 'down');
  ask(4.9, 'down');
  ask(5, 'down');
  ask(6, 'rejected');
  ask(7, 'rejected');
  ask(8, undefined);
  ask(9, 'rejected');

  expect(written).toEqual(['0: down', '5: down', '6: rejected', '9: rejected']);
});

test('two reasons in turn do not fill the log', () => {
  const written: string[] = [];
  const log = createThrottledLog(() => 0);
  for (let asked = 0; asked < 100; asked += 1) log(`reason ${asked % 2}`, (text) => written.push(text));
  expect(written).toEqual(['reason 0', 'reason 1']);
});
