import type { EndpointAddress } from '../governance/endpoint-address.ts';
import type { Answer } from '../prediction/answer.ts';
import type { ProtectAnswer } from '../prediction/protection.ts';
import type { Vertex } from '../prediction/vertex.ts';
import { checkStream, explainLimit } from './endpoint-limits.ts';
import { passOn, type Send, withFirstPart } from './pass-on.ts';
import { createPassThrough, type PassThrough } from './pass-through.ts';
import type { GrpcPredict } from './predict-over-grpc.ts';
import { sendTogether } from './send-together.ts';
import { VertexFailure } from './vertex-errors.ts';

/** The address that a call goes to. */
export interface VertexAddress {
  /** The host name of the request and of TLS; the certificate must be for it. */
  readonly name: string;
  /** The host that is connected to: the name itself, unless the catalog or a setting says another. */
  readonly host: string;
  readonly port: number;
  /** True for the host that all models and endpoints without a host of their own share in a location. */
  readonly isShared: boolean;
}

/** The source of another access token when Google refuses one. */
export interface TokenRenewal {
  /**
   * Gets another token in place of a refused one.
   * @returns undefined when another would not help, or too many have been fetched lately.
   * @throws GatewayError when none can be had.
   */
  replace(refused: string): Promise<string | undefined>;
  /** Reports that Google refuses a replacement too. */
  replacementRefused(): void;
}

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
  const overGrpc = perAddress(async (address) => {
    const { createGrpcPredict } = await import('./predict-over-grpc.ts');
    return createGrpcPredict(address, maximumAnswerBytes);
  });
  const passThroughs = perAddress((address) => createPassThrough(address, maximumAnswerBytes));

  const call = async (
    address: VertexAddress,
    ...[authorized, seal, accessToken, limits, protect]: Parameters<Vertex['predict']>
  ): Promise<Answer> => {
    const { project, location, resource, target } = authorized;
    const { payload } = target;
    if (payload.kind === 'bytes') {
      const passThrough: PassThrough = passThroughs(address);
      const send: Send = (request, answer, held = limits.held) =>
        withRenewal(renewal, accessToken, async (token) => {
          const coming = await passThrough.send(request, answer, token, { ...limits, held });
          return answer.format === 'shaped' ? coming : withFirstPart(coming);
        });
      const { split } = payload;
      return split
        ? sendTogether(send, { ...payload, split }, authorized, {
            maximumBytes: maximumAnswerBytes,
            held: limits.held,
          })
        : passOn(protect ? protecting(send, protect) : send, payload, authorized, seal);
    }
    if (resource.kind !== 'endpoint') throw new TypeError('only endpoints take instances over gRPC');
    const client: GrpcPredict = await overGrpc(address);
    const name = `projects/${project}/locations/${location}/endpoints/${resource.endpoint}`;
    const answer = await withRenewal(renewal, accessToken, (token) =>
      client.predict(name, payload, token, limits),
    );
    return protect ? protect(answer) : answer;
  };

  return {
    async predict(...asked) {
      const [{ location, resource, target, address: own }] = asked;
      const address = vertexAddress(location, own, endpointOverride);
      if (resource.kind !== 'endpoint') return call(address, ...asked);
      const limited = { ...target, isShared: address.isShared };
      if (target.payload.framing !== undefined) checkStream(limited);
      return call(address, ...asked).catch((error: unknown) => {
        throw explainLimit(error, limited);
      });
    },
  };
}

/** Protects each answer before anything else reads it. The vectors of texts, which come from requests sent together, hold no text. */
function protecting(send: Send, protect: ProtectAnswer): Send {
  return async (...asked) => protect(await send(...asked));
}

/**
 * Returns the address of an endpoint that has a host of its own, and else the shared address of a location. Both come
 * from the catalog alone.
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/locations
 * @param override one `host:port` that is connected to in place of every host; the names stay.
 */
export function vertexAddress(
  location: string,
  own: EndpointAddress | undefined,
  override: string | undefined,
): VertexAddress {
  const name = own?.name ?? sharedHostOf(location);
  const isShared = own === undefined;
  if (override === undefined) return { name, host: own?.ip ?? name, port: 443, isShared };
  const { hostname, port } = new URL(`https://${override}`);
  return { name, host: hostname, port: Number(port === '' ? 443 : port), isShared };
}

function sharedHostOf(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com';
  if (!location.includes('-')) return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}

/** Makes one client for each address, on first use. One that can't be made is made again for the next call. */
export function perAddress<Client>(
  create: (address: VertexAddress) => Client,
): (address: VertexAddress) => Client {
  const clients = new Map<string, Client>();
  return (address) => {
    const key = `${address.name} at ${address.host}:${address.port}`;
    const known = clients.get(key);
    if (known !== undefined) return known;
    const client = create(address);
    clients.set(key, client);
    if (client instanceof Promise) client.catch(() => clients.delete(key));
    return client;
  };
}

/**
 * Makes an attempt, and a second one with another access token when Google refuses the first token.
 * @throws the failure of the last attempt, or what `replace` throws.
 */
async function withRenewal<Result>(
  renewal: TokenRenewal,
  accessToken: string,
  attempt: (accessToken: string) => Promise<Result>,
): Promise<Result> {
  try {
    return await attempt(accessToken);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const replacement = await renewal.replace(accessToken);
    if (replacement === undefined) throw error;
    return attempt(replacement).catch((failure: unknown) => {
      if (isRefusal(failure)) renewal.replacementRefused();
      throw failure;
    });
  }
}

/** Returns true when Google refused the access token, which it does before it looks at the call itself. */
function isRefusal(error: unknown): boolean {
  return error instanceof VertexFailure && error.kind === 'token-refused';
}
