import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { AuditRecord } from '../../../src/prediction/audit-record.ts';
import { CallRecord } from '../../../src/prediction/call-record.ts';
import type { Finding } from '../../../src/prediction/finding.ts';
import { governanceOf } from '../governance/governance-of.ts';
import { fakeTrail } from './fake-trail.ts';
import { CALLER, FACTS, STARTED_AT } from './one-call.ts';

const FOUND: Finding = {
  kind: 'email',
  direction: 'request',
  action: 'redact',
  detector: 'email',
  count: 2,
};

/** Begins the record of a verified call; `records` has what the trail gets. */
function begin() {
  const records: AuditRecord[] = [];
  const dependencies = {
    audit: fakeTrail(records),
    monotonicNow: () => 0,
    now: () => STARTED_AT,
    governance: governanceOf({ entries: [], grants: [] }),
  };
  const dialect = {
    name: 'vertex' as const,
    writeError: () => ({ contentType: 'application/json', body: '{}' }),
  };
  const record = new CallRecord(dependencies, { dialect, method: 'POST' });
  record.noteCaller(CALLER);
  return { record, records };
}

test('a call without findings has none on record', () => {
  const { record, records } = begin();
  record.noteFindings([]);
  record.noteAnswered(FACTS);
  record.end();
  expect(records[0]).not.toHaveProperty('findings');
});

test('findings of the prompt and of the answer are on the record of an answered call', () => {
  const { record, records } = begin();
  record.noteFindings([FOUND]);
  record.noteFindings([FOUND, { ...FOUND, direction: 'response' }]);
  record.noteAnswered(FACTS);
  record.end();
  expect(records).toMatchObject([
    {
      outcome: 'answered',
      findings: [
        { ...FOUND, count: 4 },
        { direction: 'response', count: 2 },
      ],
    },
  ]);
});

test('findings are on the record of a call that is denied for them', () => {
  const { record, records } = begin();
  record.noteFindings([{ ...FOUND, action: 'block' }]);
  record.noteFailed(new GatewayError('INVALID_REQUEST', 'Tests.'));
  record.end();
  expect(records).toMatchObject([{ outcome: 'denied', findings: [{ action: 'block' }] }]);
});

test('findings are on the record of a strict stream that ends for them, and of its correction', async () => {
  const { record, records } = begin();
  record.noteFindings([FOUND]);
  record.noteInterrupted(new GatewayError('VERTEX_FAILED', 'Tests.'), FACTS);
  await record.settle();
  record.noteFindings([{ ...FOUND, direction: 'response' }]);
  await record.settle();
  expect(records).toMatchObject([
    { outcome: 'interrupted', findings: [{ direction: 'request' }] },
    { outcome: 'interrupted', findings: [{ direction: 'request' }, { direction: 'response' }] },
  ]);
});
