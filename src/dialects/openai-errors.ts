import type { GatewayErrorCode } from '../errors/codes.ts';
import type { GatewayError } from '../errors/gateway-error.ts';

/**
 * The member `error` of an error in OpenAI's API: https://platform.openai.com/docs/guides/error-codes. The policy fragment
 * error-in-dialect uses the same types.
 */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  /** The first wrong parameter; null where none is named. */
  readonly param: string | null;
  readonly code: GatewayErrorCode | 'model_not_found';
}

/** OpenAI gives every other refusal, also of a key or a model, the type `invalid_request_error`. */
const TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  429: 'rate_limit_error',
  503: 'service_unavailable_error',
};

/** The codes of OpenAI's own that its clients know, by the gateway's: https://platform.openai.com/docs/guides/error-codes */
const OWN_CODES: Partial<Record<GatewayErrorCode, OpenAiError['code']>> = {
  MODEL_NOT_FOUND: 'model_not_found',
  MODEL_RETIRED: 'model_not_found',
};

/** Describes an error as OpenAI's API does, with the gateway's code, or OpenAI's where its clients know one. */
export function describeOpenAiError({ message, code, facts, violations }: GatewayError): OpenAiError {
  const other = facts.status < 500 ? 'invalid_request_error' : 'server_error';
  return {
    message,
    type: TYPE_BY_STATUS[facts.status] ?? other,
    param: violations.find(({ field }) => field !== '')?.field ?? null,
    code: OWN_CODES[code] ?? code,
  };
}

/** Writes an error as the JSON answer of OpenAI's API. */
export function writeOpenAiError(error: GatewayError): { contentType: string; body: string } {
  return { contentType: 'application/json', body: JSON.stringify({ error: describeOpenAiError(error) }) };
}
