import type { EndpointAddress } from '../governance/endpoint-address.ts';

/** The address that a call goes to. */
export interface VertexAddress {
  /** In TLS, where the certificate must be for it, and in the request. */
  readonly name: string;
  /** The host that is connected to: the name itself, unless the catalog or a setting says another. */
  readonly host: string;
  readonly port: number;
  /** True when Google serves others there too. */
  readonly isShared: boolean;
}

/**
 * The address of Vertex AI for an endpoint that has one of its own, else for a location; both are the catalog's, and
 * it is never built from anything else.
 * https://cloud.google.com/vertex-ai/docs/general/locations and
 * https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations (global and multi-region addresses)
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
