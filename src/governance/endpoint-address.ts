import { isIPv4 } from 'node:net';
import type { Catalog, CatalogEntry } from './documents.ts';

/** Where an endpoint is called that has a host of its own. Always HTTPS, on port 443. */
export interface EndpointAddress {
  /** What the certificate must be for; the request's `Host` and `:authority`, too. */
  readonly name: string;
  /** Where to connect instead of asking the DNS for the name. */
  readonly ip?: string;
}

type EndpointEntry = Extract<CatalogEntry, { endpoint: string }>;

/**
 * What Google serves at an endpoint's own host; all else is served at its shared hosts.
 * https://cloud.google.com/vertex-ai/docs/predictions/using-dedicated-endpoints and …/private-service-connect
 */
export const OPERATIONS_AT_OWN_HOST: readonly string[] = [
  'predict',
  'rawPredict',
  'streamRawPredict',
  'chatCompletions',
];

const DEDICATED = '.prediction.vertexai.goog';
const PRIVATE = '.prediction.p.vertexai.goog';
/** A host under these must have one of the forms above, or is what nobody may be called at. */
const NOT_ONES_OWN = ['googleapis.com', 'vertexai.goog', 'google.internal', 'localhost'];
/** The last label is no number, so that nothing else can be taken for an address. */
const NAME = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The address of an entry's endpoint in a location; undefined where Google's shared host serves it. */
export function endpointAddressOf(
  catalog: Pick<Catalog, 'projects'>,
  entry: CatalogEntry,
  location: string,
): EndpointAddress | undefined {
  const host = 'endpoint' in entry ? entry.hosts?.[location] : undefined;
  if (host === undefined) return undefined;
  if (!isIPv4(host)) return { name: host };
  const name = privateName(catalog, entry as EndpointEntry, location);
  if (name === undefined) throw new TypeError('a catalog with an address by IP has the project’s number');
  return { name, ip: host };
}

/**
 * What is wrong with the host of an endpoint in a location; undefined when it is one of: the endpoint's dedicated name,
 * its name for Private Service Connect, a private IPv4 address, or a name of one's own.
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
  const needsNumber = `Give the number of ${entry.project} under projects, which is part of the name that Google's certificate is for.`;
  if (isIPv4(host)) {
    if (!isPrivate(host))
      return `${host} is no private address; Private Service Connect has one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.`;
    return name === undefined ? needsNumber : undefined;
  }
  if (!NAME.test(host))
    return 'Give a host name or a private IPv4 address alone, in lower case: no scheme, port, path or user.';
  if (host.endsWith(DEDICATED)) {
    const prefix = `${entry.endpoint}.${location}-`;
    const uid = host.startsWith(prefix) ? host.slice(prefix.length, -DEDICATED.length) : '';
    if (/^[a-z0-9]+$/.test(uid)) return undefined;
    return `The dedicated name of this endpoint there is ${prefix}…${DEDICATED}, where … is a number, or a word without dashes: what its dedicatedEndpointDns says.`;
  }
  if (host.endsWith(PRIVATE)) {
    if (name === undefined) return needsNumber;
    return host === name ? undefined : `The private name of this endpoint there is ${name}.`;
  }
  if (NOT_ONES_OWN.some((suffix) => host === suffix || host.endsWith(`.${suffix}`)))
    return 'This is no host of one endpoint. Where a shared host of Google serves it, none is given.';
  return undefined;
}

/** The certificate that Google has for all such endpoints is for names of this form alone. */
function privateName(
  { projects = [] }: Pick<Catalog, 'projects'>,
  { endpoint, project }: EndpointEntry,
  location: string,
): string | undefined {
  const number = /^\d+$/.test(project) ? project : projects.find(({ id }) => id === project)?.number;
  return number === undefined ? undefined : `${endpoint}-${location}-${number}${PRIVATE}`;
}

/** https://cloud.google.com/vpc/docs/subnets#valid-ranges: RFC 1918 and RFC 6598. */
function isPrivate(ip: string): boolean {
  const [first = 0, second = 0] = ip.split('.').map(Number);
  return (
    first === 10 ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >= 64 && second <= 127)
  );
}
