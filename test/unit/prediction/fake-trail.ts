import type { AuditRecord } from '../../../src/prediction/audit-record.ts';
import type { AuditTrail } from '../../../src/prediction/audit-trail.ts';

/** Makes a trail that keeps every record in `records`, in the order in which the ledger would get them. */
export function fakeTrail(records: AuditRecord[], changes: Partial<AuditTrail> = {}): AuditTrail {
  return {
    admit: () => undefined,
    countUnverified: () => undefined,
    open: () => Promise.resolve(),
    commit: (record) => {
      records.push(record);
      return Promise.resolve();
    },
    record: (record) => void records.push(record),
    ...changes,
  };
}
