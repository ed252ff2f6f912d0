import type { GatewayErrorCode } from '../errors/codes.ts';
import type { GatewayError } from '../errors/gateway-error.ts';

/** The member `error` of an error of OpenAI's API: https://platform.openai.com/docs/guides/error-codes */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  /** Which parameter is wrong; of several the first. */
  readonly param: string | null;
  readonly code: GatewayErrorCode;
}

const TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

export function describeOpenAiError({ message, code, facts, violations }: GatewayError): OpenAiError {
  const other = facts.status < 500 ? 'invalid_request_error' : 'server_error';
  return {
    message,
    type: TYPE_BY_STATUS[facts.status] ?? other,
    param: violations[0]?.field ?? null,
    code,
  };
}

export function writeOpenAiError(error: GatewayError): { contentType: string; body: string } {
  return { contentType: 'application/json', body: JSON.stringify({ error: describeOpenAiError(error) }) };
}
