import { AuditError } from '../audit/audit-error.ts';
import { CODES, type CodeFacts, type GatewayErrorCode } from './codes.ts';

/** One thing wrong with a request: where (`instances[3].width`) and which rule; never the value. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** A limit that is used up: of tokens in a minute or a day, or of streams that are open at once. */
export interface SpentLimit {
  readonly what: 'tokens' | 'streams';
  readonly limit: number;
}

export interface GatewayErrorOptions {
  readonly violations?: readonly FieldViolation[];
  /** After how long a retry makes sense, when the upstream said so; whole milliseconds. */
  readonly retryAfterInMs?: number;
  /** Where it is why. */
  readonly spent?: SpentLimit;
}

/**
 * The one error of this project. `message` is written for the caller: plain English, no value from the request,
 * no text from an SDK. A raw upstream error is never attached as `cause`: it can carry tokens.
 */
export class GatewayError extends Error {
  readonly code: GatewayErrorCode;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterInMs: number | undefined;
  readonly spent: SpentLimit | undefined;

  constructor(code: GatewayErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message);
    this.name = 'GatewayError';
    this.code = code;
    this.violations = options.violations ?? [];
    this.retryAfterInMs = options.retryAfterInMs;
    this.spent = options.spent;
  }

  get facts(): CodeFacts {
    return CODES[this.code];
  }
}

/** Any thrown value as a GatewayError: the audit trail's errors keep their code, all others become INTERNAL and keep nothing. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof AuditError) {
    const { code, message, retryAfterInMs } = error;
    return new GatewayError(code, message, retryAfterInMs === undefined ? {} : { retryAfterInMs });
  }
  return new GatewayError(
    'INTERNAL',
    'The gateway failed on its own side. Give the request id to its operators.',
  );
}
