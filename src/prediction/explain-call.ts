import type { GatewayErrorCode } from '../errors/codes.ts';
import { GatewayError, type FieldViolation } from '../errors/gateway-error.ts';
import type { Principal } from '../governance/call-target.ts';
import { explain, type Explanation } from '../governance/explain.ts';
import type { Governance } from '../governance/governance.ts';
import { joinNames } from '../governance/join-names.ts';
import { listPlaces, type PlaceList } from '../governance/list-places.ts';
import { listLimits } from '../governance/list-limits.ts';
import type { AskedCall, PolicyExplainQuestion } from './question.ts';

/** What would become of a call. */
export interface CallExplanation extends Omit<Explanation, 'allowed' | 'code' | 'limits'> {
  readonly decision: 'allow' | 'deny';
  readonly code?: GatewayErrorCode;
  /** Left out of a call that is refused for its form. */
  readonly limits?: Explanation['limits'];
  /** Which members of the call's path or body it is refused for. */
  readonly violations?: readonly FieldViolation[];
}

/** Explains with the decision that the call itself would get; calls nobody. */
export function explainCall(
  governance: Governance,
  principal: Principal,
  productId: string,
  { call }: Pick<PolicyExplainQuestion, 'call'>,
): CallExplanation {
  if (call instanceof GatewayError) return explainForm(governance, call);
  if ('question' in call) return explainQuestion(governance, principal, productId);
  const { allowed, ...explanation } = explain(governance, principal, call, productId);
  const refusal = findRefusal(governance, principal, call);
  if (!refusal) return { decision: allowed ? 'allow' : 'deny', ...explanation };
  if (refusal.code !== 'STORAGE_NOT_ALLOWED') return explainForm(governance, refusal);
  const { policyVersion, entry, limits } = explanation;
  return {
    decision: 'deny',
    ...{ rule: 'default-deny', reason: refusal.message, code: refusal.code, policyVersion },
    ...(entry !== undefined && { entry }),
    missing: explainStorage(refusal, listPlaces(governance, principal)),
    ...{ limits, violations: refusal.violations },
  };
}

/** A call that is refused for its form has an error for an explanation; no rule is asked. */
function explainForm(
  { policyVersion }: Governance,
  { message: reason, code, violations }: GatewayError,
): CallExplanation {
  return {
    decision: 'deny',
    ...{ rule: 'request', reason, code, policyVersion },
    ...(violations.length > 0 && { violations }),
  };
}

function explainQuestion(
  { documents, policyVersion }: Governance,
  principal: Principal,
  productId: string,
): CallExplanation {
  return {
    decision: 'allow',
    rule: 'question',
    reason:
      'What the gateway answers itself needs no grant. It tells of nothing but the models and endpoints that you may use.',
    policyVersion,
    limits: listLimits(documents, principal, undefined, productId),
  };
}

/** What an allowed call is refused for all the same. */
function findRefusal(
  governance: Governance,
  principal: Principal,
  call: AskedCall,
): GatewayError | undefined {
  const decision = governance.decide(principal, call);
  if (!decision.allowed) return undefined;
  try {
    call.check?.({
      resource: decision.call.resource,
      judgePlace: (use, uri) => governance.judgePlace(principal, use, uri),
      judgeTool: (tool, sources = []) =>
        governance.judgeTool(principal, { tool, sources, location: decision.call.location }),
    });
    return undefined;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

function explainStorage({ violations }: GatewayError, { inputs, outputs }: PlaceList): string[] {
  return [
    ...violations.map(({ field, description }) => `${field} ${description}.`),
    inputs.length > 0 ? `You may read from ${joinNames(inputs)}.` : 'You may read from no place yet.',
    outputs.length > 0 ? `You may write to ${joinNames(outputs)}.` : 'You may write to no place yet.',
  ];
}
