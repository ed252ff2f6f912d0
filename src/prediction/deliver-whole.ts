import { toGatewayError } from '../errors/gateway-error.ts';
import type { AnswerFacts, WholeAnswer } from './answer.ts';
import type { CallRecord } from './call-record.ts';
import { callerGone, type Deadline } from './deadline.ts';
import type { ErrorDialect } from './dialect.ts';
import type { Reply } from './reply.ts';
import type { ServedCall } from './served-call.ts';

/** The time for which the rest of an answer may still be taken when the call's time is up. */
const UNTAKEN_END_IN_MS = 1_000;

/**
 * Sends a whole answer and waits until it is taken. A strict call's answer is put on the ledger first.
 * @throws GatewayError AUDIT_LEDGER_UNAVAILABLE when the ledger does not take it; nothing is sent then.
 */
export async function deliverWhole(
  { reply, record, deadline }: ServedCall<ErrorDialect>,
  answer: WholeAnswer,
): Promise<void> {
  record.noteSent(answer.body);
  const { status = 200 } = answer;
  record.noteAnswered(answer.facts, status);
  if (record.isStrict) await settleOrWithhold(record, answer.body);
  deadline.beginDelivery();
  const headers = {
    ...record.headers(answer.contentType),
    ...answer.headers,
    ...tokensHeader(answer.facts),
  };
  reply.send(status, headers, answer.body);
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

/**
 * Settles a strict call before its last part goes out. A part that may not go out is noted as withheld.
 * @throws GatewayError AUDIT_LEDGER_UNAVAILABLE.
 */
export async function settleOrWithhold(record: CallRecord, part: Uint8Array | undefined): Promise<void> {
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
