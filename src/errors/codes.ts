/** The meaning of an error code to every client. */
export interface CodeFacts {
  /** HTTP status. */
  readonly status: number;
  /** Google's canonical status, such as `NOT_FOUND`. */
  readonly canonical: string;
  /** Title for problem details, the same for every error of the code. */
  readonly title: string;
  /** True if the same request can succeed later. */
  readonly retryable: boolean;
}

/**
 * Every error code with its meaning. No other place decides the status of an error.
 * Canonical statuses: https://cloud.google.com/apis/design/errors
 */
export const CODES = {
  CALLER_NOT_AUTHENTICATED: fact(401, 'UNAUTHENTICATED', 'Caller not authenticated'),
  CALLER_VERIFICATION_UNAVAILABLE: fact(503, 'UNAVAILABLE', 'Caller cannot be verified', true),
  INVALID_PATH: fact(400, 'INVALID_ARGUMENT', 'Invalid path'),
  INVALID_JSON: fact(400, 'INVALID_ARGUMENT', 'Invalid JSON'),
  INVALID_REQUEST: fact(400, 'INVALID_ARGUMENT', 'Invalid request'),
  ENCODING_NOT_SUPPORTED: fact(415, 'INVALID_ARGUMENT', 'Encoding not supported'),
  UNSUPPORTED_PARAMETER: fact(400, 'INVALID_ARGUMENT', 'Parameter not supported'),
  PAYLOAD_TOO_LARGE: fact(413, 'INVALID_ARGUMENT', 'Payload too large'),
  OPERATION_NOT_FOUND: fact(404, 'NOT_FOUND', 'Operation not found'),
  MODEL_NOT_FOUND: fact(404, 'NOT_FOUND', 'Model not found'),
  MODEL_RETIRED: fact(404, 'NOT_FOUND', 'Model retired'),
  MODEL_NOT_ALLOWED: fact(403, 'PERMISSION_DENIED', 'Model not allowed'),
  LOCATION_NOT_ALLOWED: fact(403, 'PERMISSION_DENIED', 'Location not allowed'),
  OPERATION_NOT_ALLOWED: fact(403, 'PERMISSION_DENIED', 'Operation not allowed'),
  DENIED_BY_RULE: fact(403, 'PERMISSION_DENIED', 'Denied by a rule'),
  SERVICE_TIER_NOT_ALLOWED: fact(403, 'PERMISSION_DENIED', 'Service tier not allowed'),
  AGENT_NOT_ALLOWED: fact(403, 'PERMISSION_DENIED', 'Agent not allowed'),
  PRODUCT_NOT_ALLOWED: fact(403, 'PERMISSION_DENIED', 'Product not allowed'),
  SUBSCRIPTION_NOT_ALLOWED: fact(403, 'PERMISSION_DENIED', 'Subscription not allowed'),
  NOT_GRANTED: fact(403, 'PERMISSION_DENIED', 'Not granted'),
  STORAGE_NOT_ALLOWED: fact(403, 'PERMISSION_DENIED', 'Storage not allowed'),
  TOOL_NOT_ALLOWED: fact(403, 'PERMISSION_DENIED', 'Tool not allowed'),
  CONTENT_BLOCKED: fact(403, 'PERMISSION_DENIED', 'Content blocked'),
  RESOURCE_NOT_FOUND: fact(404, 'NOT_FOUND', 'Not found'),
  TOKENS_EXHAUSTED: fact(429, 'RESOURCE_EXHAUSTED', 'Tokens used up', true),
  STREAMS_EXHAUSTED: fact(429, 'RESOURCE_EXHAUSTED', 'Too many open streams', true),
  MANAGED_IDENTITY_UNAVAILABLE: fact(503, 'UNAVAILABLE', 'Managed identity unavailable', true),
  TOKEN_EXCHANGE_UNAVAILABLE: fact(503, 'UNAVAILABLE', 'Google token exchange unavailable', true),
  TOKEN_EXCHANGE_REJECTED: fact(502, 'UNAVAILABLE', 'Google token exchange rejected'),
  IMPERSONATION_UNAVAILABLE: fact(503, 'UNAVAILABLE', 'Service account impersonation unavailable', true),
  IMPERSONATION_REJECTED: fact(502, 'UNAVAILABLE', 'Service account impersonation rejected'),
  SEALS_UNAVAILABLE: fact(503, 'UNAVAILABLE', 'Operation names cannot be verified', true),
  AUDIT_LEDGER_UNAVAILABLE: fact(503, 'UNAVAILABLE', 'Calls cannot be recorded', true),
  AUDIT_NOT_CONFIGURED: fact(501, 'UNIMPLEMENTED', 'Records cannot be read here'),
  AUDIT_RECORD_NOT_FOUND: fact(404, 'NOT_FOUND', 'Record not found'),
  AUDIT_UNAVAILABLE: fact(503, 'UNAVAILABLE', 'Records unavailable', true),
  AUDIT_QUERY_REJECTED: fact(502, 'UNAVAILABLE', 'Application Insights refused the gateway'),
  INSTANCE_STOPPING: fact(503, 'UNAVAILABLE', 'Instance is being stopped', true),
  INSPECTION_UNAVAILABLE: fact(503, 'UNAVAILABLE', 'Content cannot be inspected', true),
  INSTANCE_FULL: fact(503, 'UNAVAILABLE', 'Instance has no memory left', true),
  CALL_TIMEOUT: fact(504, 'DEADLINE_EXCEEDED', 'Call took too long', true),
  CALLER_TIMEOUT: fact(504, 'DEADLINE_EXCEEDED', 'Time limit of the call has passed', true),
  VERTEX_INVALID_ARGUMENT: fact(400, 'INVALID_ARGUMENT', 'Vertex AI refused the request'),
  // Not 501, because clients repeat a call that failed by 5xx: Codex thirty times.
  VERTEX_UNIMPLEMENTED: fact(400, 'UNIMPLEMENTED', 'Not implemented by Vertex AI'),
  VERTEX_PAYLOAD_TOO_LARGE: fact(413, 'INVALID_ARGUMENT', 'Payload too large for Vertex AI'),
  VERTEX_NOT_FOUND: fact(404, 'NOT_FOUND', 'Not found on Vertex AI'),
  VERTEX_RATE_LIMITED: fact(429, 'RESOURCE_EXHAUSTED', 'Vertex AI quota exhausted', true),
  VERTEX_PERMISSION_DENIED: fact(502, 'UNAVAILABLE', 'Vertex AI refused the gateway'),
  VERTEX_UNAVAILABLE: fact(503, 'UNAVAILABLE', 'Vertex AI unavailable', true),
  VERTEX_TIMEOUT: fact(504, 'DEADLINE_EXCEEDED', 'Vertex AI timed out', true),
  VERTEX_FAILED: fact(502, 'INTERNAL', 'Vertex AI failed', true),
  VERTEX_STREAM_BROKEN: fact(502, 'UNAVAILABLE', 'Vertex AI stream broken', true),
  CALLER_GONE: fact(499, 'CANCELLED', 'Caller gone'),
  INTERNAL: fact(500, 'INTERNAL', 'Internal error'),
} as const satisfies Record<string, CodeFacts>;

/** The code of an error, stable for clients. */
export type GatewayErrorCode = keyof typeof CODES;

function fact(status: number, canonical: string, title: string, retryable = false): CodeFacts {
  return { status, canonical, title, retryable };
}
