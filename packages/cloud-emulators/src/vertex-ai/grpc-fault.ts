import type { Fault } from '../control/control.ts';
import { CANONICAL_CODES, type CanonicalCode, type ErrorDetail, GoogleError } from './google-error.ts';

const BY_STATUS: Readonly<Record<number, CanonicalCode>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/**
 * Makes the gRPC error of a fault from its HTTP status and body. A `status` in a body of Google's form takes
 * precedence.
 */
export function faultError({ status = 500, body }: Fault): GoogleError {
  const error = readGoogleForm(body);
  const named = error.status !== undefined && Object.hasOwn(CANONICAL_CODES, error.status);
  const code = named ? (error.status as CanonicalCode) : (BY_STATUS[status] ?? 'UNKNOWN');
  const message = error.message ?? (typeof body === 'string' ? body : `Injected fault ${status}.`);
  return new GoogleError(code, message, error.details);
}

interface GoogleForm {
  readonly status?: string;
  readonly message?: string;
  readonly details?: readonly ErrorDetail[];
}

function readGoogleForm(body: unknown): GoogleForm {
  const parsed: unknown = typeof body === 'string' && body.startsWith('{') ? JSON.parse(body) : body;
  if (typeof parsed !== 'object' || parsed === null || !('error' in parsed)) return {};
  return parsed.error as GoogleForm;
}
