import { errors } from 'undici';
import { PolicyFailure } from './policy-failure.ts';

/**
 * Returns the failure of a request that got no answer.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies
 */
export function explainBackendError(error: unknown, clientGone: boolean): PolicyFailure {
  if (error instanceof PolicyFailure) return error;
  if (clientGone) {
    const message = 'The client closed its connection while the request was pending.';
    return new PolicyFailure({ reason: 'ClientConnectionFailure', message, status: 500 });
  }
  if (error instanceof errors.HeadersTimeoutError) return timedOut();
  const message = 'The connection to the backend was not established or was aborted by the backend.';
  return new PolicyFailure({ reason: 'BackendConnectionFailure', message, status: 500 });
}

/** The longest delay of Node's timers: they fire at once for a longer one. */
export const LONGEST_TIMER_IN_MS = 2 ** 31 - 1;

/**
 * Returns the failure of a backend that gave no head, or for `send-request` no whole answer, within the configured
 * time.
 */
export function timedOut(): PolicyFailure {
  const message = 'The backend did not answer within the configured timeout.';
  return new PolicyFailure({ reason: 'Timeout', message, status: 500 });
}
