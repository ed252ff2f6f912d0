import { GatewayError } from '../errors/gateway-error.ts';
import { invalidQuery } from '../errors/invalid-query.ts';
import type { Governance } from '../governance/governance.ts';
import { isAuditor } from '../governance/is-auditor.ts';
import type { Period } from '@vertex-ai-gateway/audit-ledger/reading/audit-archive';
import type { Caller } from '../prediction/caller.ts';
import type { AuditVerifyQuestion } from './question.ts';

/** Verifies the ledger that records are kept in. */
export interface LedgerVerifier {
  /** @throws GatewayError AUDIT_UNAVAILABLE and AUDIT_QUERY_REJECTED when what has to be read can't be. */
  verify(
    request: { readonly period: Period; readonly graceInMs: number },
    abortSignal: AbortSignal,
  ): Promise<object>;
}

export interface VerificationDependencies {
  readonly verifier: LedgerVerifier;
  readonly governance: Governance;
  readonly now: () => Date;
}

const DAY_IN_MS = 86_400_000;
const DEFAULT_DAYS = 30;

/** Verifies what was recorded in a period, the last 30 days where none is named. @throws GatewayError NOT_GRANTED. */
export async function verifyRecords(
  { verifier, governance, now }: VerificationDependencies,
  caller: Caller,
  { period: asked, graceInMs }: AuditVerifyQuestion,
  abortSignal: AbortSignal,
): Promise<object> {
  if (!isAuditor(governance.documents.access, caller))
    throw new GatewayError(
      'NOT_GRANTED',
      'Only auditors may have the ledger verified. Ask the operators for a role that the access document lists under ' +
        'auditors.',
    );
  const to = asked.to ?? now();
  const from = asked.from ?? new Date(to.getTime() - DEFAULT_DAYS * DAY_IN_MS);
  if (from >= to) throw invalidQuery([{ field: 'from', description: 'must be before to' }]);
  return verifier.verify({ period: { from, to }, graceInMs }, abortSignal);
}
