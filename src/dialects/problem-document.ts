import type { GatewayError } from '../errors/gateway-error.ts';

/** The members that RFC 9457 defines; `type` and `instance` are relative references. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
}

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
