import { z } from 'zod';
import { LedgerEntry } from '../../src/ledger/ledger-entry.ts';
import { ShippingCursor } from '../../src/shipping/shipping-cursor.ts';
import { describeReport } from '../../src/verification/describe-report.ts';
import type { LedgerEvidence } from '../../src/verification/evidence.ts';
import { VerificationReport } from '../../src/verification/report.ts';
import { describeMissingEvidence } from '../../src/verification/scope.ts';

test.each([
  ['reports', VerificationReport],
  ['entries', LedgerEntry],
  ['cursors', ShippingCursor],
])('descriptions in the schema of %s begin with the thing that they describe', (_, schema: z.ZodType) => {
  const descriptions = JSON.stringify(z.toJSONSchema(schema)).match(/(?<="description":")[^"]+/g) ?? [];
  expect(descriptions.length).toBeGreaterThan(3);
  expect(descriptions.filter((text) => /^(?:What|Whe|Who|How|Which|Of|Their|Up to)\b/.test(text))).toEqual(
    [],
  );
});

const REPORT: VerificationReport = {
  version: 1,
  verifiedAt: '2026-03-01T12:00:00.000Z',
  from: '2026-02-01T00:00:00.000Z',
  to: '2026-03-01T00:00:00.000Z',
  scope: 'ledger-and-application-insights',
  isIntact: true,
  findings: [],
  findingCount: 0,
  chains: 1,
  parts: 1,
  entries: 2,
  young: 0,
  bytes: 3,
  openings: 0,
  closings: 0,
  unverified: 0,
  open: 0,
  unshipped: 0,
  anchors: 0,
  signatures: 0,
  unsigned: 0,
  notChecked: [],
};
const WRONG: Partial<VerificationReport> = {
  isIntact: false,
  findings: [{ kind: 'refused', message: 'No.' }],
  findingCount: 1,
};

test.each<[Partial<VerificationReport>, string]>([
  [{}, 'Nothing is wrong. Verified: the ledger and Application Insights.'],
  [{ scope: 'ledger' }, 'Nothing is wrong. Verified: the ledger alone, without Application Insights.'],
  [{ scope: 'bundle' }, 'Nothing is wrong. Verified: the bundle alone.'],
  [WRONG, '1 thing is wrong. Verified: the ledger and Application Insights.'],
  [{ ...WRONG, notChecked: ['It.'] }, '1 thing is wrong. Verified: the ledger and Application Insights.'],
  [
    { isIntact: false, notChecked: ['It.', 'That.'], scope: 'ledger' },
    'Not verified, though nothing was found wrong: 2 checks were left out. Asked for: the ledger alone, without Application Insights.',
  ],
])('the first line of %j says whether all is well, and of what', (report, line) => {
  expect(describeReport({ ...REPORT, ...report }).split('\n')[0]).toBe(line);
});

test.each<[VerificationReport['scope'], LedgerEvidence, number]>([
  ['ledger-and-application-insights', {}, 6],
  ['ledger', {}, 3],
  ['bundle', {}, 2],
  ['bundle', { anchors: [] }, 1],
  ['ledger', { cursors: new Map() }, 2],
])('of the scope %s with the evidence %j, %d kinds are missing', (scope, evidence, count) => {
  expect(describeMissingEvidence(evidence, scope)).toHaveLength(count);
});
