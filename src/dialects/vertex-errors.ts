import type { GatewayError } from '../errors/gateway-error.ts';
import { type AnthropicError, describeAnthropicError } from './anthropic-errors.ts';
import { describeProblem } from './problem-document.ts';

const DOMAIN = 'vertex-ai-gateway';

/**
 * An error that Google's, the AI SDK's and plain HTTP clients all understand: a problem document (RFC 9457) that also
 * is Google's error model (https://cloud.google.com/apis/design/errors), sent as `application/json` because Google's
 * clients parse no other type. Clients of Anthropic's models read Anthropic's error alone: theirs is that one, too.
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

/** The member `error` of Google’s error model. */
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
