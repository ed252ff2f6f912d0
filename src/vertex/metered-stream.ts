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
import { endOfElements } from '../json/split-stream.ts';
import { createObjectScanner } from './scan-objects.ts';
import { PIECE_BYTES, readValues, splitValues } from './split-values.ts';
import { endsWithBlankLine } from './stream-parts.ts';
import type { Json } from './usage-counts.ts';
import { readErrorBody, vertexError } from './vertex-errors.ts';

/**
 * Passes the parts of a stream on, keeps the facts that they report, and notices an error among them and an end that comes
 * too early. Only a part that may report something is parsed. A complete stream of a chat gets the `[DONE]` that it lacks,
 * since clients of OpenAI wait for it.
 */
export class MeteredStream {
  readonly #format: AnswerFormat;
  readonly #framing: Framing;
  readonly #isOfContainer: boolean;
  readonly #scan = createObjectScanner();
  #reported: Reported = {};

  /** @param isOfContainer true when a custom container sends the stream, whose errors are not Google's. */
  constructor(format: AnswerFormat, framing: Framing, isOfContainer = false) {
    this.#format = format;
    this.#framing = framing;
    this.#isOfContainer = isOfContainer;
  }

  /**
   * Yields the parts up to an error or the end.
   * @throws GatewayError with a VERTEX code for an error within the stream, VERTEX_STREAM_BROKEN for an early end.
   */
  async *read(parts: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
    let last: Buffer = NOTHING;
    for await (const part of parts) {
      last = part;
      const noting = this.#note(part);
      const failure = noting instanceof Promise ? await noting : noting;
      // An unfinished event passes only once the answer is complete: before that, an error may have to follow.
      const end = failure ? failure.end : this.isComplete() ? part.length : endOfLast(part, this.#framing);
      if (end > 0) yield part.subarray(0, end);
      if (failure) throw failure.error;
      if (end < part.length) break;
    }
    if (!this.isComplete())
      throw new GatewayError(
        'VERTEX_STREAM_BROKEN',
        'Vertex AI ended the stream before the model had completed its answer. The answer so far is incomplete.',
      );
    if (this.#lacksDone()) yield endWithDone(last);
  }

  /** Returns the facts known so far. */
  facts(): AnswerFacts {
    return readFacts(this.#format, this.#reported);
  }

  /** Returns true when the stream may end with what has come so far. */
  isComplete(): boolean {
    return FACTS_READERS[this.#format].isComplete(this.#reported);
  }

  /** A chat comes in the form of OpenAI's own API. Answers of containers have forms of their own. */
  #lacksDone(): boolean {
    return this.#format === 'openai' && this.#framing === 'sse' && this.#reported.isEnd !== true;
  }

  /** Keeps the facts of a part, up to an error in it; of a long part in turns of the event loop. */
  #note(part: Buffer): Failure | undefined | Promise<Failure | undefined> {
    if (this.#format === 'opaque') return undefined;
    // Raw chunks need not hold whole values. They pass as they come, and the objects in them are put together beside them.
    if (this.#framing === 'raw') {
      for (const object of this.#scan(part)) this.#keep(object);
      return undefined;
    }
    if (!mayReport(this.#format, part) && !part.includes(ERROR)) return undefined;
    if (part.length > PIECE_BYTES) return this.#noteLong(part);
    let end = 0;
    for (const value of readValues(part, this.#framing)) {
      if (this.#isFailure(value.value)) return { end, error: this.#errorIn(value.value) };
      this.#keep(value.value);
      ({ end } = value);
    }
    this.#noteDone(part);
    return undefined;
  }

  async #noteLong(part: Buffer): Promise<Failure | undefined> {
    let end = 0;
    for await (const value of splitValues(part, this.#framing)) {
      if (this.#isFailure(value.value)) return { end, error: this.#errorIn(value.value) };
      this.#keep(value.value);
      ({ end } = value);
    }
    this.#noteDone(part);
    return undefined;
  }

  #noteDone(part: Buffer): void {
    if (ENDED_BY_DONE.has(this.#format) && part.includes(DONE) && isDone(part.toString('latin1')))
      this.#reported = { ...this.#reported, isEnd: true };
  }

  #errorIn(value: Json): GatewayError {
    const facts = readErrorBody(value);
    return vertexError(this.#isOfContainer ? { ...facts, isOfContainer: true } : facts);
  }

  #keep(value: Json): void {
    this.#reported = join(this.#reported, readReported(this.#format, value));
  }

  /** Returns true for an error. An error is part of an answer whose shape does not say when it is complete. */
  #isFailure(value: Json): boolean {
    return isError(value) && (this.#format !== 'shaped' || this.#reported.isEndMarked === true);
  }
}

/** An error within a stream, and the end of the last value before it. */
interface Failure {
  readonly end: number;
  readonly error: GatewayError;
}

const NOTHING = Buffer.of();
const ERROR = Buffer.from('"error"');
const DONE = Buffer.from('[DONE]');
/** The formats of which `[DONE]` ends a stream. */
const ENDED_BY_DONE: ReadonlySet<AnswerFormat> = new Set(['openai', 'shaped']);

/** Returns the event that ends a chat, after the end of the event before it where that is missing. */
function endWithDone(last: Buffer): Buffer {
  const end = endsWithBlankLine(last) ? '' : last.at(-1) === 0x0a ? '\n' : '\n\n';
  return Buffer.from(`${end}data: [DONE]\n\n`);
}

/** Returns the end of the last whole event or element of a part. */
function endOfLast(part: Buffer, framing: Framing): number {
  if (framing === 'json-array') return endOfElements(part);
  return framing === 'raw' || endsWithBlankLine(part) ? part.length : 0;
}
