import { type GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { ErrorDialect } from './dialect.ts';
import type { ServedCall } from './served-call.ts';

/**
 * Answers a call that has failed before anything was sent, in its client's dialect. Never throws. A strict call's failure
 * is put on the ledger first. A call whose caller is not verified has no record here; the answer's header
 * `x-gateway-unrecorded` tells the edge so.
 */
export async function answerFailure(served: ServedCall<ErrorDialect>, error: unknown): Promise<void> {
  const failure = toGatewayError(error);
  const { record, reply } = served;
  if (!record.isVerified) {
    if (record.isAdmitted) record.noteUnverified(failure);
    sendUnrecorded(served, failure);
    return;
  }
  record.noteFailed(failure);
  const { headers, body } = writeFailure(served, failure);
  if (failure.code !== 'CALLER_GONE') record.noteSent(body);
  await record.settleFailure(failure);
  reply.send(failure.facts.status, headers, body);
}

/**
 * Sends the failure of a call that is not on record here. The edge records it, with the reason from these headers. The
 * answer has no request id, which would stand for a record.
 */
function sendUnrecorded({ call, reply, record }: ServedCall<ErrorDialect>, failure: GatewayError): void {
  const { contentType, body } = call.dialect.writeError(failure, record.requestId, call.path);
  const headers = {
    ...(record.isAdmitted && {
      'x-policy-version': record.policyVersion,
      ...retryHeaders(failure),
      'x-gateway-unrecorded-detail': encodeURIComponent(failure.message),
    }),
    'content-type': contentType,
    'x-gateway-unrecorded': failure.code,
  };
  reply.send(failure.facts.status, headers, body);
}

function writeFailure({ call, record }: ServedCall<ErrorDialect>, failure: GatewayError) {
  const { contentType, body } = call.dialect.writeError(failure, record.requestId, call.path);
  const { spent, facts } = failure;
  const headers = {
    ...record.headers(contentType),
    ...retryHeaders(failure),
    // OpenAI uses these header names, and API Management leaves them as they are.
    ...(spent && {
      [`x-ratelimit-limit-${spent.what}`]: String(spent.limit),
      [`x-ratelimit-remaining-${spent.what}`]: '0',
    }),
    ...(facts.retryable ? {} : { 'x-should-retry': 'false' }),
  };
  return { headers, body };
}

function retryHeaders({ retryAfterInMs }: GatewayError): Record<string, string> {
  if (retryAfterInMs === undefined) return {};
  return {
    'retry-after': String(Math.ceil(retryAfterInMs / 1000)),
    'retry-after-ms': String(retryAfterInMs),
  };
}
