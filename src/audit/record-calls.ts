import type { AuditTrail } from '../prediction/audit-trail.ts';
import { flattenOpening, flattenRecord } from './flatten-record.ts';
import { toGatewayTerms, withGatewayErrors } from './with-gateway-errors.ts';
import type { LedgerTrail } from '@vertex-ai-gateway/audit-ledger/recording';

/** Makes the trail that puts the gateway's calls on the audit ledger. What `trail` throws becomes a GatewayError. */
export function recordCalls(
  trail: Pick<LedgerTrail, 'admit' | 'countUnverified' | 'open' | 'commit' | 'record'>,
): AuditTrail {
  return {
    admit: () => {
      try {
        return trail.admit()?.catch((error: unknown) => {
          throw toGatewayTerms(error);
        });
      } catch (error) {
        throw toGatewayTerms(error);
      }
    },
    countUnverified: (call) => trail.countUnverified(call),
    ...withGatewayErrors<Pick<AuditTrail, 'open' | 'commit'>>({
      open: (record) => trail.open(flattenOpening(record)),
      commit: (record, last) => trail.commit(flattenRecord(record), last),
    }),
    record: (record, last) => trail.record(flattenRecord(record), last),
  };
}
