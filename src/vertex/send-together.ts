import { GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { AnswerFacts, WholeAnswer } from '../prediction/answer.ts';
import type { BytesPayload, PartialRequest, SplitPayload } from '../prediction/prediction.ts';
import type { VertexLimits } from '../prediction/vertex.ts';
import { type AnswerLimits, tooLong } from './answer-limits.ts';
import type { Send } from './pass-on.ts';
import { addCounts, toUsage } from './usage-counts.ts';

/** The requests of one call that are on their way at once, so that one call leaves room for others. */
const REQUESTS_AT_ONCE = 8;

/**
 * Sends the requests of a payload that is split, some at a time, and joins their answers in order. The first failure ends
 * the call: no further request is sent, and the error says which part of the body it is about.
 * @throws GatewayError as `send` and the payload do, and VERTEX_FAILED when the answers are too long together.
 */
export async function sendTogether(
  send: Send,
  { split, format }: Pick<BytesPayload, 'format'> & { readonly split: SplitPayload },
  call: AuthorizedCall,
  limits: AnswerLimits,
): Promise<WholeAnswer> {
  const requests = split.requests(call);
  const waiting = requests.entries();
  const parts: Uint8Array[] = [];
  const facts: AnswerFacts[] = [];
  const total = shareLimit(limits);
  let failure: Error | undefined;

  const work = async (): Promise<void> => {
    for (const [index, request] of waiting) {
      if (failure !== undefined) return;
      try {
        const written = request.write();
        const held = total.begin();
        const answer = await send(written, { format: written.format ?? format }, held);
        if (answer.kind === 'stream') throw new TypeError('nobody asked for a stream');
        const part = await request.read(answer.body);
        held.resize(part.byteLength);
        parts[index] = part;
        facts[index] = answer.facts;
      } catch (error) {
        failure ??= requests.length === 1 ? toGatewayError(error) : explain(toGatewayError(error), request);
      }
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work));
  if (failure !== undefined) throw failure;
  const joined = joinFacts(facts);
  return { kind: 'whole', contentType: 'application/json', body: split.join(parts, joined), facts: joined };
}

/** An error about a part of the body says which; one about the service or a quota is the same for every part. */
function explain(error: GatewayError, { subject }: PartialRequest): GatewayError {
  if (error.facts.status !== 400) return error;
  return new GatewayError(
    error.code,
    `${error.message} This is about ${subject}, and no other was answered.`,
    {
      violations: error.violations,
    },
  );
}

function joinFacts(all: readonly AnswerFacts[]): AnswerFacts {
  const usage = toUsage(addCounts(all.map((facts) => facts.usage)));
  const isUsageDoubtful = all.some((facts) => facts.isUsageDoubtful);
  return {
    ...all[0],
    usage,
    ...(isUsageDoubtful && { isUsageDoubtful }),
    ...(all.length > 1 && { requests: all.length }),
  };
}

/** Counts the bytes of several answers as those of one, within one limit. */
function shareLimit({ maximumBytes, held }: AnswerLimits): { begin(): VertexLimits['held'] } {
  let total = 0;
  return {
    begin: () => {
      let own = 0;
      return {
        resize: (bytes) => {
          total += bytes - own;
          own = bytes;
          if (total > maximumBytes) throw tooLong('The answer to all parts of the call', maximumBytes);
          held.resize(total);
        },
      };
    },
  };
}
