import { endpointAddressOf } from '../governance/endpoint-address.ts';
import type { DoctorDependencies } from './examination.ts';

/** A service that the function app calls. */
export interface Service {
  /** The host that names are resolved for, or the IP address. Services with the same host are one. */
  readonly host: string;
  readonly owner: 'google' | 'azure';
  /** True for a service that a private endpoint of Azure may stand for. */
  readonly hasPrivateLink: boolean;
  /** The address that is asked, without credentials, if the service can be reached. */
  readonly url: string;
  readonly connectTo?: { readonly host: string; readonly port: number };
}

type Named = Pick<DoctorDependencies, 'settings' | 'documents' | 'addressOf'>;

/** Lists the services of the settings and the catalog, each host and port once. */
export function listServices({ settings, documents, addressOf }: Named): Service[] {
  const azure = (url: string, hasPrivateLink: boolean): Service => ({
    host: new URL(url).hostname,
    owner: 'azure',
    hasPrivateLink,
    url,
  });
  const google = (url: string): Service => ({
    host: new URL(url).hostname,
    owner: 'google',
    hasPrivateLink: false,
    url,
  });
  const { AUDIT_WITNESS_URL: witness, AUDIT_KEY_URL: key } = settings;
  const services: Service[] = [
    google(settings.GOOGLE_STS_URL),
    ...(settings.GOOGLE_SERVICE_ACCOUNT === undefined ? [] : [google(settings.GOOGLE_IAM_CREDENTIALS_URL)]),
    ...listVertexHosts({ documents, addressOf }).map(vertexService),
    azure(settings.AUDIT_STORAGE_URL, true),
    ...(witness === undefined ? [] : [azure(witness, true)]),
    ...(key.startsWith('https:') ? [azure(key, true)] : []),
    azure(ingestionUrlOf(settings), true),
    azure(settings.APPLICATIONINSIGHTS_QUERY_ENDPOINT, true),
    azure(settings.API_MANAGEMENT_JWKS_URI, false),
  ];
  return [...new Map(services.map((service) => [keyOf(service), service])).values()];
}

/** The key of a service: the origin of what is asked, by which two names of one host are one. */
export function keyOf({ url }: Pick<Service, 'url'>): string {
  return new URL(url).origin;
}

/** The ingestion endpoint of a connection string, without a slash at its end. */
export function ingestionUrlOf({
  APPLICATIONINSIGHTS_CONNECTION_STRING: text,
}: Pick<DoctorDependencies['settings'], 'APPLICATIONINSIGHTS_CONNECTION_STRING'>): string {
  const endpoint = /(?:^|;)IngestionEndpoint=([^;]+)/i.exec(text)?.[1];
  const isUrl = endpoint !== undefined && URL.canParse(endpoint);
  // https://learn.microsoft.com/azure/azure-monitor/app/connection-strings#endpoints
  return (isUrl ? endpoint : 'https://dc.services.visualstudio.com').replace(/\/$/, '');
}

/** Lists the hosts of Vertex AI that the catalog's entries are served at. */
function listVertexHosts({ documents, addressOf }: Omit<Named, 'settings'>) {
  const hosts = documents.catalog.entries.flatMap((entry) =>
    entry.locations.map((location) =>
      addressOf(location, endpointAddressOf(documents.catalog, entry, location)),
    ),
  );
  return [...new Map(hosts.map((host) => [host.name, host])).values()];
}

function vertexService({ name, host, port }: ReturnType<typeof listVertexHosts>[number]): Service {
  const isDirect = host === name && port === 443;
  return {
    host,
    owner: 'google',
    hasPrivateLink: false,
    url: `https://${name}/`,
    ...(!isDirect && { connectTo: { host, port } }),
  };
}
