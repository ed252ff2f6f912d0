import { GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { CallRecord } from './call-record.ts';
import { callerGone, type Deadline } from './deadline.ts';
import type { ErrorDialect } from './dialect.ts';
import type { ServedCall } from './served-call.ts';
import type { Reply } from './reply.ts';
import type { Answer, AnswerFacts, Framing, WholeAnswer } from './answer.ts';
import type { StreamShape } from './prediction.ts';

/** The comments that clients skip and load balancers take for a sign of life; raw bytes have no such comment. */
const KEEP_ALIVE: Readonly<Record<Framing, { contentType: string; comment: string } | undefined>> = {
  sse: { contentType: 'text/event-stream', comment: ': keep-alive\n\n' },
  'json-array': { contentType: 'application/json; charset=UTF-8', comment: '\n' },
  raw: undefined,
};

/** The time for which the end of an answer may wait to be taken when the call has no more time. */
const UNTAKEN_END_IN_MS = 1_000;

/** Hands the answer to the caller. Until something is sent, a failure is thrown and becomes a proper error. */
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
    // Nobody knows how much has arrived of an answer that is not taken whole.
    record.noteWithheld(answer.body);
    const failure = toGatewayError(error);
    record.noteInterrupted(failure, answer.facts);
    await record.settleFailure(failure);
  }
}

/** A client that doesn't take the end of an answer is not waited for. */
export function abandonUnlessTaken(reply: Reply): void {
  const timer = setTimeout(() => reply.abandon(), UNTAKEN_END_IN_MS);
  void reply.over.then(() => clearTimeout(timer));
}

/** Resolves when the answer has gone out. One that is not taken in time is cut off. @throws GatewayError */
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
 * Hands a stream on part by part, and comments while there is none. A failure after something is sent is told within the
 * stream, and never looks like success.
 */
async function deliverStream(
  served: ServedCall,
  coming: Promise<Answer>,
  { format, ...shape }: StreamShape,
  keepAliveIntervalInMs: number,
): Promise<void> {
  const { call, reply, record, deadline } = served;
  let { framing } = shape;
  const sent = { isBegun: false, isFirst: true, isComplete: false };
  let facts = (): AnswerFacts => ({ usage: {} });
  let parts: AsyncIterator<Uint8Array> | undefined;
  // A strict call's last part waits for the ledger, so one part is always held back.
  let held: Uint8Array | undefined;
  // The part that waits to be taken goes out before the error.
  let pending: Uint8Array | undefined;
  const begin = (contentType: string) => {
    if (sent.isBegun) return;
    sent.isBegun = true;
    deadline.beginStream();
    reply.begin(200, record.headers(contentType));
  };
  let untaken = 0;
  const write = async (part: Uint8Array | string) => {
    untaken += 1;
    const isTaken = await reply.write(part);
    untaken -= 1;
    silence.interrupt();
    return isTaken;
  };
  const silence = watchSilence(keepAliveIntervalInMs, () => {
    const keepAlive = KEEP_ALIVE[framing];
    // While the client doesn't even take what there is, more would only pile up.
    if (!keepAlive || untaken > 0) return;
    begin(keepAlive.contentType);
    void write(keepAlive.comment);
  });
  try {
    const answer = await deadline.bound(coming);
    if (answer.kind === 'whole') {
      if (sent.isBegun) throw new GatewayError('VERTEX_FAILED', 'Vertex AI answered with no stream.');
      await deliverWhole(served, answer);
      return;
    }
    ({ facts, framing } = answer);
    parts = answer.parts[Symbol.asyncIterator]();
    const send = async (part: Uint8Array | undefined) => {
      if (part === undefined) return;
      sent.isFirst = false;
      if (!(await deadline.bound(write(part)))) throw callerGone();
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
        : call.dialect.writeStreamError(failure, { format, framing, isFirst: sent.isFirst && !held });
    if (told !== undefined)
      for (const part of [pending, held, told]) if (part !== undefined) record.noteSent(part);
    await record.settleFailure(failure);
    if (told !== undefined) {
      if (held) void reply.write(held);
      void reply.write(told);
    }
    if (!sent.isComplete) reply.end();
    abandonUnlessTaken(reply);
    // Not waited for: a generator ends only when its pending part comes, and the deadline's signal has cut that off.
    void parts?.return?.().catch(() => undefined);
  } finally {
    silence.clear();
  }
}

/** Calls back when nothing has interrupted the silence for half an interval to a whole one, and again while nothing does. */
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
