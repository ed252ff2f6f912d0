import { GatewayError } from '../errors/gateway-error.ts';
import type { AnswerFacts, AnswerFormat, Framing } from '../prediction/prediction.ts';
import {
  FACTS_READERS,
  isError,
  isDone,
  join,
  readFacts,
  type FactsReader,
  type Told,
} from './answer-formats.ts';
import { splitValues } from './split-values.ts';
import { readErrorBody, vertexError } from './vertex-errors.ts';

/**
 * Lets the parts of a stream pass while it keeps what they tell, and notices an error among them and an end that comes
 * too early. Only a part that may tell something is parsed.
 */
export class MeteredStream {
  readonly #format: AnswerFormat;
  readonly #reader: FactsReader;
  readonly #framing: Framing;
  #told: Told = {};

  constructor(format: AnswerFormat, framing: Framing) {
    this.#format = format;
    this.#reader = FACTS_READERS[format];
    this.#framing = framing;
  }

  /** @throws GatewayError the VERTEX codes for an error within the stream, VERTEX_STREAM_BROKEN for an early end. */
  async *read(parts: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      const failure = this.#note(part);
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

  /** What is known so far. */
  facts(): AnswerFacts {
    return readFacts(this.#format, this.#told);
  }

  #isComplete(): boolean {
    return !this.#reader.tellsEnd || this.#told.isEnd === true;
  }

  /** Keeps what a part tells, up to an error in it; `end` is where the last value before that ends. */
  #note(part: Buffer): { readonly end: number; readonly error: GatewayError } | undefined {
    if (this.#format === 'opaque' || !this.#mayTell(part)) return undefined;
    let end = 0;
    for (const value of splitValues(part, this.#framing)) {
      if (isError(value.value)) return { end, error: vertexError(readErrorBody(value.value)) };
      this.#told = join(this.#told, this.#reader.tell(value.value));
      ({ end } = value);
    }
    if (this.#format === 'openai' && isDone(part.toString('latin1')))
      this.#told = { ...this.#told, isEnd: true };
    return undefined;
  }

  #mayTell(part: Buffer): boolean {
    return part.includes('"error"') || this.#reader.marks.some((mark) => part.includes(mark));
  }
}

/** Just behind the last whole event or element of a part. */
function endOfLast(part: Buffer, framing: Framing): number {
  if (framing === 'json-array') return splitValues(part, framing).at(-1)?.end ?? 0;
  const isWhole = framing === 'raw' || part.subarray(-2).equals(LF_LF) || part.subarray(-3).equals(LF_CRLF);
  return isWhole ? part.length : 0;
}

const LF_LF = Buffer.from('\n\n');
const LF_CRLF = Buffer.from('\n\r\n');
