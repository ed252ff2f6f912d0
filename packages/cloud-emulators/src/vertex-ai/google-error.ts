/**
 * Google's canonical error codes with their HTTP status and gRPC number.
 * Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
 */
export const CANONICAL_CODES = {
  CANCELLED: { http: 499, grpc: 1 },
  UNKNOWN: { http: 500, grpc: 2 },
  INVALID_ARGUMENT: { http: 400, grpc: 3 },
  DEADLINE_EXCEEDED: { http: 504, grpc: 4 },
  NOT_FOUND: { http: 404, grpc: 5 },
  ALREADY_EXISTS: { http: 409, grpc: 6 },
  PERMISSION_DENIED: { http: 403, grpc: 7 },
  RESOURCE_EXHAUSTED: { http: 429, grpc: 8 },
  FAILED_PRECONDITION: { http: 400, grpc: 9 },
  ABORTED: { http: 409, grpc: 10 },
  OUT_OF_RANGE: { http: 400, grpc: 11 },
  UNIMPLEMENTED: { http: 501, grpc: 12 },
  INTERNAL: { http: 500, grpc: 13 },
  UNAVAILABLE: { http: 503, grpc: 14 },
  DATA_LOSS: { http: 500, grpc: 15 },
  UNAUTHENTICATED: { http: 401, grpc: 16 },
} as const;

/** A canonical error code of Google. */
export type CanonicalCode = keyof typeof CANONICAL_CODES;

/** One entry of `error.details`: a message of google/rpc/error_details.proto as JSON, named by `@type`. */
export type ErrorDetail = Readonly<Record<string, unknown>> & { readonly '@type': string };

/** The problem of one field; `field` is left out when the problem is the message itself. */
export interface FieldViolation {
  readonly field?: string;
  readonly description: string;
}

/** An error that Google answers; each transport writes it in its own form. */
export class GoogleError extends Error {
  readonly code: CanonicalCode;
  readonly details: readonly ErrorDetail[];

  constructor(code: CanonicalCode, message: string, details: readonly ErrorDetail[] = []) {
    super(message);
    this.name = 'GoogleError';
    this.code = code;
    this.details = details;
  }
}

/**
 * Makes an INVALID_ARGUMENT with one BadRequest detail. Its message has the descriptions line by line, as Google joins
 * them.
 */
export function badRequest(fieldViolations: readonly FieldViolation[]): GoogleError {
  return new GoogleError(
    'INVALID_ARGUMENT',
    fieldViolations.map(({ description }) => description).join('\n'),
    [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations }],
  );
}

/** Makes an ErrorInfo detail. */
export function errorInfo(
  reason: string,
  domain: string,
  metadata: Readonly<Record<string, string>>,
): ErrorDetail {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain, metadata };
}

/**
 * Builds the body of a failed REST call.
 * Source: https://cloud.google.com/apis/design/errors#http_mapping
 */
export function errorBody({ code, message, details }: GoogleError): { error: Record<string, unknown> } {
  return {
    error: {
      code: CANONICAL_CODES[code].http,
      message,
      status: code,
      ...(details.length > 0 ? { details } : {}),
    },
  };
}
