import { GatewayError } from '../errors/gateway-error.ts';
import type { VertexLimits } from '../prediction/vertex.ts';

/** The bounds of the part of an answer that is held because it can't go out yet. */
export interface AnswerLimits {
  /** The longest whole answer, or event or element of a stream. */
  readonly maximumBytes: number;
  readonly held: VertexLimits['held'];
}

/** @param what begins the sentence. */
export function tooLong(what: string, maximumBytes: number): GatewayError {
  const most =
    maximumBytes >= 1_048_576 ? `${Math.floor(maximumBytes / 1_048_576)} MiB` : `${maximumBytes} bytes`;
  return new GatewayError(
    'VERTEX_FAILED',
    `${what} is longer than the ${most} that the gateway passes on at once. Ask for less in one call, or have large results written to storage.`,
  );
}
