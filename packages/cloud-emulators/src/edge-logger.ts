import {
  type FetchManagedIdentityToken,
  ManagedIdentityTokens,
} from '@vertex-ai-gateway/apim-emulator/engine/managed-identity-tokens';
import { readServiceLogger } from '@vertex-ai-gateway/apim-emulator/service/read-service';
import type { ApplicationInsights } from './application-insights/start-application-insights.ts';

export interface EdgeLoggerOptions {
  /** Folder of the service's artifacts. */
  readonly directory: string;
  readonly insights: Pick<ApplicationInsights, 'ingest'>;
  readonly managedIdentityToken: FetchManagedIdentityToken;
}

const RESOURCE = 'https://monitor.azure.com';
const SYSTEM_ASSIGNED = 'SystemAssigned';

/**
 * Sends envelopes as the service's logger is set up to: with a token of its managed identity, or with the connection
 * string alone. They go out in order, when nobody waits for an answer; those that Application Insights refuses are lost,
 * and nobody is told.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-howto-app-insights
 */
export function createEdgeLogger(options: EdgeLoggerOptions): (envelope: object) => void {
  const { directory, insights, managedIdentityToken } = options;
  const { identityClientId } = readServiceLogger(directory) ?? {};
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
