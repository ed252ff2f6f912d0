import { GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { Answer, AnswerFacts, StreamedAnswer, WholeAnswer } from './answer.ts';
import { callerGone } from './deadline.ts';
import { abandonUnlessTaken, deliverWhole, settleOrWithhold, untilTaken } from './deliver-whole.ts';
import type { SilenceFiller } from './dialect.ts';
import type { StreamShape } from './prediction.ts';
import type { ServedCall } from './served-call.ts';

/**
 * Sends a stream part by part, and fills the silence while no part comes. A failure after something is sent is written into
 * the stream, so that the client does not take the answer for complete. It is noted on the record.
 * @throws GatewayError for a failure before anything is sent.
 */
export async function deliverStream(
  served: ServedCall,
  coming: Promise<Answer>,
  shape: StreamShape,
  keepAliveIntervalInMs: number,
): Promise<void> {
  const delivery = new StreamDelivery(served, shape, keepAliveIntervalInMs);
  try {
    const answer = await served.deadline.bound(coming);
    if (answer.kind === 'whole') await delivery.sendWhole(answer);
    else {
      await delivery.sendParts(answer);
      await delivery.sendEnd();
    }
  } catch (error) {
    if (!delivery.isBegun) {
      if (toGatewayError(error).code === 'CONTENT_BLOCKED') delivery.noteUsage();
      throw error;
    }
    await delivery.sendFailure(toGatewayError(error));
  } finally {
    delivery.stopFilling();
  }
}

/** One stream on its way to the caller. */
class StreamDelivery {
  /** True once the status line has gone out. */
  isBegun = false;
  readonly #served: ServedCall;
  readonly #silence: ReturnType<typeof watchSilence>;
  #shape: StreamShape;
  #filler: SilenceFiller | undefined;
  #parts: AsyncIterator<Uint8Array> | undefined;
  /** The last part that was sent, or is being sent. */
  #lastPart: Uint8Array | undefined;
  /** The part of a strict call that is held back. The last part waits for the ledger, and any may be it once the answer may end. */
  #held: Uint8Array | undefined;
  /** A part that is being sent when the stream fails is sent before the error, so it is noted before the error. */
  #pending: Uint8Array | undefined;
  /** The writes that the client has not taken yet. */
  #untaken = 0;
  /** True once all parts are sent. */
  #isComplete = false;
  #facts = (): AnswerFacts => ({ usage: {} });
  #writeErrorInto: StreamedAnswer['writeError'];

  constructor(served: ServedCall, shape: StreamShape, keepAliveIntervalInMs: number) {
    this.#served = served;
    this.#shape = shape;
    this.#filler = served.call.dialect.fillSilence(shape);
    this.#silence = watchSilence(keepAliveIntervalInMs, () => this.#fill());
  }

  /** Sends an answer that came in one piece, although a stream was asked for. @throws GatewayError VERTEX_FAILED once begun. */
  async sendWhole(answer: WholeAnswer): Promise<void> {
    if (this.isBegun) throw new GatewayError('VERTEX_FAILED', 'Vertex AI’s answer is not a stream.');
    await deliverWhole(this.#served, answer);
  }

  /**
   * Sends the parts as they come; of a strict call all but the last.
   * @throws GatewayError VERTEX_FAILED for another framing than that of the bytes that have gone out, what the parts throw,
   *   and CALLER_GONE.
   */
  async sendParts({
    contentType,
    headers,
    framing,
    parts,
    facts,
    mayEnd = () => true,
    writeError,
  }: StreamedAnswer): Promise<void> {
    const { record, deadline } = this.#served;
    this.#parts = parts[Symbol.asyncIterator]();
    this.#reframe(framing);
    this.#facts = facts;
    this.#writeErrorInto = writeError;
    for (;;) {
      const next = await deadline.bound(this.#parts.next());
      this.#begin(contentType, headers);
      if (next.done) return;
      const holdsBack = record.isStrict && (this.#held !== undefined || mayEnd());
      const free = holdsBack ? this.#held : next.value;
      if (holdsBack) this.#held = next.value;
      if (free) await this.#sendOnRecord(free);
    }
  }

  /** Puts a strict call on the ledger, sends the rest, and waits until all of it is taken. */
  async sendEnd(): Promise<void> {
    const { reply, record, deadline } = this.#served;
    record.noteAnswered(this.#facts());
    const last = this.#held;
    this.#held = undefined;
    if (last) record.noteSent(last);
    if (record.isStrict) await settleOrWithhold(record, last);
    if (last) await this.#sendLast(last);
    this.stopFilling();
    const rest = this.#filler?.finish() ?? '';
    if (rest !== '') void reply.write(rest);
    this.#isComplete = true;
    reply.end();
    await untilTaken(reply, deadline);
  }

  /** Puts the failure of a stream that has begun on record, and writes it into the stream where that can be read. */
  async sendFailure(failure: GatewayError): Promise<void> {
    const { reply, record } = this.#served;
    record.noteInterrupted(failure, this.#facts());
    const error = this.#writeError(failure);
    if (error !== undefined)
      for (const part of [this.#pending, this.#held, error]) if (part !== undefined) record.noteSent(part);
    await record.settleFailure(failure);
    if (error !== undefined) {
      if (this.#held) void this.#writePart(this.#held);
      void this.#writePart(Buffer.from(error));
    }
    if (!this.#isComplete) reply.end();
    abandonUnlessTaken(reply);
    // This is not waited for: a generator ends only when its pending part comes, and the deadline's signal cuts that off.
    void this.#parts?.return?.().catch(() => undefined);
  }

  /** Notes what the model has used for a stream that is held back from its beginning. */
  noteUsage(): void {
    this.#served.record.noteFacts(this.#facts());
  }

  /** Fills no silence from here on. */
  stopFilling(): void {
    this.#silence.clear();
  }

  #fill(): void {
    // Bytes would only pile up while the client doesn't take those before them. Little can follow a reason to finish.
    if (!this.#filler || this.#untaken > 0 || this.#facts().finishReason !== undefined) return;
    const bytes = this.#filler.fill();
    if (bytes === undefined) return;
    this.#begin(this.#filler.contentType);
    void this.#write(bytes);
  }

  #begin(contentType: string, headers: StreamedAnswer['headers'] = {}): void {
    if (this.isBegun) return;
    this.isBegun = true;
    const { reply, record, deadline } = this.#served;
    deadline.beginStream();
    reply.begin(200, { ...record.headers(contentType), ...headers });
  }

  #reframe(framing: StreamShape['framing']): void {
    if (framing === this.#shape.framing) return;
    if (this.isBegun)
      throw new GatewayError('VERTEX_FAILED', 'Vertex AI answered with another form of stream.');
    this.#shape = { ...this.#shape, framing };
    this.#filler = this.#served.call.dialect.fillSilence(this.#shape);
  }

  async #sendOnRecord(part: Uint8Array): Promise<void> {
    this.#pending = part;
    await this.#send(part);
    this.#pending = undefined;
    this.#served.record.noteSent(part);
  }

  async #sendLast(part: Uint8Array): Promise<void> {
    try {
      await this.#send(part);
    } catch (error) {
      if (toGatewayError(error).code === 'CALLER_GONE') this.#served.record.noteWithheld(part);
      throw error;
    }
  }

  async #send(part: Uint8Array): Promise<void> {
    this.#lastPart = part;
    const taking = this.#writePart(part);
    if (!(taking instanceof Promise ? await this.#served.deadline.bound(taking) : taking)) throw callerGone();
  }

  #writePart(part: Uint8Array): boolean | Promise<boolean> {
    return this.#write(this.#filler?.join(part) ?? part);
  }

  #write(bytes: Uint8Array | string): boolean | Promise<boolean> {
    const taking = this.#served.reply.write(bytes);
    this.#silence.interrupt();
    return taking instanceof Promise ? this.#waitUntilTaken(taking) : taking;
  }

  async #waitUntilTaken(taking: Promise<boolean>): Promise<boolean> {
    this.#untaken += 1;
    const isTaken = await taking;
    this.#untaken -= 1;
    this.#silence.interrupt();
    return isTaken;
  }

  /** Writes the error for a client that is there and does not have the whole answer yet; undefined for any other. */
  #writeError(failure: GatewayError): string | undefined {
    if (failure.code === 'CALLER_GONE' || this.#isComplete) return undefined;
    if (this.#writeErrorInto) return this.#writeErrorInto(failure);
    const lastPart = this.#held ?? this.#lastPart;
    return this.#served.call.dialect.writeStreamError(failure, { ...this.#shape, lastPart });
  }
}

/** Calls back after a silence of half an interval to a whole one, and then every half interval until it is interrupted. */
function watchSilence(intervalInMs: number, onSilence: () => void) {
  let isSilent = false;
  const timer = setInterval(() => {
    if (isSilent) onSilence();
    isSilent = true;
  }, intervalInMs / 2).unref();
  return {
    interrupt: () => {
      isSilent = false;
    },
    clear: () => clearInterval(timer),
  };
}
