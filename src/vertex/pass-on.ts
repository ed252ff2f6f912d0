import { GatewayError } from '../errors/gateway-error.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import { withModelArmor } from './model-armor-config.ts';
import type { VertexLimits } from '../prediction/vertex.ts';
import type { Answer, StreamedAnswer } from '../prediction/answer.ts';
import type {
  AnswerRewrite,
  BytesPayload,
  Seal,
  StreamRewrite,
  VertexRequest,
} from '../prediction/prediction.ts';

/** Resolves when the first part of a stream is there, so that a refused token is noticed before anything is sent. */
export async function withFirstPart(answer: Answer): Promise<Answer> {
  if (answer.kind === 'whole') return answer;
  const parts = answer.parts[Symbol.asyncIterator]();
  const first = await parts.next();
  return { ...answer, parts: first.done ? answer.parts : startingWith(first.value, parts) };
}

async function* startingWith(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Sends one request to Vertex AI. @param held counts the bytes of the answer in place of the call's own count. */
export type Send = (
  request: VertexRequest,
  answer: Pick<BytesPayload, 'format' | 'framing'>,
  held?: VertexLimits['held'],
) => Promise<Answer>;

/**
 * Sends the requests of a payload of bytes: the prerequisite first where it has one. The answer is rewritten for the client
 * where the payload says how.
 * @throws GatewayError as `send`, the payload's request and the prerequisite's check do.
 */
export async function passOn(
  send: Send,
  payload: BytesPayload,
  call: AuthorizedCall,
  seal: Seal | undefined,
): Promise<Answer> {
  const { prerequisite, rewrite } = payload;
  if (prerequisite) {
    const fetched = await undefinedWhenNotFound(send(prerequisite.request(call), { format: 'opaque' }));
    prerequisite.check(fetched?.kind === 'whole' ? readAnswer(fetched.body) : undefined, call);
    if (fetched && prerequisite.isAnswer) return rewrite ? rewritten(fetched, rewrite, call, seal) : fetched;
  }
  const request = await withModelArmor(payload.request(call, seal), call);
  const answer = await send(request, { ...payload, format: request.format ?? payload.format });
  return rewrite ? rewritten(answer, rewrite, call, seal) : answer;
}

/**
 * Resolves with the answer; undefined when Vertex AI refuses the name or has no such resource. The caller must not learn
 * which of the two it is, because the resource may be another's.
 */
async function undefinedWhenNotFound(coming: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await coming;
  } catch (error) {
    const isAboutRequest = error instanceof GatewayError && [400, 404].includes(error.facts.status);
    if (isAboutRequest) return undefined;
    throw error;
  }
}

function readAnswer(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    throw new GatewayError('VERTEX_FAILED', 'Vertex AI’s answer is not JSON.');
  }
}

async function rewritten(
  answer: Answer,
  { whole, contentType, part, stream }: AnswerRewrite,
  call: AuthorizedCall,
  seal: Seal | undefined,
): Promise<Answer> {
  if (answer.kind === 'whole')
    return whole
      ? {
          ...answer,
          ...(contentType !== undefined && { contentType }),
          body: await whole(answer.body, call, seal, answer.facts),
        }
      : answer;
  if (stream) {
    const rewriting = stream(call);
    return {
      ...answer,
      parts: rewriteParts(answer, rewriting),
      writeError: (error) => rewriting.fail(error),
    };
  }
  return part ? { ...answer, parts: mapParts(answer.parts, part) } : answer;
}

async function* rewriteParts(
  { parts, facts }: StreamedAnswer,
  rewriting: StreamRewrite,
): AsyncGenerator<Uint8Array> {
  yield* mapParts(parts, (part) => rewriting.part(part));
  yield rewriting.end(facts());
}

async function* mapParts(
  parts: AsyncIterable<Uint8Array>,
  rewrite: (part: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    const sent = rewrite(part);
    if (sent.byteLength > 0) yield sent;
  }
}
