import type { GatewayError } from '../errors/gateway-error.ts';
import { type AnthropicError, describeAnthropicError } from './anthropic-errors.ts';
import { describeProblem } from './problem-document.ts';

const DOMAIN = 'vertex-ai-gateway';

/**
 * Writes an error that Google's clients, the AI SDK and plain HTTP clients all understand: a problem document (RFC 9457)
 * with the members of Google's error model (https://cloud.google.com/apis/design/errors). A path of Anthropic's models
 * adds the members of Anthropic's error. The type is `application/json`, because Google's clients parse no other.
 */
export function writeVertexError(
  error: GatewayError,
  requestId: string,
  path: string,
): { contentType: string; body: string } {
  const problem = describeProblem(error, requestId);
  const google = describeGoogleError(error, requestId);
  const body = path.includes('/publishers/anthropic/')
    ? withAnthropicError(problem, google, describeAnthropicError(error, requestId))
    : { ...problem, error: google };
  return { contentType: 'application/json', body: JSON.stringify(body) };
}

function withAnthropicError(problem: object, google: object, anthropic: AnthropicError): object {
  return { ...problem, ...anthropic, error: { ...google, ...anthropic.error } };
}

/** Describes an error as the member `error` of Google's error model, with violations and the time to retry as details. */
export function describeGoogleError(error: GatewayError, requestId?: string): object {
  const { status, canonical } = error.facts;
  return {
    code: status,
    message: error.message,
    status: canonical,
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: error.code,
        domain: DOMAIN,
        metadata: requestId === undefined ? {} : { requestId },
      },
      ...(error.violations.length > 0
        ? [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: error.violations }]
        : []),
      ...(error.retryAfterInMs === undefined
        ? []
        : [
            {
              '@type': 'type.googleapis.com/google.rpc.RetryInfo',
              retryDelay: `${error.retryAfterInMs / 1000}s`,
            },
          ]),
    ],
  };
}
