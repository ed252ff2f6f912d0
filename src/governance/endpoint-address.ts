import { isIPv4 } from 'node:net';
import type { Catalog, CatalogEntry } from './documents.ts';

/** The address of an endpoint that has a host of its own. It is called by HTTPS on port 443. */
export interface EndpointAddress {
  /** The DNS name that the certificate must have; also the request's `Host` or `:authority`. */
  readonly name: string;
  /** The IPv4 address to connect to; the DNS resolves the name when left out. */
  readonly ip?: string;
}

type EndpointEntry = Extract<CatalogEntry, { endpoint: string }>;

/**
 * The operations that Google serves at an endpoint's own host. It serves all others at its shared hosts.
 * https://cloud.google.com/vertex-ai/docs/predictions/using-dedicated-endpoints and
 * https://cloud.google.com/vertex-ai/docs/predictions/private-service-connect
 */
export const OPERATIONS_AT_OWN_HOST: readonly string[] = [
  'predict',
  'rawPredict',
  'streamRawPredict',
  'chatCompletions',
];

const DEDICATED = '.prediction.vertexai.goog';
const PRIVATE = '.prediction.p.vertexai.goog';
/** Domains of shared hosts. A host of an endpoint in one of them must be its dedicated or its private name. */
const SHARED_DOMAINS = ['googleapis.com', 'vertexai.goog', 'google.internal', 'localhost'];
/** A DNS name. Its last label begins with a letter, so that no resolver takes it for an IP address. */
const NAME = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Returns the address of an entry's endpoint in a location; undefined if a shared host of Google serves it.
 * @throws TypeError for an IP address without the project's number in the catalog, which `findHostProblem` refuses.
 */
export function endpointAddressOf(
  catalog: Pick<Catalog, 'projects'>,
  entry: CatalogEntry,
  location: string,
): EndpointAddress | undefined {
  const host = 'endpoint' in entry ? entry.hosts?.[location] : undefined;
  if (host === undefined) return undefined;
  if (!isIPv4(host)) return { name: host };
  const name = privateName(catalog, entry as EndpointEntry, location);
  if (name === undefined)
    throw new TypeError('the catalog has an endpoint with an IP address and no number of its project');
  return { name, ip: host };
}

/**
 * Describes the problem of an endpoint's host in a location. A host has none if it is the endpoint's dedicated name,
 * its name for Private Service Connect, a private IPv4 address, or a name in a domain of one's own.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints (dedicatedEndpointDns) and
 * https://cloud.google.com/vertex-ai/docs/predictions/private-service-connect
 */
export function findHostProblem(
  catalog: Pick<Catalog, 'projects'>,
  entry: EndpointEntry,
  location: string,
  host: string,
): string | undefined {
  const name = privateName(catalog, entry, location);
  const needsNumber = `List the number of ${entry.project} under projects. The name in Google’s certificate has it.`;
  if (isIPv4(host)) {
    if (!isPrivate(host))
      return `${host} is not a private address. Private Service Connect has an address of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.`;
    return name === undefined ? needsNumber : undefined;
  }
  if (!NAME.test(host))
    return 'Give a host name or a private IPv4 address alone, in lower case: no scheme, port, path or user.';
  if (host.endsWith(DEDICATED)) {
    const prefix = `${entry.endpoint}.${location}-`;
    const uid = host.startsWith(prefix) ? host.slice(prefix.length, -DEDICATED.length) : '';
    if (/^[a-z0-9]+$/.test(uid)) return undefined;
    return `The dedicated DNS name of this endpoint in this location is ${prefix}…${DEDICATED}, where … is a number or a word without dashes. The endpoint’s dedicatedEndpointDns has it.`;
  }
  if (host.endsWith(PRIVATE)) {
    if (name === undefined) return needsNumber;
    return host === name ? undefined : `The private DNS name of this endpoint in this location is ${name}.`;
  }
  if (SHARED_DOMAINS.some((suffix) => host === suffix || host.endsWith(`.${suffix}`)))
    return 'This host serves many endpoints. Leave it out: Google’s shared host is the default.';
  return undefined;
}

/**
 * The name of an endpoint for Private Service Connect, which Google's certificate covers. It needs the project's
 * number.
 */
function privateName(
  { projects = [] }: Pick<Catalog, 'projects'>,
  { endpoint, project }: EndpointEntry,
  location: string,
): string | undefined {
  const number = /^\d+$/.test(project) ? project : projects.find(({ id }) => id === project)?.number;
  return number === undefined ? undefined : `${endpoint}-${location}-${number}${PRIVATE}`;
}

/** True for an address of RFC 1918 or RFC 6598. https://cloud.google.com/vpc/docs/subnets#valid-ranges */
function isPrivate(ip: string): boolean {
  const [first = 0, second = 0] = ip.split('.').map(Number);
  return (
    first === 10 ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >= 64 && second <= 127)
  );
}
