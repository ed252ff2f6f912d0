import { GatewayError } from '../errors/gateway-error.ts';
import type { AnswerFacts, AnswerFormat, Framing } from '../prediction/prediction.ts';
import { FACTS_READERS, findError, type FactsReader } from './answer-formats.ts';
import { splitValues } from './split-values.ts';
import { readErrorBody, vertexError } from './vertex-errors.ts';

/**
 * Lets the parts of a stream pass while it keeps what tells the facts, and notices an error among them and an end that
 * comes too early. Nothing is parsed before the end but a part that may hold an error.
 */
export class MeteredStream {
  readonly #reader: FactsReader;
  readonly #framing: Framing;
  /** The latest part with each mark, in the order of the stream. */
  readonly #kept = new Map<string, Buffer>();
  #isComplete: boolean;

  constructor(format: AnswerFormat, framing: Framing) {
    this.#reader = FACTS_READERS[format];
    this.#framing = framing;
    this.#isComplete = this.#reader.endMarks === undefined;
  }

  /** @throws GatewayError the VERTEX codes for an error within the stream, VERTEX_STREAM_BROKEN for an early end. */
  async *read(parts: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      this.#note(part);
      const failure = this.#findFailure(part);
      if (failure) {
        if (failure.start > 0) yield part.subarray(0, failure.start);
        throw failure.error;
      }
      // What has no end can't be followed by an error; it counts only where it completes the stream.
      if (this.#framing === 'sse' && !this.#isComplete && !endsEvent(part)) break;
      yield part;
    }
    if (!this.#isComplete)
      throw new GatewayError(
        'VERTEX_STREAM_BROKEN',
        'Vertex AI ended the stream before the model had said that its answer is complete. What came so far is incomplete.',
      );
  }

  /** What is known so far. */
  facts(): AnswerFacts {
    const parts = new Set(this.#kept.values());
    return this.#reader.read(
      [...parts].flatMap((part) => splitValues(part, this.#framing)).map(({ value }) => value),
    );
  }

  #note(part: Buffer): void {
    const { marks, endMarks } = this.#reader;
    for (const mark of marks) {
      if (!part.includes(mark)) continue;
      // Moves to the end, so that the later part wins.
      this.#kept.delete(mark);
      this.#kept.set(mark, part);
    }
    this.#isComplete ||= endMarks?.some((mark) => part.includes(mark)) ?? true;
  }

  #findFailure(part: Buffer): { readonly start: number; readonly error: GatewayError } | undefined {
    if (this.#reader === FACTS_READERS.opaque || !part.includes('"error"')) return undefined;
    for (const { value, start } of splitValues(part, this.#framing)) {
      const error = findError(value);
      if (error) return { start, error: vertexError(readErrorBody(value)) };
    }
    return undefined;
  }
}

function endsEvent(part: Buffer): boolean {
  return part.subarray(-2).equals(Buffer.from('\n\n')) || part.subarray(-4).equals(Buffer.from('\r\n\r\n'));
}
