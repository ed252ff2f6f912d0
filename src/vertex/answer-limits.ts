import { GatewayError } from '../errors/gateway-error.ts';
import type { VertexLimits } from '../prediction/vertex.ts';

/** What may be held of an answer that can't go out yet. */
export interface AnswerLimits {
  /** Of a whole answer, or of one event or element of a stream. */
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
