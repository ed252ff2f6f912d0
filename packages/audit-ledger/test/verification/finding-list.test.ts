import type { Finding, FindingKind } from '../../src/verification/finding.ts';
import { createFindingList, MOST_LISTED } from '../../src/verification/finding-list.ts';

function finding(kind: FindingKind, sequence = 0): Finding {
  return { kind, sequence, message: 'Something is wrong.' };
}

function countsOf(findings: readonly Finding[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(findings, ({ kind }) => kind)].map(([kind, { length }]) => [kind, length]),
  );
}

test('findings are listed in the order in which they were found', () => {
  const findings = createFindingList();
  const found = [
    finding('request-without-record'),
    finding('chain-changed'),
    finding('request-without-record', 1),
  ];
  found.forEach(findings.add);
  expect([findings.list(), findings.count()]).toEqual([found, 3]);
});

test.each([
  ['after', (noise: () => void, one: () => void) => [noise, one]],
  ['before', (noise: () => void, one: () => void) => [one, noise]],
])('many findings of one kind hide none of another that is found %s them', (_, inOrder) => {
  const findings = createFindingList();
  const noise = () => {
    for (let index = 0; index < 20_000; index += 1) findings.add(finding('request-without-record', index));
  };
  for (const find of inOrder(noise, () => findings.add(finding('record-without-request')))) find();
  const listed = findings.list();
  expect([listed.length, findings.count()]).toEqual([MOST_LISTED, 20_001]);
  expect(countsOf(listed)).toEqual({ 'request-without-record': 999, 'record-without-request': 1 });
});

test('kinds that are too many share the list evenly', () => {
  const findings = createFindingList();
  for (let index = 0; index < 5_000; index += 1) {
    findings.add(finding('chain-changed', index));
    findings.add(finding('refused', index));
  }
  for (let index = 0; index < 100; index += 1) findings.add(finding('truncated', index));
  expect(countsOf(findings.list())).toEqual({ 'chain-changed': 567, truncated: 100, refused: 333 });
});

test('findings of another list are counted with those that it does not list', () => {
  const [findings, others] = [createFindingList(), createFindingList()];
  findings.add(finding('chain-changed'));
  for (let index = 0; index < 3_000; index += 1) others.add(finding('record-without-request', index));
  findings.add(others);
  expect([findings.list().length, findings.count()]).toEqual([MOST_LISTED, 3_001]);
  expect(countsOf(findings.list())).toEqual({ 'chain-changed': 1, 'record-without-request': 999 });
});
