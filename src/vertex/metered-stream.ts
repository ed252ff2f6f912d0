import { GatewayError } from '../errors/gateway-error.ts';
import type { AnswerFacts, AnswerFormat, Framing } from '../prediction/answer.ts';
import {
  FACTS_READERS,
  isError,
  isDone,
  join,
  mayReport,
  readFacts,
  readReported,
  type Reported,
} from './answer-formats.ts';
import { createObjectScanner } from './scan-objects.ts';
import { endOfElements, splitValues } from './split-values.ts';
import type { Json } from './usage-counts.ts';
import { readErrorBody, vertexError } from './vertex-errors.ts';

/**
 * Lets the parts of a stream pass while it keeps what they readReported, and notices an error among them and an end that comes
 * too early. Only a part that may tell something is parsed.
 */
export class MeteredStream {
  readonly #format: AnswerFormat;
  readonly #framing: Framing;
  readonly #isOfContainer: boolean;
  readonly #scan = createObjectScanner();
  #reported: Reported = {};

  /** @param isOfContainer whether a container of one's own sends it, whose errors are not Google's. */
  constructor(format: AnswerFormat, framing: Framing, isOfContainer = false) {
    this.#format = format;
    this.#framing = framing;
    this.#isOfContainer = isOfContainer;
  }

  /** @throws GatewayError the VERTEX codes for an error within the stream, VERTEX_STREAM_BROKEN for an early end. */
  async *read(parts: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      const failure = await this.#note(part);
      // As long as an error may have to follow, nothing passes that could not be followed by one.
      const end = failure ? failure.end : this.#isComplete() ? part.length : endOfLast(part, this.#framing);
      if (end > 0) yield part.subarray(0, end);
      if (failure) throw failure.error;
      if (end < part.length) break;
    }
    if (!this.#isComplete())
      throw new GatewayError(
        'VERTEX_STREAM_BROKEN',
        'Vertex AI ended the stream before the model had said that its answer is complete. What came so far is incomplete.',
      );
  }

  /** Returns the facts known so far. */
  facts(): AnswerFacts {
    return readFacts(this.#format, this.#reported);
  }

  #isComplete(): boolean {
    return FACTS_READERS[this.#format].isComplete(this.#reported);
  }

  /** Keeps what a part tells, up to an error in it; `end` is where the last value before that ends. */
  async #note(part: Buffer): Promise<{ readonly end: number; readonly error: GatewayError } | undefined> {
    if (this.#format === 'opaque') return undefined;
    // Chunks that are no values pass as they come; what they make together is read beside them.
    if (this.#framing === 'raw') {
      for (const object of this.#scan(part)) this.#keep(object);
      return undefined;
    }
    if (!part.includes('"error"') && !mayReport(this.#format, part)) return undefined;
    let end = 0;
    for await (const value of splitValues(part, this.#framing)) {
      if (this.#isFailure(value.value)) return { end, error: this.#errorIn(value.value) };
      this.#keep(value.value);
      ({ end } = value);
    }
    if (ENDED_BY_DONE.has(this.#format) && part.includes('[DONE]') && isDone(part.toString('latin1')))
      this.#reported = { ...this.#reported, isEnd: true };
    return undefined;
  }

  #errorIn(value: Json): GatewayError {
    const facts = readErrorBody(value);
    return vertexError(this.#isOfContainer ? { ...facts, isOfContainer: true } : facts);
  }

  #keep(value: Json): void {
    this.#reported = join(this.#reported, readReported(this.#format, value));
  }

  /** Returns true for an error. A container's own errors are part of its answer, unless its answer is in known words. */
  #isFailure(value: Json): boolean {
    return isError(value) && (this.#format !== 'shaped' || this.#reported.tellsEnd === true);
  }
}

const ENDED_BY_DONE: ReadonlySet<AnswerFormat> = new Set(['openai', 'shaped']);

/** Just behind the last whole event or element of a part. */
function endOfLast(part: Buffer, framing: Framing): number {
  if (framing === 'json-array') return endOfElements(part);
  const isWhole = framing === 'raw' || part.subarray(-2).equals(LF_LF) || part.subarray(-3).equals(LF_CRLF);
  return isWhole ? part.length : 0;
}

const LF_LF = Buffer.from('\n\n');
const LF_CRLF = Buffer.from('\n\r\n');
