import { loadGovernance } from '../../../src/governance/load-governance.ts';
import type { Caller } from '../../../src/prediction/caller.ts';
import { type RecordVerifier, verifyRecords } from '../../../src/questions/verify-records.ts';

const governance = loadGovernance('governance');
const NOW = new Date('2026-03-31T12:00:00Z');
const { signal } = new AbortController();
const REST = { retentionInDays: 90, isLedgerOnly: false };

function callerWith(...roles: readonly string[]): Caller {
  return {
    identityProvider: 'entra',
    tenantId: '11111111-1111-4111-8111-111111111111',
    objectId: '33333333-3333-4333-8333-333333333333',
    applicationId: '44444444-4444-4444-8444-444444444444',
    roles,
    isDelegated: false,
    subscriptionId: 'audit',
    productId: 'production',
    requestId: '55555555-5555-4555-8555-555555555555',
  };
}

const auditor = callerWith(...(governance.documents.access.auditors?.roles ?? []));
/** A verifier that answers with its request. */
const verifier: RecordVerifier = { verify: (request) => Promise.resolve(request) };
const rooms = { verifier, governance, now: () => NOW };

test('an auditor has the last 30 days verified, or the period that is named', async () => {
  const question = { operation: 'audit:verify', period: {}, graceInMs: 5, ...REST } as const;
  expect(await verifyRecords(rooms, auditor, question, signal)).toEqual({
    period: { from: new Date('2026-03-01T12:00:00Z'), to: NOW },
    graceInMs: 5,
    ...REST,
  });
  const period = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-03-01T00:00:00Z') };
  expect(await verifyRecords(rooms, auditor, { ...question, period }, signal)).toEqual({
    period,
    graceInMs: 5,
    ...REST,
  });
});

test('nobody else has the ledger verified', async () => {
  const question = { operation: 'audit:verify', period: {}, graceInMs: 0, ...REST } as const;
  await expect(verifyRecords(rooms, callerWith('Scoring.Predict'), question, signal)).rejects.toMatchObject({
    code: 'NOT_GRANTED',
  });
});

test('a period that ends before it begins is refused', async () => {
  const period = { from: new Date('2026-05-01T00:00:00Z') };
  const question = { operation: 'audit:verify', period, graceInMs: 0, ...REST } as const;
  await expect(verifyRecords(rooms, auditor, question, signal)).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
  });
});
