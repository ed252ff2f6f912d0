/**
 * The senders whose telemetry Application Insights takes: identities with a role alone, or everybody who has the connection
 * string. `unknown`: the service did not say.
 */
export type IngestionAccess = 'identities' | 'connection-string' | 'unknown';

/** Gives a sentence for the report where edge records and requests are not known to be genuine; none where they are. */
export function describeIngestionAccess(access: IngestionAccess): string[] {
  switch (access) {
    case 'identities':
      return [];
    case 'connection-string':
      return [
        "Whether requests and the edge's records are genuine: Application Insights takes telemetry from everybody who has " +
          'its connection string, because local authentication is on.',
      ];
    case 'unknown':
      return [
        "Whether requests and the edge's records are genuine: it could not be learnt whether Application Insights takes " +
          'telemetry from identities alone. APPLICATIONINSIGHTS_CONNECTION_STRING must name it.',
      ];
  }
}
