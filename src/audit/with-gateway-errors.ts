import { AuditError } from '@vertex-ai-gateway/audit-ledger/audit-error';
import { GatewayError } from '../errors/gateway-error.ts';

/**
 * Gives a part of the audit ledger whose methods reject with a GatewayError in place of an AuditError. All of its methods
 * must be asynchronous. Other errors stay as they are.
 */
export function withGatewayErrors<Part extends Record<keyof Part, (...values: never[]) => Promise<unknown>>>(
  part: Part,
): Part {
  const methods = Object.entries<(...values: never[]) => Promise<unknown>>(part);
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      (...values: never[]) =>
        method(...values).catch((error: unknown) => {
          throw toGatewayTerms(error);
        }),
    ]),
  ) as Part;
}

/**
 * Turns an AuditError into the GatewayError of the same code. Another thrown value stays as it is, and so does the error
 * of a command.
 */
export function toGatewayTerms(error: unknown): unknown {
  if (!(error instanceof AuditError) || error.code === 'AUDIT_INPUT_INVALID') return error;
  const { message, retryAfterInMs } = error;
  return new GatewayError(error.code, message, retryAfterInMs === undefined ? {} : { retryAfterInMs });
}
