import fc from 'fast-check';
import { resolvePeriod } from '../../../src/questions/period.ts';
import { thrownBy } from '../thrown-by.ts';

const NOW = new Date('2026-03-10T15:30:00.000Z');
const DAY_IN_MS = 86_400_000;
const at = (text: string) => new Date(text);

test('nothing asked for is the current day in UTC', () => {
  expect(resolvePeriod({}, NOW)).toEqual({ from: at('2026-03-10'), to: at('2026-03-11') });
});

test('an end without a beginning is the day that it ends', () => {
  expect(resolvePeriod({ to: at('2026-03-05T06:00:00Z') }, NOW)).toEqual({
    from: at('2026-03-05'),
    to: at('2026-03-05T06:00:00Z'),
  });
  expect(resolvePeriod({ to: at('2026-03-05') }, NOW).from).toEqual(at('2026-03-04'));
});

test('a beginning without an end goes to the end of the current day', () => {
  expect(resolvePeriod({ from: at('2026-03-01T12:00:00Z') }, NOW).to).toEqual(at('2026-03-11'));
});

test.each([
  [{ from: at('2026-03-02'), to: at('2026-03-01') }, 'must be before to'],
  [{ from: at('2026-03-02'), to: at('2026-03-02') }, 'must be before to'],
  [{ from: at('2026-03-12') }, 'must be before to'],
  [{ from: at('2026-02-01') }, '31 days'],
  [{ from: at('2026-03-01'), to: at('2026-04-01T00:00:00.001Z') }, '31 days'],
])('%j is refused', (asked, rule) => {
  const error = thrownBy(() => resolvePeriod(asked, NOW));
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field: 'from' }] });
  expect(error.message).toContain(rule);
});

test('31 days are accepted', () => {
  const asked = { from: at('2026-03-01'), to: at('2026-04-01') };
  expect(resolvePeriod(asked, NOW)).toEqual(asked);
});

test('a period is never empty and never longer than 31 days', () => {
  const instant = fc.date({ min: at('2000-01-01'), max: at('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(fc.option(instant), fc.option(instant), instant, (from, to, now) => {
      const asked = { ...(from && { from }), ...(to && { to }) };
      try {
        const period = resolvePeriod(asked, now);
        const lengthInMs = period.to.getTime() - period.from.getTime();
        expect(lengthInMs).toBeGreaterThan(0);
        expect(lengthInMs).toBeLessThanOrEqual(31 * DAY_IN_MS);
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
      }
    }),
  );
});
