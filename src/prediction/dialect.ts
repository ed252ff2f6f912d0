import type { GatewayError } from '../errors/gateway-error.ts';
import type { Framing } from './answer.ts';
import type { ReadHeader } from './caller.ts';
import type { Prediction, StreamFormat, StreamShape } from './prediction.ts';

/** The names of the surfaces, as records have them. */
export type DialectName = 'vertex' | 'openai' | 'anthropic' | 'gateway';

/** Writes failures as one kind of client understands them. */
export interface ErrorDialect {
  readonly name: DialectName;
  /**
   * Writes an error.
   * @param path the undecoded path below the surface's root; the format of the error can depend on it.
   */
  writeError(
    error: GatewayError,
    requestId: string,
    path: string,
  ): { readonly contentType: string; readonly body: string };
}

/** Reads the requests of one kind of client and writes errors for it. */
export interface Dialect extends ErrorDialect {
  readonly name: 'vertex' | 'openai' | 'anthropic';
  /**
   * Reads what a request asks of a model. Other calls get their turn while a long body is read.
   * @throws GatewayError INVALID_PATH, PAYLOAD_TOO_LARGE, INVALID_JSON, INVALID_REQUEST, OPERATION_NOT_FOUND,
   *   UNSUPPORTED_PARAMETER.
   */
  readPrediction(request: DialectRequest): Prediction | Promise<Prediction>;
  /** Writes an error into a stream that has begun, so that the client sees the error and takes the stream for broken. */
  writeStreamError(error: GatewayError, stream: BrokenStream): string;
  /** Begins to fill the silence of a stream; undefined for a stream that must stay as Vertex AI sends it. */
  fillSilence(stream: StreamShape): SilenceFiller | undefined;
}

/**
 * Fills the silence of one stream with bytes that its clients read over, so that no load balancer takes the connection for
 * idle. Every byte that is sent goes through it, in order.
 */
export interface SilenceFiller {
  /** The content type of a stream that begins with these bytes. */
  readonly contentType: string;
  /** Returns the next bytes of a silence; undefined once no byte may follow. */
  fill(): string | undefined;
  /** Returns a part as it must be sent: the bytes that have filled the silence may be its beginning. */
  join(part: Uint8Array): Uint8Array;
  /** Returns the bytes that complete the stream when no part follows; empty when it is complete. */
  finish(): string;
}

/** The part of a broken stream that the client has received, as far as an error in it depends on that. */
export interface BrokenStream {
  readonly format: StreamFormat;
  readonly framing: Framing;
  /** The last part that the client gets before the error; undefined when it gets none. */
  readonly lastPart: Uint8Array | undefined;
}

/** A request with its body, as a dialect reads it. */
export interface DialectRequest {
  readonly method: string;
  /** The path below the dialect's root, undecoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: ReadHeader;
  readonly body: Uint8Array;
}
