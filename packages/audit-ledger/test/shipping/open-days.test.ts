import { chooseOpenDays } from '../../src/shipping/open-days.ts';
import type { LogLeaf } from '../../src/transparency-log/log-lines.ts';
import { dayOf } from '../../src/transparency-log/log-parts.ts';

const DAY_IN_MS = 86_400_000;
const NOW = Date.parse('2032-11-30T12:00:00.000Z');
/** Each day of seven years. */
const DAYS = Array.from({ length: 2_557 }, (_, before) =>
  dayOf(new Date(NOW - before * DAY_IN_MS)),
).toReversed();
const NEWEST = ['20321128', '20321129', '20321130'];

function leafOf(day: string, isLast = false): LogLeaf {
  return { writer: `${day}T000000000Z-00000001`, sequence: 1, hash: 'a'.repeat(64), isLast };
}

function choose(known: Partial<Parameters<typeof chooseOpenDays>[1]> = {}, days: readonly string[] = DAYS) {
  return chooseOpenDays(days, { asOf: new Date(NOW), leaves: [], unfinished: new Set(), ...known });
}

test('after seven years five days are looked at, the newest three among them', () => {
  const chosen = choose();
  expect(chosen).toHaveLength(5);
  expect(chosen).toEqual(expect.arrayContaining(NEWEST));
});

test('a ledger of three days is looked at whole', () => {
  expect(choose({}, NEWEST)).toEqual(NEWEST);
  expect(choose({}, [])).toEqual([]);
});

test('the day of a chain is looked at until the log has its last leaf', () => {
  expect(choose({ leaves: [leafOf('20300101')] })).toContain('20300101');
  expect(choose({ leaves: [leafOf('20300101'), leafOf('20300102', true)] })).toHaveLength(6);
});

test('a day with work left is looked at', () => {
  expect(choose({ unfinished: new Set(['20270707']) })).toContain('20270707');
});

test('a day of which there is no chain is not looked at', () => {
  expect(choose({ leaves: [leafOf('19990101')], unfinished: new Set(['19990102']) })).toHaveLength(5);
});

test('every other day has its turn: those of a month within an hour, all within two days', () => {
  const seenIn = (minutes: number, days = DAYS) => {
    const seen = new Set<string>();
    for (let minute = 0; minute < minutes; minute += 1)
      for (const day of choose({ asOf: new Date(NOW + minute * 60_000) }, days)) seen.add(day);
    return seen;
  };
  const withinAnHour = seenIn(60);
  expect(DAYS.slice(-33).filter((day) => !withinAnHour.has(day))).toEqual([]);
  const future = [
    ...DAYS.filter((_, index) => index % 40 === 0),
    '20330101',
    '20991231',
    '20320231',
    '99999999',
  ];
  const withinTwoDays = seenIn(2 * 24 * 60, future);
  expect(future.filter((day) => !withinTwoDays.has(day))).toEqual([]);
});
