import { randomUUID } from 'node:crypto';

/** OAuth error codes of the token endpoint that this emulator answers with. */
export type TokenErrorName =
  | 'invalid_request'
  | 'invalid_resource'
  | 'invalid_scope'
  | 'invalid_tenant'
  | 'unauthorized_client'
  | 'unsupported_grant_type';

/** A refusal of the token endpoint or of discovery; always HTTP 400. */
export class TokenError extends Error {
  readonly error: TokenErrorName;
  /** The number after `AADSTS`. */
  readonly code: number;

  constructor(error: TokenErrorName, code: number, message: string) {
    super(message);
    this.name = 'TokenError';
    this.error = error;
    this.code = code;
  }
}

/**
 * Builds the JSON body of a refusal.
 * Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application
 */
export function toErrorBody({ error, code, message }: TokenError, now: Date): Record<string, unknown> {
  const timestamp = now
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
  const traceId = randomUUID();
  const correlationId = randomUUID();
  return {
    error,
    error_description: `AADSTS${code}: ${message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  };
}
