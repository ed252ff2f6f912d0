import { GatewayError } from '../errors/gateway-error.ts';
import type { VertexLimits } from '../prediction/vertex.ts';

/** The bounds of the bytes of an answer that are held because they can't go out yet. */
export interface AnswerLimits {
  /** The most bytes of a whole answer, or of an event or element of a stream. */
  readonly maximumBytes: number;
  /** Counts those bytes against the instance's memory budget. */
  readonly held: VertexLimits['held'];
}

/** Returns the failure of an answer that is too long. @param what the subject of its sentence: the part that is too long. */
export function tooLong(what: string, maximumBytes: number): GatewayError {
  const most =
    maximumBytes >= 1_048_576 ? `${Math.floor(maximumBytes / 1_048_576)} MiB` : `${maximumBytes} bytes`;
  return new GatewayError(
    'VERTEX_FAILED',
    `${what} is longer than ${most}, the most that the gateway passes on at once. Ask for less in one call, or have large results written to storage.`,
  );
}
