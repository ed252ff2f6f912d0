import type { GatewayError } from '../errors/gateway-error.ts';

/** The body of an error in Anthropic's API: https://docs.claude.com/en/api/errors */
export interface AnthropicError {
  readonly type: 'error';
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id?: string;
}

const TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

/** Describes an error as Anthropic's API does; statuses without a type of their own become 4xx or 5xx in general. */
export function describeAnthropicError({ message, facts }: GatewayError, requestId?: string): AnthropicError {
  const other = facts.status < 500 ? 'invalid_request_error' : 'api_error';
  return {
    type: 'error',
    error: { type: TYPE_BY_STATUS[facts.status] ?? other, message },
    ...(requestId !== undefined && { request_id: requestId }),
  };
}

/** Writes an error as the JSON answer of Anthropic's API. */
export function writeAnthropicError(
  error: GatewayError,
  requestId: string,
): { contentType: string; body: string } {
  return { contentType: 'application/json', body: JSON.stringify(describeAnthropicError(error, requestId)) };
}
