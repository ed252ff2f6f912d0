import type { GatewayError } from '../errors/gateway-error.ts';
import { describeProblem } from './problem-document.ts';

/** A problem document (https://www.rfc-editor.org/rfc/rfc9457) with our code and, where there are some, violations. */
export function writeGatewayError(
  error: GatewayError,
  requestId: string,
): { contentType: string; body: string } {
  const { code, violations } = error;
  const body = {
    ...describeProblem(error, requestId),
    code,
    ...(violations.length > 0 && { violations }),
  };
  return { contentType: 'application/problem+json', body: JSON.stringify(body) };
}
