import fc from 'fast-check';
import { readSchedule } from '../../src/functions-host/ncrontab.ts';

/** The start, which is a Saturday. */
const START = '2026-01-03T10:20:30.500Z';

function next(expression: string, after = START): string {
  return readSchedule(expression).next(new Date(after)).toISOString().replace('.000Z', '');
}

test.each([
  ['0 */5 * * * *', '2026-01-03T10:25:00'],
  ['0 0 * * * *', '2026-01-03T11:00:00'],
  ['0 0 */2 * * *', '2026-01-03T12:00:00'],
  ['0 0 9-17 * * *', '2026-01-03T11:00:00'],
  ['0 30 9 * * *', '2026-01-04T09:30:00'],
  ['0 30 9 * * 1-5', '2026-01-05T09:30:00'],
  ['0 30 9 * Jan Mon', '2026-01-05T09:30:00'],
  ['0 30 9 * january monday', '2026-01-05T09:30:00'],
  ['*/15 * * * * *', '2026-01-03T10:20:45'],
  ['30 20 10 * * *', '2026-01-04T10:20:30'],
  ['31 20 10 * * *', '2026-01-03T10:20:31'],
  ['5/20 * * * * *', '2026-01-03T10:20:45'],
  ['0 0 0 1,15 * *', '2026-01-15T00:00:00'],
  ['0 0 0 29 2 *', '2028-02-29T00:00:00'],
  ['59 59 23 31 12 *', '2026-12-31T23:59:59'],
])('%s is next due at %s', (expression, due) => {
  expect(next(expression)).toBe(due);
});

test('a day of the month and a day of the week must both hold', () => {
  expect(next('0 0 0 13 * fri')).toBe('2026-02-13T00:00:00');
});

test.each([
  ['* * * * *', 'A schedule has 6 fields'],
  ['00:05:00', 'A schedule has 6 fields'],
  ['60 * * * * *', '"second"'],
  ['0 -1 * * * *', '"minute"'],
  ['0 0 24 * * *', '"hour"'],
  ['0 0 0 0 * *', '"day"'],
  ['0 0 0 * 13 *', '"month"'],
  ['0 0 0 * * 7', '"day of week"'],
  ['0 0 0 * * noday', '"day of week"'],
  ['0 5-1 * * * *', '"minute"'],
  ['0 */0 * * * *', '"minute"'],
  ['0 1/2/3 * * * *', '"minute"'],
  ['0 , * * * *', '"minute"'],
  ['0 0 0 30 2 *', 'never comes'],
])('%s is refused', (expression, reason) => {
  expect(() => readSchedule(expression)).toThrow(reason);
});

test('what comes next is later, and nothing is due in between', () => {
  const part = (last: number, first = 0) =>
    fc.oneof(fc.constant('*'), fc.integer({ min: first, max: last }).map(String), fc.constant('*/7'));
  fc.assert(
    fc.property(
      part(59),
      part(59),
      part(23),
      part(6),
      fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
      (second, minute, hour, weekday, after) => {
        const schedule = readSchedule(`${second} ${minute} ${hour} * * ${weekday}`);
        const due = schedule.next(after);
        expect(due.getTime()).toBeGreaterThan(after.getTime());
        const between = new Date(after.getTime() + (due.getTime() - 1 - after.getTime()) / 2);
        expect(schedule.next(between)).toEqual(due);
      },
    ),
  );
});
