import { governanceFolder } from '../../support/governance-folder.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';

function endOf(folder: string, name: string): string | undefined {
  const { entries } = loadGovernance(folder).documents.catalog;
  return entries.find((entry) => entry.name === name)?.retires?.on;
}

test('tests run under the sample’s own documents while the models that they call live', () => {
  const folder = governanceFolder(Date.parse('2026-12-01'));
  expect(folder).toMatch(/\/governance$/);
  expect(endOf(folder, 'text-embedding-005')).toBe('2027-04-01');
});

test.each(['2027-02-01', '2027-04-02', '2040-01-01'])('on %s those models live on, and no others', (day) => {
  const folder = governanceFolder(Date.parse(day));
  expect(endOf(folder, 'text-embedding-005')).toBe('2999-12-31');
  expect(endOf(folder, 'gemini-2.5-flash')).toBe('2026-10-20');
});
