/**
 * Reads the application id from a connection string of Application Insights; undefined where it names none.
 * https://learn.microsoft.com/azure/azure-monitor/app/connection-strings
 */
export function applicationIdOf(connectionString: string): string | undefined {
  return /(?:^|;)\s*ApplicationId=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*(?:;|$)/i.exec(
    connectionString,
  )?.[1];
}
