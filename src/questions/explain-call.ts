import type { GatewayErrorCode } from '../errors/codes.ts';
import { GatewayError, type FieldViolation } from '../errors/gateway-error.ts';
import type { Principal } from '../governance/call-target.ts';
import { explain, type Explanation } from '../governance/explain.ts';
import type { Governance } from '../governance/governance.ts';
import { joinNames } from '../governance/join-names.ts';
import { listLimits } from '../governance/principals.ts';
import { listPlaces } from '../governance/list-places.ts';
import { listTools } from '../governance/list-tools.ts';
import type { ToolVerdict } from '../governance/judge-tool.ts';
import { listResidencyRules } from '../governance/list-residency-rules.ts';
import type { AskedCall, PolicyExplainQuestion } from './question.ts';

/** The decision that a call would get, and why. */
export interface CallExplanation extends Omit<Explanation, 'allowed' | 'code' | 'limits'> {
  readonly decision: 'allow' | 'deny';
  readonly code?: GatewayErrorCode;
  /** The limits that apply; left out for a call that is refused for its form. */
  readonly limits?: Explanation['limits'];
  /** The members of the path or the body for which the call is refused. */
  readonly violations?: readonly FieldViolation[];
}

/**
 * Explains the decision that a call would get, by deciding it in the same way. Nothing reaches Google.
 * @param at the time of the call, by which models retire. Without it none has.
 */
export function explainCall(
  governance: Governance,
  principal: Principal,
  productId: string,
  { call }: Pick<PolicyExplainQuestion, 'call'>,
  at?: Date,
): CallExplanation {
  if (call instanceof GatewayError) return explainForm(governance, call);
  if ('question' in call) return explainQuestion(governance, principal, productId);
  const { allowed, ...explanation } = explain(governance, principal, call, productId, at);
  const { refusal, isOutside } = findRefusal(governance, principal, call, at);
  if (!refusal) return { decision: allowed ? 'allow' : 'deny', ...explanation };
  const { policyVersion, entry, limits, location = '' } = explanation;
  const explainReach = REACHES[refusal.code];
  if (!explainReach) return explainForm(governance, refusal);
  return {
    decision: 'deny',
    rule: isOutside ? joinNames(listResidencyRules(governance.documents.access, principal)) : 'default-deny',
    reason: refusal.message,
    code: refusal.code,
    policyVersion,
    ...(entry !== undefined && { entry }),
    missing: [
      ...refusal.violations.map(({ field, description }) => `${field} ${description}.`),
      ...explainReach(governance, principal, location),
    ],
    limits,
    violations: refusal.violations,
  };
}

/** Explains a call that is refused for its form by its error; no rule is asked. */
function explainForm(
  { policyVersion }: Governance,
  { message: reason, code, violations }: GatewayError,
): CallExplanation {
  return {
    decision: 'deny',
    rule: 'request',
    reason,
    code,
    policyVersion,
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

/** Finds the refusal of a call that the rules allow, and whether a tool that leaves the caller's locations is the reason. */
function findRefusal(
  governance: Governance,
  principal: Principal,
  call: AskedCall,
  at: Date | undefined,
): { readonly refusal?: GatewayError; readonly isOutside: boolean } {
  const decision = governance.decide(principal, call, at);
  if (!decision.allowed) return { isOutside: false };
  const verdicts = new Set<ToolVerdict>();
  const authorized = decision.call;
  try {
    call.check?.({
      resource: authorized.resource,
      judgePlace: (use, uri) => authorized.judgePlace(use, uri),
      judgeTool: (tool, sources) => {
        const verdict = authorized.judgeTool(tool, sources);
        verdicts.add(verdict);
        return verdict;
      },
    });
    return { isOutside: false };
  } catch (error) {
    if (error instanceof GatewayError)
      return {
        refusal: error,
        isOutside: error.code === 'TOOL_NOT_ALLOWED' && verdicts.has('outside-residency'),
      };
    throw error;
  }
}

/** Lists what the caller may reach instead, by the code of the refusal. */
const REACHES: Partial<
  Record<
    GatewayErrorCode,
    (governance: Governance, principal: Principal, location: string) => readonly string[]
  >
> = {
  STORAGE_NOT_ALLOWED: (governance, principal) => {
    const { inputs, outputs } = listPlaces(governance, principal);
    return [
      inputs.length > 0 ? `You may read from ${joinNames(inputs)}.` : 'You may read from no place yet.',
      outputs.length > 0 ? `You may write to ${joinNames(outputs)}.` : 'You may write to no place yet.',
    ];
  },
  TOOL_NOT_ALLOWED: (governance, principal, location) => {
    const { use, reach } = listTools(governance, principal, [location]);
    return [
      use.length > 0 ? `You may give models ${joinNames(use)}.` : 'You may give models no tools yet.',
      ...Object.entries(reach).map(([tool, sources]) => `${tool} may reach ${joinNames(sources)}.`),
    ];
  },
};
