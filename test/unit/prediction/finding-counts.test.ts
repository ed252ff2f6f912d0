import { FindingCounts } from '../../../src/prediction/finding-counts.ts';
import type { Finding } from '../../../src/prediction/finding.ts';

const EMAIL: Finding = {
  kind: 'email',
  direction: 'request',
  action: 'redact',
  detector: 'email',
  count: 1,
};

function listOf(...findings: Finding[]): readonly Finding[] | undefined {
  const counts = new FindingCounts();
  counts.add(findings);
  return counts.list();
}

test('findings that are equal but for their count become one', () => {
  expect(listOf(EMAIL, { ...EMAIL, count: 3 })).toEqual([{ ...EMAIL, count: 4 }]);
});

test.each([
  { kind: 'iban' },
  { direction: 'response' as const },
  { action: 'block' as const },
  { detector: 'azure-ai-language' },
])('findings that differ by %j stay apart, in the order in which they are met', (change) => {
  const other = { ...EMAIL, ...change };
  expect(listOf(EMAIL, other, EMAIL)).toEqual([{ ...EMAIL, count: 2 }, other]);
});

test('findings of nothing are none', () => {
  expect(listOf()).toBeUndefined();
  expect(listOf({ ...EMAIL, count: 0 })).toBeUndefined();
});

test('only the members of a finding are kept', () => {
  const withValue = { ...EMAIL, value: 'alice@example.com' };
  expect(JSON.stringify(listOf(withValue, withValue))).not.toContain('alice');
});

test('kinds beyond the most that a property holds are counted together, for each direction and action', () => {
  const longest = 'x'.repeat(30);
  const findings = Array.from({ length: 200 }, (_, index): Finding => ({
    ...EMAIL,
    kind: `${longest}${index % 100}`,
    detector: `${longest}${index % 100}`,
    direction: index % 2 === 0 ? 'request' : 'response',
  }));
  const list = listOf(...findings) ?? [];
  expect(list.filter(({ kind }) => kind === 'other')).toMatchObject([
    { direction: 'response', detector: 'other' },
    { direction: 'request', detector: 'other' },
  ]);
  expect(list.reduce((sum, { count }) => sum + count, 0)).toBe(200);
  expect(Buffer.byteLength(JSON.stringify(list))).toBeLessThan(8192);
});
