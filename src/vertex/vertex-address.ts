import type { EndpointAddress } from '../governance/endpoint-address.ts';

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

/**
 * Returns the address of an endpoint that has a host of its own, and else the shared address of a location. Both come
 * from the catalog alone.
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
