import { Readable } from 'node:stream';
import { buildConnector, Pool } from 'undici';
import { GatewayError } from '../errors/gateway-error.ts';
import type { VertexLimits } from '../prediction/vertex.ts';
import type { Answer, AnswerFormat, Framing, WholeAnswer } from '../prediction/answer.ts';
import type { BytesPayload, VertexRequest } from '../prediction/prediction.ts';
import { isError, join, mayReport, readFacts, readReported, type Reported } from './answer-formats.ts';
import { type AnswerLimits, tooLong } from './answer-limits.ts';
import { MeteredStream } from './metered-stream.ts';
import { readValue } from './read-value.ts';
import { splitValues, type StreamValue } from './split-values.ts';
import { wholeParts } from './stream-parts.ts';
import { asObject } from './usage-counts.ts';
import {
  readErrorBody,
  readRestError,
  isGoogleError,
  readRetryAfter,
  vertexError,
  type VertexErrorFacts,
} from './vertex-errors.ts';
import { exchange, type RestAnswer } from './rest-exchange.ts';
import type { VertexAddress } from './vertex.ts';

/** Calls Vertex AI over REST at one address. */
export interface PassThrough {
  /**
   * Sends a request's bytes as they are, and returns Vertex AI's bytes as they are.
   * @throws GatewayError with a VERTEX code, INSTANCE_FULL, and the signal's reason.
   */
  send(
    request: VertexRequest,
    answer: Pick<BytesPayload, 'format' | 'framing'>,
    accessToken: string,
    limits: Pick<VertexLimits, 'abortSignal' | 'held'>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** A longer body is sent in slices, because encrypting 20 MB at once blocks the event loop for some 30 ms. */
const SLICE_BYTES = 256 * 1024;
/** An error's body is read up to this many bytes. */
const MAXIMUM_ERROR_BYTES = 65_536;
/** The longest answer read by its shape, in bytes. Vertex AI passes on less of a container's answer. */
const MAXIMUM_SHAPED_BYTES = 32 * 1_048_576;
const MAXIMUM_SHAPED_OBJECTS = 10_000;

/**
 * Creates the byte-faithful path to Vertex AI over REST.
 * https://cloud.google.com/vertex-ai/docs/reference/rest
 * @param maximumBytes the most bytes of a whole answer, or of one event or element of a stream.
 */
export function createPassThrough({ name, host, port }: VertexAddress, maximumBytes: number): PassThrough {
  // HTTP/1.1 is used because one HTTP/2 connection would carry every stream.
  const connect = buildConnector({ allowH2: false });
  const pool = new Pool(`https://${name}`, {
    connect: (options, callback) =>
      connect({ ...options, hostname: host, port: String(port), servername: name }, callback),
    // Idle time is bounded by the call's own deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  return {
    async send({ method, path, headers, body }, { format, framing }, accessToken, { abortSignal, held }) {
      const limits = { maximumBytes, held };
      try {
        const request = {
          method,
          path,
          headers: {
            'content-type': 'application/json',
            ...headers,
            authorization: `Bearer ${accessToken}`,
            ...(body && body.byteLength > SLICE_BYTES && { 'content-length': String(body.byteLength) }),
          },
          body:
            body && body.byteLength > SLICE_BYTES
              ? Readable.from(slices(body), { objectMode: false })
              : (body ?? null),
        };
        const response = await exchange(pool, request, abortSignal);
        const { statusCode } = response;
        if (statusCode < 200 || statusCode > 299) {
          throw vertexError(await readFailure(response, format));
        }
        const contentType = contentTypeOf(response);
        const actual = framing && actualFraming(framing, contentType);
        if (actual === undefined) {
          const whole = await readWhole(response, format, contentType, limits);
          // Clients would read it as a stream without events, which looks like success.
          if (framing && format !== 'opaque' && format !== 'shaped')
            throw new GatewayError('VERTEX_FAILED', 'Vertex AI’s answer is not a stream.');
          return whole;
        }
        const metered = new MeteredStream(
          isReadable(actual, contentType) ? format : 'opaque',
          actual,
          isOfContainer(response),
        );
        const parts = metered.read(wholeParts(response.body, actual, limits));
        return {
          kind: 'stream',
          contentType,
          framing: actual,
          ...describingHeaders(response),
          parts: orBroken(parts, abortSignal),
          facts: () => metered.facts(),
          mayEnd: () => metered.isComplete(),
        };
      } catch (error) {
        throw readTransportError(error, abortSignal);
      }
    },
    close: () => pool.close(),
  };
}

async function readFailure(response: RestAnswer, format: AnswerFormat): Promise<VertexErrorFacts> {
  const { statusCode, headers, body } = response;
  const retryAfterInMs = readRetryAfter(headers['retry-after'], headers.date);
  const text = await readBounded(body);
  const isOwn = isOfContainer(response) || (format === 'shaped' && !isGoogleError(text));
  return {
    ...(retryAfterInMs !== undefined && { retryAfterInMs }),
    ...readRestError(statusCode, text),
    ...(isOfContainer(response) && { isOfContainer: true }),
    ...(isOwn && { ownStatus: statusCode }),
    // Google's own conflicts are between its machines; another's is a fault of the request.
    ...(isOwn && statusCode === 409 && { grpcCode: INVALID_ARGUMENT }),
  };
}

/** The gRPC status of a fault of the request: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const INVALID_ARGUMENT = 3;

/** Headers that say how the bytes of an answer must be read. */
const DESCRIBING = ['content-encoding', 'content-disposition', 'content-language'] as const;
const HEADER_VALUE = /^[\x20-\x7e]{1,1024}$/;

/**
 * Picks the headers of an answer that describe its bytes. Whoever has written the answer, its bytes can't be read without
 * them.
 */
function describingHeaders(response: RestAnswer): { headers?: Readonly<Record<string, string>> } {
  const found = DESCRIBING.flatMap((name) => {
    const value = response.headers[name];
    return typeof value === 'string' && HEADER_VALUE.test(value) ? [[name, value] as const] : [];
  });
  return found.length > 0 ? { headers: Object.fromEntries(found) } : {};
}

function* slices(body: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < body.byteLength; start += SLICE_BYTES)
    yield body.subarray(start, start + SLICE_BYTES);
}

function contentTypeOf({ headers }: RestAnswer): string {
  return headers['content-type'] ?? 'application/json';
}

/**
 * Returns true when a custom container answered. Its errors say nothing about the gateway's token or Google's limits.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/rawPredict
 */
function isOfContainer({ headers }: RestAnswer): boolean {
  return headers['x-vertex-ai-endpoint-id'] !== undefined;
}

/** Returns `sse` for an event stream, and else the framing asked for; undefined when events were asked for and none came. */
function actualFraming(framing: Framing, contentType: string): Framing | undefined {
  if (contentType.startsWith('text/event-stream')) return 'sse';
  return framing === 'sse' ? undefined : framing;
}

/** Returns true for a stream whose facts can be read: events, elements or text. Other raw bytes report nothing. */
function isReadable(framing: Framing, contentType: string): boolean {
  return framing !== 'raw' || /^text\/|json/i.test(contentType);
}

async function readWhole(
  response: RestAnswer,
  format: AnswerFormat,
  contentType: string,
  limits: AnswerLimits,
): Promise<WholeAnswer> {
  const body = await readLimited(response, limits);
  const facts = readFacts(format, await readWholeAnswer(body, format, contentType));
  const { statusCode } = response;
  return {
    kind: 'whole',
    contentType,
    body,
    facts,
    ...describingHeaders(response),
    ...(statusCode !== 200 && (format === 'shaped' || isOfContainer(response)) && { status: statusCode }),
  };
}

/**
 * Reads a body up to the limit. A body of declared length is held once, without pieces beside it.
 * @throws GatewayError VERTEX_FAILED for a longer body, whose rest is not read, and what `resize` throws.
 */
async function readLimited(
  { headers, body }: RestAnswer,
  { maximumBytes, held }: AnswerLimits,
): Promise<Buffer> {
  const declared = Number(headers['content-length'] ?? Number.NaN);
  const whole = declared <= maximumBytes ? Buffer.allocUnsafeSlow(declared) : undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (declared > maximumBytes || size + chunk.length > maximumBytes)
      throw tooLong('Vertex AI’s answer', maximumBytes);
    held.resize(size + chunk.length, declared || 0);
    if (whole) chunk.copy(whole, size);
    else chunks.push(chunk);
    size += chunk.length;
  }
  return whole?.subarray(0, size) ?? Buffer.concat(chunks, size);
}

/**
 * Reads the facts of a whole answer. An event stream that came although none was asked for is read event by event.
 * @throws GatewayError VERTEX_FAILED for an answer that is no JSON object, and a VERTEX code for an error in its place.
 */
async function readWholeAnswer(body: Buffer, format: AnswerFormat, contentType: string): Promise<Reported> {
  if (format === 'opaque') return {};
  if (format === 'shaped' && body.length > MAXIMUM_SHAPED_BYTES) return {};
  if (contentType.startsWith('text/event-stream')) return together(format, splitValues(body, 'sse'));
  // An error is part of a container's answer too.
  if (format === 'shaped') return mayReport(format, body) ? together(format, await objectsOf(body)) : {};
  const answer = await readValue(body);
  if (!answer) throw noAnswer();
  if (isError(answer)) throw vertexError(readErrorBody(answer));
  if (Array.isArray(answer)) throw noAnswer();
  return readReported(format, answer);
}

type Values = Pick<StreamValue, 'value'>;

async function together(
  format: AnswerFormat,
  values: AsyncIterable<Values> | readonly Values[],
): Promise<Reported> {
  let reported: Reported = {};
  for await (const { value } of values) reported = join(reported, readReported(format, value));
  return reported;
}

/** Returns the body's object, or those of its list; none for a body that is no JSON, and for a list that is too long. */
async function objectsOf(body: Buffer): Promise<Values[]> {
  const json = await readValue(body);
  const values: readonly unknown[] = Array.isArray(json) ? json : [json];
  return values.length > MAXIMUM_SHAPED_OBJECTS ? [] : values.map((value) => ({ value: asObject(value) }));
}

function noAnswer(): GatewayError {
  return new GatewayError('VERTEX_FAILED', 'Vertex AI’s answer is not a JSON object.');
}

async function* orBroken(
  parts: AsyncIterable<Uint8Array>,
  abortSignal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* parts;
  } catch (error) {
    if (abortSignal.aborted) throw abortSignal.reason;
    if (error instanceof GatewayError) throw error;
    throw new GatewayError(
      'VERTEX_STREAM_BROKEN',
      'Vertex AI broke off the stream. The answer so far is incomplete.',
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
