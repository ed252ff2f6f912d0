import { GatewayError } from '../errors/gateway-error.ts';
import type { Governance } from '../governance/governance.ts';
import { isAuditor } from '../governance/is-auditor.ts';
import type { Period } from '@vertex-ai-gateway/audit-ledger/reading';
import type { Caller } from '../prediction/caller.ts';
import { resolveVerifiedPeriod } from './period.ts';
import type { AuditVerifyQuestion } from './question.ts';

/** Verifies the ledger that records are kept in. */
export interface RecordVerifier {
  /**
   * Resolves with the report of the verification.
   * @throws GatewayError AUDIT_UNAVAILABLE and AUDIT_QUERY_REJECTED when the ledger or the records can't be read.
   */
  verify(
    request: Omit<AuditVerifyQuestion, 'operation' | 'period'> & { readonly period: Period },
    abortSignal: AbortSignal,
  ): Promise<object>;
}

/** The dependencies of verifying records. */
export interface VerificationDependencies {
  readonly verifier: RecordVerifier;
  readonly governance: Governance;
  readonly now: () => Date;
}

/**
 * Verifies the records of a period for an auditor, by default the last 30 days.
 * @throws GatewayError NOT_GRANTED for anybody else, INVALID_REQUEST for an empty period, and what the verifier throws.
 */
export async function verifyRecords(
  { verifier, governance, now }: VerificationDependencies,
  caller: Caller,
  { period, graceInMs, retentionInDays, isLedgerOnly }: AuditVerifyQuestion,
  abortSignal: AbortSignal,
): Promise<object> {
  if (!isAuditor(governance.documents.access, caller))
    throw new GatewayError(
      'NOT_GRANTED',
      'Only auditors may have the ledger verified. Ask the operators for a role that the access document lists under ' +
        'auditors.',
    );
  return verifier.verify(
    { period: resolveVerifiedPeriod(period, now()), graceInMs, retentionInDays, isLedgerOnly },
    abortSignal,
  );
}
