import { CODES, type CodeFacts, type GatewayErrorCode } from './codes.ts';

/** One problem of a request. It never contains the value. */
export interface FieldViolation {
  /** Path of the field, such as `instances[3].width`. */
  readonly field: string;
  /** The rule that the field violates. */
  readonly description: string;
}

/** A limit that is exhausted: tokens in a minute or a day, or streams that are open at once. */
export interface SpentLimit {
  readonly what: 'tokens' | 'streams';
  readonly limit: number;
}

/** The details of an error. */
export interface GatewayErrorOptions {
  /** The problems of the request; none when left out. */
  readonly violations?: readonly FieldViolation[];
  /** Delay before a retry, in whole milliseconds; left out if the upstream named none. */
  readonly retryAfterInMs?: number;
  /** The limit that caused the error. */
  readonly spent?: SpentLimit;
  /** The status of a custom container's own error; that of the code when left out. */
  readonly status?: number;
}

/**
 * The error of every refused or failed request. `message` is for the caller: plain English, without any value of the
 * request and without text of an SDK. A raw upstream error is never attached as `cause`, because it can contain tokens.
 */
export class GatewayError extends Error {
  readonly code: GatewayErrorCode;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterInMs: number | undefined;
  readonly spent: SpentLimit | undefined;
  readonly #status: number | undefined;

  constructor(code: GatewayErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message);
    this.name = 'GatewayError';
    this.code = code;
    this.violations = options.violations ?? [];
    this.retryAfterInMs = options.retryAfterInMs;
    this.spent = options.spent;
    this.#status = options.status;
  }

  /** The meaning of the error's code. */
  get facts(): CodeFacts {
    const facts: CodeFacts = CODES[this.code];
    return this.#status === undefined ? facts : { ...facts, status: this.#status };
  }
}

/** Turns a thrown value into a GatewayError. Any other error becomes INTERNAL and keeps nothing of the original. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError(
    'INTERNAL',
    'The gateway failed on its own side. Give the request id to its operators.',
  );
}
