import type { GatewayError } from '../errors/gateway-error.ts';

/** The members of a problem document, as RFC 9457 defines them. `type` and `instance` are relative references. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
}

/** Describes an error as a problem document, without the members that a surface adds. */
export function describeProblem(error: GatewayError, requestId: string): ProblemDocument {
  const { status, title } = error.facts;
  return {
    type: `/errors/${error.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: error.message,
    instance: `/requests/${requestId}`,
  };
}
