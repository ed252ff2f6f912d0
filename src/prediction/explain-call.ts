import { GatewayError, type FieldViolation } from '../errors/gateway-error.ts';
import type { GatewayErrorCode } from '../errors/codes.ts';
import { explain, type Explanation } from '../governance/explain.ts';
import type { Governance } from '../governance/governance.ts';
import type { Caller } from './interfaces.ts';
import type { PolicyExplainQuestion } from './question.ts';

/** What would become of a call. */
export type CallExplanation = { readonly decision: 'allow' | 'deny' } & (
  (Omit<Explanation, 'allowed' | 'code'> & { readonly code?: GatewayErrorCode }) | UnreadableExplanation
);

/** A call that is refused for its form, before any rule is asked. */
interface UnreadableExplanation {
  readonly rule: 'request';
  readonly reason: string;
  readonly code: GatewayErrorCode;
  readonly policyVersion: string;
  readonly violations?: readonly FieldViolation[];
}

/** Explains with the decision that the call itself would get; calls nobody. */
export function explainCall(
  governance: Governance,
  caller: Caller,
  { call }: PolicyExplainQuestion,
): CallExplanation {
  if (call instanceof GatewayError) {
    const { code, message: reason, violations } = call;
    const { policyVersion } = governance;
    return {
      decision: 'deny',
      ...{ rule: 'request' as const, reason, code, policyVersion },
      ...(violations.length > 0 && { violations }),
    };
  }
  const { allowed, ...explanation } = explain(governance, caller, call, caller.productId);
  return { decision: allowed ? 'allow' : 'deny', ...explanation };
}
