import type { Vertex } from '../prediction/interfaces.ts';
import type { Prediction } from '../prediction/prediction.ts';
import type { AuthorizedCall } from '../governance/authorize.ts';
import { createPassThrough, type PassThrough } from './pass-through.ts';
import { createGrpcPredict, type GrpcPredict } from './predict-over-grpc.ts';
import { vertexEndpoint } from './vertex-endpoint.ts';

/** Clients are made per location on first use; the catalog's locations bound their number. */
export function createVertex(endpointOverride: string | undefined): Vertex {
  const overGrpc = perHost(createGrpcPredict);
  const passThroughs = perHost(createPassThrough);

  return {
    async predict(authorized: AuthorizedCall<Prediction>, accessToken, limits) {
      const { location } = authorized;
      const { payload, apiVersion, operation } = authorized.target;
      const { host, port } = vertexEndpoint(location, endpointOverride);
      const name = resourceName(authorized);
      if (payload.kind === 'instances') {
        const client: GrpcPredict = await overGrpc(host, port);
        return client.predict(name, payload, accessToken, limits);
      }
      const isStream = operation === 'streamGenerateContent';
      const query = isStream && payload.streamFraming === 'sse' ? '?alt=sse' : '';
      const path = `/${apiVersion}/${name}:${operation}${query}`;
      const passThrough: PassThrough = passThroughs(host, port);
      return passThrough.send({ path, isStream, payload }, accessToken, limits.abortSignal);
    },
  };
}

/** `projects/…/locations/…/endpoints/…` or `…/publishers/…/models/…`, from parts whose shape is already checked. */
function resourceName({ project, location, resource }: AuthorizedCall<Prediction>): string {
  const parent = `projects/${project}/locations/${location}`;
  return resource.kind === 'endpoint'
    ? `${parent}/endpoints/${resource.endpoint}`
    : `${parent}/publishers/${resource.publisher}/models/${resource.model}`;
}

function perHost<Client>(
  create: (host: string, port: number) => Client,
): (host: string, port: number) => Client {
  const clients = new Map<string, Client>();
  return (host, port) => {
    const key = `${host}:${port}`;
    const client = clients.get(key) ?? create(host, port);
    clients.set(key, client);
    return client;
  };
}
