import { GatewayError } from '../errors/gateway-error.ts';
import type { Vertex } from '../prediction/vertex.ts';
import type { Answer } from '../prediction/answer.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { AnswerRewrite, BytesPayload, VertexRequest, Seal } from '../prediction/prediction.ts';
import { checkStream, explainLimit } from './endpoint-limits.ts';
import { createPassThrough, type PassThrough } from './pass-through.ts';
import { createGrpcPredict, type GrpcPredict } from './predict-over-grpc.ts';
import { type TokenRenewal, withRenewal } from './token-renewal.ts';
import { type VertexAddress, vertexAddress } from './vertex-address.ts';

/** The options of `createVertex`. */
export interface VertexOptions {
  /** One `host:port` that is connected to in place of every host; undefined for the hosts themselves. */
  readonly endpointOverride: string | undefined;
  readonly renewal: TokenRenewal;
  /** The most bytes of a whole answer, or of an event or element of a stream. */
  readonly maximumAnswerBytes: number;
}

/**
 * Creates the path to Vertex AI: gRPC for instances, REST for everything else. Clients are made per address on first use;
 * the catalog's locations and hosts bound their number. A request whose access token Google refuses, in a stream's first
 * event too, is made once more with another token, because Google has done nothing by then and no part has gone out.
 */
export function createVertex({ endpointOverride, renewal, maximumAnswerBytes }: VertexOptions): Vertex {
  const overGrpc = perAddress((address) => createGrpcPredict(address, maximumAnswerBytes));
  const passThroughs = perAddress((address) => createPassThrough(address, maximumAnswerBytes));

  const call = async (
    address: VertexAddress,
    ...[authorized, seal, accessToken, limits]: Parameters<Vertex['predict']>
  ): Promise<Answer> => {
    const { project, location, resource, target } = authorized;
    const { payload } = target;
    if (payload.kind === 'bytes') {
      const passThrough: PassThrough = passThroughs(address);
      const send: Send = (request, answer) =>
        withRenewal(renewal, accessToken, async (token) => {
          const coming = await passThrough.send(request, answer, token, limits);
          return answer.format === 'shaped' ? coming : withFirstPart(coming);
        });
      return passOn(send, payload, authorized, seal);
    }
    if (resource.kind !== 'endpoint') throw new TypeError('only endpoints take instances over gRPC');
    const client: GrpcPredict = await overGrpc(address);
    const name = `projects/${project}/locations/${location}/endpoints/${resource.endpoint}`;
    return withRenewal(renewal, accessToken, (token) => client.predict(name, payload, token, limits));
  };

  return {
    async predict(...asked) {
      const [{ location, resource, target, address: own }] = asked;
      const address = vertexAddress(location, own, endpointOverride);
      if (resource.kind !== 'endpoint') return call(address, ...asked);
      const limited = { ...target, isShared: address.isShared };
      checkStream(limited);
      return call(address, ...asked).catch((error: unknown) => {
        throw explainLimit(error, limited);
      });
    },
  };
}

/** Resolves when the first part of a stream is there, so that a refused token is noticed before anything is sent. */
async function withFirstPart(answer: Answer): Promise<Answer> {
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

type Send = (request: VertexRequest, answer: Pick<BytesPayload, 'format' | 'framing'>) => Promise<Answer>;

async function passOn(
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
  const answer = await send(payload.request(call, seal), payload);
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
  { whole, part }: AnswerRewrite,
  call: AuthorizedCall,
  seal: Seal | undefined,
): Promise<Answer> {
  if (answer.kind === 'whole')
    return whole ? { ...answer, body: await whole(answer.body, call, seal) } : answer;
  return part ? { ...answer, parts: mapParts(answer.parts, part) } : answer;
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

function perAddress<Client>(create: (address: VertexAddress) => Client): (address: VertexAddress) => Client {
  const clients = new Map<string, Client>();
  return (address) => {
    const key = `${address.name} at ${address.host}:${address.port}`;
    const client = clients.get(key) ?? create(address);
    clients.set(key, client);
    return client;
  };
}
