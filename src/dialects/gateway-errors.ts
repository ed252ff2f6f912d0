import type { GatewayError } from '../errors/gateway-error.ts';
import { describeProblem } from './problem-document.ts';

/** Writes a problem document (https://www.rfc-editor.org/rfc/rfc9457) with the members `code` and, if any, `violations`. */
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
