import { GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { CallRecord } from './call-record.ts';
import { callerGone, type Deadline } from './deadline.ts';
import type { ErrorDialect } from './dialect.ts';
import type { ServedCall } from './served-call.ts';
import type { Reply } from './reply.ts';
import type { Answer, AnswerFacts, WholeAnswer } from './answer.ts';
import type { StreamShape } from './prediction.ts';

/** The time for which the rest of an answer may still be taken when the call's time is up. */
const UNTAKEN_END_IN_MS = 1_000;

/**
 * Hands the answer to the caller, whole or as a stream.
 * @throws GatewayError for a failure before anything is sent. A later failure is noted on the record.
 */
export async function deliver(
  served: ServedCall,
  coming: Promise<Answer>,
  shape: StreamShape | undefined,
  keepAliveIntervalInMs: number,
): Promise<void> {
  if (shape) return deliverStream(served, coming, shape, keepAliveIntervalInMs);
  const answer = await served.deadline.bound(coming);
  if (answer.kind === 'stream') throw new TypeError('nobody asked for a stream');
  await deliverWhole(served, answer);
}

/**
 * Sends a whole answer and waits until it is taken. A strict call's answer is put on the ledger first.
 * @throws GatewayError AUDIT_LEDGER_UNAVAILABLE when the ledger does not take it; nothing is sent then.
 */
export async function deliverWhole(
  { reply, record, deadline }: ServedCall<ErrorDialect>,
  answer: WholeAnswer,
): Promise<void> {
  record.noteSent(answer.body);
  record.noteAnswered(answer.facts);
  if (record.isStrict) await settleOrWithhold(record, answer.body);
  deadline.beginDelivery();
  reply.send(200, { ...record.headers(answer.contentType), ...tokensHeader(answer.facts) }, answer.body);
  try {
    await untilTaken(reply, deadline);
  } catch (error) {
    // It is not known how much has arrived of an answer that is not taken whole.
    record.noteWithheld(answer.body);
    const failure = toGatewayError(error);
    record.noteInterrupted(failure, answer.facts);
    await record.settleFailure(failure);
  }
}

/** Cuts an answer off that the client has not taken whole within a second. */
export function abandonUnlessTaken(reply: Reply): void {
  const timer = setTimeout(() => reply.abandon(), UNTAKEN_END_IN_MS);
  void reply.over.then(() => clearTimeout(timer));
}

/**
 * Resolves when the answer has gone out. An answer that is not taken in time is cut off.
 * @throws GatewayError CALLER_GONE for an answer that is not taken whole, INSTANCE_STOPPING when the instance stops before.
 */
export async function untilTaken(reply: Reply, deadline: Deadline): Promise<void> {
  try {
    if (await deadline.bound(reply.over)) return;
  } catch (error) {
    // The time is up, or the instance stops; what is nearly out is let go.
    abandonUnlessTaken(reply);
    if (await reply.over) return;
    if (toGatewayError(error).code === 'INSTANCE_STOPPING') throw error;
  }
  throw callerGone();
}

/** Settles a strict call before its last part goes out; a part that may not go out is noted as withheld. */
async function settleOrWithhold(record: CallRecord, part: Uint8Array | undefined): Promise<void> {
  try {
    await record.settle();
  } catch (error) {
    if (part) record.noteWithheld(part);
    throw error;
  }
}

/** Writes the header by which the edge counts tokens against the limits document; the edge takes it off the answer. */
function tokensHeader({ usage: { totalTokens } }: AnswerFacts): Record<string, string> {
  return totalTokens === undefined ? {} : { 'x-gateway-total-tokens': String(totalTokens) };
}

/**
 * Sends a stream part by part, and fills the silence while no part comes. A failure after something is sent is written into
 * the stream, so that the client does not take the answer for complete.
 */
async function deliverStream(
  served: ServedCall,
  coming: Promise<Answer>,
  { format, ...shape }: StreamShape,
  keepAliveIntervalInMs: number,
): Promise<void> {
  const { call, reply, record, deadline } = served;
  let { framing } = shape;
  let filler = call.dialect.fillSilence({ format, framing });
  const sent: { isBegun: boolean; lastPart: Uint8Array | undefined; isComplete: boolean } = {
    isBegun: false,
    lastPart: undefined,
    isComplete: false,
  };
  let facts = (): AnswerFacts => ({ usage: {} });
  let parts: AsyncIterator<Uint8Array> | undefined;
  // A strict call's last part waits for the ledger, so one part is always held back.
  let held: Uint8Array | undefined;
  // A part that is being sent when the stream fails is sent before the error, so it is noted before the error.
  let pending: Uint8Array | undefined;
  const begin = (contentType: string) => {
    if (sent.isBegun) return;
    sent.isBegun = true;
    deadline.beginStream();
    reply.begin(200, record.headers(contentType));
  };
  let untaken = 0;
  const write = async (bytes: Uint8Array | string) => {
    untaken += 1;
    const isTaken = await reply.write(bytes);
    untaken -= 1;
    silence.interrupt();
    return isTaken;
  };
  const writePart = (part: Uint8Array) => write(filler?.join(part) ?? part);
  const silence = watchSilence(keepAliveIntervalInMs, () => {
    // Bytes would only pile up while the client doesn't take those before them. Little can follow a reason to finish.
    if (!filler || untaken > 0 || facts().finishReason !== undefined) return;
    const bytes = filler.fill();
    if (bytes === undefined) return;
    begin(filler.contentType);
    void write(bytes);
  });
  try {
    const answer = await deadline.bound(coming);
    if (answer.kind === 'whole') {
      if (sent.isBegun) throw new GatewayError('VERTEX_FAILED', 'Vertex AI’s answer is not a stream.');
      await deliverWhole(served, answer);
      return;
    }
    parts = answer.parts[Symbol.asyncIterator]();
    if (answer.framing !== framing) {
      if (sent.isBegun)
        throw new GatewayError('VERTEX_FAILED', 'Vertex AI answered with another form of stream.');
      framing = answer.framing;
      filler = call.dialect.fillSilence({ format, framing });
    }
    facts = answer.facts;
    const send = async (part: Uint8Array | undefined) => {
      if (part === undefined) return;
      sent.lastPart = part;
      if (!(await deadline.bound(writePart(part)))) throw callerGone();
    };
    const sendOnRecord = async (part: Uint8Array | undefined) => {
      pending = part;
      await send(part);
      pending = undefined;
      if (part) record.noteSent(part);
    };
    for (;;) {
      const next = await deadline.bound(parts.next());
      begin(answer.contentType);
      if (next.done) break;
      const free = record.isStrict ? held : next.value;
      if (record.isStrict) held = next.value;
      await sendOnRecord(free);
    }
    record.noteAnswered(facts());
    const last = held;
    held = undefined;
    if (last) record.noteSent(last);
    if (record.isStrict) await settleOrWithhold(record, last);
    await send(last).catch((error: unknown) => {
      if (last && toGatewayError(error).code === 'CALLER_GONE') record.noteWithheld(last);
      throw error;
    });
    silence.clear();
    const rest = filler?.finish() ?? '';
    if (rest !== '') void reply.write(rest);
    sent.isComplete = true;
    reply.end();
    await untilTaken(reply, deadline);
  } catch (error) {
    if (!sent.isBegun) throw error;
    const failure = toGatewayError(error);
    record.noteInterrupted(failure, facts());
    const told =
      failure.code === 'CALLER_GONE' || sent.isComplete
        ? undefined
        : call.dialect.writeStreamError(failure, { format, framing, lastPart: held ?? sent.lastPart });
    if (told !== undefined)
      for (const part of [pending, held, told]) if (part !== undefined) record.noteSent(part);
    await record.settleFailure(failure);
    if (told !== undefined) {
      if (held) void writePart(held);
      void writePart(Buffer.from(told));
    }
    if (!sent.isComplete) reply.end();
    abandonUnlessTaken(reply);
    // This is not waited for: a generator ends only when its pending part comes, and the deadline's signal cuts that off.
    void parts?.return?.().catch(() => undefined);
  } finally {
    silence.clear();
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
