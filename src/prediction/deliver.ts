import { GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { Deadline } from './deadline.ts';
import type { Call, Reply } from './interfaces.ts';
import type { OpenRecord } from './open-record.ts';
import type { Answer, AnswerFacts, StreamedAnswer, WholeAnswer } from './prediction.ts';

interface Delivery {
  readonly call: Call;
  readonly reply: Reply;
  readonly record: OpenRecord;
  readonly deadline: Deadline;
}

/** Hands the answer to the caller. Until the first part is there, a failure is thrown and becomes a proper error. */
export async function deliver(answer: Answer, delivery: Delivery): Promise<void> {
  if (answer.kind === 'stream') return deliverStream(answer, delivery);
  deliverWhole(answer, delivery);
}

export function deliverWhole(
  answer: WholeAnswer,
  { reply, record }: Pick<Delivery, 'reply' | 'record'>,
): void {
  record.sent(answer.body.byteLength);
  record.answered(answer.facts);
  reply.send(200, { ...record.headers(answer.contentType), ...tokensHeader(answer.facts) }, answer.body);
}

/** By this the edge counts tokens against the limits document; it goes no further than there. */
function tokensHeader({ usage: { totalTokens } }: AnswerFacts): Record<string, string> {
  return totalTokens === undefined ? {} : { 'x-gateway-total-tokens': String(totalTokens) };
}

async function deliverStream(answer: StreamedAnswer, delivery: Delivery): Promise<void> {
  const { call, reply, record, deadline } = delivery;
  const parts = answer.parts[Symbol.asyncIterator]();
  let next = await deadline.bound(parts.next());
  reply.begin(200, record.headers(answer.contentType));
  let isFirst = true;
  try {
    while (!next.done) {
      record.sent(next.value.byteLength);
      isFirst = false;
      if (!(await deadline.bound(reply.write(next.value))))
        throw new GatewayError('CALLER_GONE', 'The caller went away.');
      next = await deadline.bound(parts.next());
    }
    record.answered(answer.facts());
  } catch (error) {
    const failure = toGatewayError(error);
    record.interrupted(failure, answer.facts());
    const framing = answer.contentType.startsWith('text/event-stream') ? 'sse' : 'json-array';
    if (failure.code !== 'CALLER_GONE')
      void reply.write(call.dialect.writeStreamError(failure, framing, isFirst));
    // Not waited for: a generator ends only when its pending part comes, and the deadline's signal has cut that off.
    void parts.return?.().catch(() => undefined);
  } finally {
    reply.end();
  }
}
