import type { ReadHeader } from './caller.ts';
import type { Dialect, ErrorDialect } from './dialect.ts';
import type { HeldBytes } from './served-call.ts';

/** One HTTP call as a use case sees it. */
export interface Call<Spoken extends ErrorDialect = Dialect> {
  readonly dialect: Spoken;
  readonly method: string;
  /** The path below the dialect's root, undecoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: ReadHeader;
  /**
   * Reads the whole body.
   * @throws GatewayError PAYLOAD_TOO_LARGE beyond the bound, INSTANCE_FULL, CALLER_GONE when the body breaks off, and the
   *   signal's reason.
   */
  readBody(limits: BodyLimits): Promise<Uint8Array>;
}

/** The bounds of reading a call's body. */
export interface BodyLimits {
  readonly maximumBytes: number;
  /** Counts the bytes that have come against the instance's memory budget. */
  readonly held: Pick<HeldBytes, 'resize'>;
  /** Aborted when nobody waits for the body any more. */
  readonly abortSignal: AbortSignal;
}
