import {
  type FetchManagedIdentityToken,
  ManagedIdentityTokens,
} from '@vertex-ai-gateway/apim-emulator/engine/managed-identity-tokens';
import { readServiceLogger } from '@vertex-ai-gateway/apim-emulator/service/read-service';
import type { ApplicationInsights } from './application-insights/start-application-insights.ts';

/** The options of `createEdgeLogger`. */
export interface EdgeLoggerOptions {
  /** Folder of the service's artifacts. */
  readonly directory: string;
  /** Named values by name, for the logger's client id. */
  readonly namedValues: Readonly<Record<string, string>>;
  readonly insights: Pick<ApplicationInsights, 'ingest'>;
  readonly managedIdentityToken: FetchManagedIdentityToken;
}

const RESOURCE = 'https://monitor.azure.com';
const SYSTEM_ASSIGNED = 'SystemAssigned';

/**
 * Makes a function that sends envelopes as the service's logger is configured to: with a token of its managed identity,
 * or with the connection string alone. Envelopes go out in order and in the background. Those that Application Insights
 * refuses are lost without an error.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-howto-app-insights
 */
export function createEdgeLogger(options: EdgeLoggerOptions): (envelope: object) => void {
  const { directory, namedValues, insights, managedIdentityToken } = options;
  const identityClientId = readServiceLogger(directory)?.identityClientId?.replace(
    /^\{\{([\w-]+)\}\}$/,
    (whole, name: string) => namedValues[name] ?? whole,
  );
  const clientId = identityClientId === SYSTEM_ASSIGNED ? undefined : identityClientId;
  const tokens = new ManagedIdentityTokens(managedIdentityToken, Date.now);
  const authorize = async (): Promise<string | undefined> =>
    identityClientId === undefined
      ? undefined
      : `Bearer ${tokens.recall(RESOURCE, clientId) ?? (await tokens.fetch(RESOURCE, clientId))}`;
  let sent: Promise<unknown> = Promise.resolve();
  return (envelope) => {
    sent = sent.then(async () => insights.ingest(envelope, await authorize().catch(() => undefined)));
  };
}
