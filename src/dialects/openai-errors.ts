import type { GatewayErrorCode } from '../errors/codes.ts';
import type { GatewayError } from '../errors/gateway-error.ts';

/**
 * The member `error` of an error of OpenAI's API: https://platform.openai.com/docs/guides/error-codes. The edge names
 * the same types in its policy fragment error-in-dialect.
 */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  /** Which parameter is wrong; of several the first. */
  readonly param: string | null;
  readonly code: GatewayErrorCode;
}

/** OpenAI tells refusals of any kind, also of a key or a model, apart by status and code alone. */
const TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  429: 'rate_limit_error',
  503: 'service_unavailable_error',
};

export function describeOpenAiError({ message, code, facts, violations }: GatewayError): OpenAiError {
  const other = facts.status < 500 ? 'invalid_request_error' : 'server_error';
  return {
    message,
    type: TYPE_BY_STATUS[facts.status] ?? other,
    param: violations.find(({ field }) => field !== '')?.field ?? null,
    code,
  };
}

export function writeOpenAiError(error: GatewayError): { contentType: string; body: string } {
  return { contentType: 'application/json', body: JSON.stringify({ error: describeOpenAiError(error) }) };
}
