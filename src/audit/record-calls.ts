import type { AuditTrail } from '../prediction/audit-trail.ts';
import { flattenOpening, flattenRecord } from './flatten-record.ts';
import type { LedgerTrail } from '@vertex-ai-gateway/audit-ledger/ledger/ledger-trail';

/** Makes the trail that puts the gateway's calls on the audit ledger. Its methods throw what those of `trail` throw. */
export function recordCalls(
  trail: Pick<LedgerTrail, 'admit' | 'countUnverified' | 'open' | 'commit' | 'record'>,
): AuditTrail {
  return {
    admit: () => trail.admit(),
    countUnverified: (call) => trail.countUnverified(call),
    open: (record) => trail.open(flattenOpening(record)),
    commit: (record) => trail.commit(flattenRecord(record)),
    record: (record) => trail.record(flattenRecord(record)),
  };
}
