import { Pool } from 'undici';
import type { Answer, BytesPayload } from '../prediction/prediction.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { readAnswerFacts, TailReader } from './answer-facts.ts';
import { wholeParts } from './stream-parts.ts';
import { readRestError, vertexError } from './vertex-errors.ts';

export interface PassThrough {
  /** Sends the payload's bytes as they are and gives back Vertex AI's bytes as they are. */
  send(
    request: { readonly path: string; readonly isStream: boolean; readonly payload: BytesPayload },
    accessToken: string,
    abortSignal: AbortSignal,
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** The body of an error is read up to here. */
const MAXIMUM_ERROR_BYTES = 65_536;

/**
 * The byte-faithful path to publisher models over REST.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
 */
export function createPassThrough(host: string, port: number): PassThrough {
  // Idle time is bounded by the call's own deadline. HTTP/1.1, because one HTTP/2 connection would carry every stream.
  const pool = new Pool(`https://${host}:${port}`, { allowH2: false, headersTimeout: 0, bodyTimeout: 0 });

  return {
    async send({ path, isStream, payload }, accessToken, abortSignal) {
      try {
        const { statusCode, headers, body } = await pool.request({
          method: 'POST',
          path,
          headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
          body: payload.bytes,
          signal: abortSignal,
        });
        if (statusCode !== 200) throw vertexError(readRestError(statusCode, await readBounded(body)));
        const contentType = String(headers['content-type'] ?? 'application/json');
        if (!isStream) {
          const bytes = await body.bytes();
          return {
            kind: 'whole',
            contentType,
            body: bytes,
            facts: readAnswerFacts(Buffer.from(bytes).toString()),
          };
        }
        const tail = new TailReader();
        const parts = wholeParts(tail.read(body), payload.streamFraming);
        return {
          kind: 'stream',
          contentType,
          parts: orBroken(parts, abortSignal),
          facts: () => tail.facts(),
        };
      } catch (error) {
        throw readTransportError(error, abortSignal);
      }
    },
    close: () => pool.close(),
  };
}

async function* orBroken(
  parts: AsyncIterable<Uint8Array>,
  abortSignal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* parts;
  } catch {
    if (abortSignal.aborted) throw abortSignal.reason;
    throw new GatewayError(
      'VERTEX_STREAM_BROKEN',
      'Vertex AI broke the stream off before its end. What came so far is incomplete.',
    );
  }
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAXIMUM_ERROR_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readTransportError(error: unknown, abortSignal: AbortSignal): unknown {
  if (abortSignal.aborted) return abortSignal.reason;
  if (error instanceof GatewayError) return error;
  return vertexError({ grpcCode: 14 });
}
