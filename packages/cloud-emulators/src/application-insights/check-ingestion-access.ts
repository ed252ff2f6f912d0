import { createAzureTokenVerifier } from '../entra/azure-token-verifier.ts';

/** Who may send telemetry. */
export interface IngestionAccess {
  readonly tenantId: string;
  /** Where the keys of the tenant's tokens are. */
  readonly jwksUri: string;
  /** Object ids of the principals with the role Monitoring Metrics Publisher. */
  readonly publishers: readonly string[];
  /** Whether local authentication is off: then the connection string alone opens nothing. */
  readonly disableLocalAuth: boolean;
}

/** The first line of the answer. */
export interface IngestionRefusal {
  readonly status: number;
  readonly message: string;
}

/** Source: https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication#token-audience */
const AUDIENCE = 'https://monitor.azure.com';
const NOT_SUPPORTED: IngestionRefusal = { status: 400, message: 'Authentication not supported' };
const NO_VALID_TOKEN: IngestionRefusal = { status: 401, message: 'Authorization required' };
const NO_PERMISSION: IngestionRefusal = { status: 403, message: 'Unauthorized' };

/**
 * Makes the check of a request for telemetry: undefined when it may send, or the service's refusal. A token that is
 * shown counts, also where none is needed. `v2/track` doesn't know tokens, so nothing gets in there without local
 * authentication.
 * Sources: https://learn.microsoft.com/troubleshoot/azure/azure-monitor/app-insights/telemetry/investigate-missing-telemetry#troubleshoot-microsoft-entra-authentication-issues
 * and https://github.com/microsoft/ApplicationInsights-dotnet/issues/2795
 */
export function createIngestionCheck(
  { tenantId, jwksUri, publishers, disableLocalAuth }: IngestionAccess,
  now: () => number,
): (path: string, authorization: string | undefined) => Promise<IngestionRefusal | undefined> {
  const principalOf = createAzureTokenVerifier({ tenantId, jwksUri, audience: AUDIENCE, now });
  return async (path, authorization) => {
    if (path === '/v2/track') return disableLocalAuth ? NOT_SUPPORTED : undefined;
    if (authorization === undefined) return disableLocalAuth ? NO_VALID_TOKEN : undefined;
    const principal = await principalOf(authorization);
    if (!principal) return NO_VALID_TOKEN;
    return publishers.includes(principal.objectId) ? undefined : NO_PERMISSION;
  };
}
