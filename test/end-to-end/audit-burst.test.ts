import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ManagedIdentityCredential } from '@azure/identity';
import { recordCalls } from '../../src/audit/record-calls.ts';
import { startAudit } from '@vertex-ai-gateway/audit-ledger/recording';
import type { AuditRecord } from '../../src/prediction/audit-record.ts';
import { FULL_RECORD } from '../unit/audit/full-record.ts';
import { AuditedChain } from './audited-chain.ts';

const CALLS = 20_000;
/** The bound of records that wait for the ledger, far below the burst. */
const PENDING_BYTES = 4 * 1024 * 1024;
const BOUND_IN_MS = 90_000;
/** A refused caller retries after this time. */
const RETRY_IN_MS = 20;

let audited: AuditedChain;

beforeAll(async () => {
  audited = await AuditedChain.start();
  // These calls don't pass the edge, so the records can only be compared with each other.
  await audited.observed.chain.clear();
});

afterAll(() => audited.stop());

function recordOf(requestId: string): AuditRecord {
  const startedAt = new Date();
  const id = `${startedAt.toISOString().replace(/[-:.]/g, '')}-${requestId}`;
  return { ...FULL_RECORD, id, requestId, startedAt };
}

/** The calls go directly to the audit trail: 20,000 calls through the edge would take minutes. */
test('of a burst of 20,000 calls those that do not fit are refused, and none that was let in is lost', async () => {
  const settings = audited.observed.chain.environment.functionAppSettings;
  const startedAt = performance.now();
  const audit = startAudit({
    storageUrl: settings.AUDIT_STORAGE_URL ?? '',
    witnessUrl: settings.AUDIT_WITNESS_URL,
    keyUrl: settings.AUDIT_KEY_URL ?? '',
    credential: new ManagedIdentityCredential({ clientId: settings.AZURE_CLIENT_ID ?? '' }),
    connectionString: settings.APPLICATIONINSIGHTS_CONNECTION_STRING ?? '',
    policyVersion: 'burst',
    timeoutInMs: 5000,
    maximumPendingBytes: PENDING_BYTES,
    checkpointIntervalInMs: 1000,
    writeAheadDirectory: settings.AUDIT_WRITE_AHEAD_DIRECTORY ?? '',
    log: () => undefined,
  });
  const trail = recordCalls(audit.trail);
  const requestIds: string[] = [];
  let refused = 0;
  while (requestIds.length < CALLS) {
    try {
      await trail.admit();
    } catch (error) {
      expect(error).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
      refused += 1;
      await pause(RETRY_IN_MS);
      continue;
    }
    const requestId = randomUUID();
    requestIds.push(requestId);
    trail.record(recordOf(requestId), {});
  }
  await audit.close(BOUND_IN_MS);
  expect(performance.now() - startedAt).toBeLessThan(BOUND_IN_MS);

  expect(refused).toBeGreaterThan(0);
  await audited.expectOnBothStores(requestIds, await audited.ledger());
  const report = await audited.verify();
  expect(report).toMatchObject({ closings: CALLS, open: 0 });
  // The edge counted no request, because the calls did not come through it.
  expect(new Set(report.findings.map(({ kind }) => kind))).toEqual(new Set(['record-without-request']));
  expect(report.comparedRecords).toBe(CALLS);
});
