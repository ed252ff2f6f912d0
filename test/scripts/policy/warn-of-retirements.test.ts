import { warnOfRetirements } from '../../../scripts/policy/warn-of-retirements.ts';
import { governanceOf, modelEntry } from '../../unit/governance/governance-of.ts';

const SOURCE = 'https://vendor.example.com/ends';

function warn(at: string, replacement?: string): string[] {
  const retires = { on: '2027-01-22', source: SOURCE, ...(replacement !== undefined && { replacement }) };
  const entries = [modelEntry({ name: 'old', model: 'old', retires }), modelEntry({ name: 'new' })];
  return warnOfRetirements(governanceOf({ entries, grants: [] }), new Date(at));
}

test.each([
  ['2026-11-22T23:59:59Z', []],
  ['2026-11-23T00:00:00Z', ['in 60 days']],
  ['2026-11-30T15:00:00Z', ['in 53 days']],
  ['2027-01-21T12:00:00Z', ['tomorrow']],
  ['2027-01-22T12:00:00Z', ['today']],
])('warns 60 days ahead: at %s of %j', (at, days) => {
  const expected = days.map(
    (day) =>
      `Warning: old retires: its last day is 2027-01-22, ${day}. Callers who may use new are told to. Source: ${SOURCE}`,
  );
  expect(warn(at, 'new')).toEqual(expected);
});

test('warns of what has ended, and of a replacement that is missing', () => {
  expect(warn('2027-01-23T00:00:00Z')).toEqual([
    `Warning: old was retired: its last day was 2027-01-22. Calls are refused. Name its replacement under retires. Source: ${SOURCE}`,
  ]);
});
