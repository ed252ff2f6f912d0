import type { RoleAssignments } from '../azure-rbac/role-assignments.ts';
import { createAzureTokenVerifier } from '../entra/azure-token-verifier.ts';

/** The principals that may send telemetry. */
export interface IngestionAccess {
  readonly tenantId: string;
  /** Address of the key set that verifies the tenant's tokens. */
  readonly jwksUri: string;
  /** The resource id, `/subscriptions/…`. */
  readonly resourceId: string;
  readonly roleAssignments: RoleAssignments;
  /** True when local authentication is off. The connection string alone then gives no access. */
  readonly disableLocalAuth: boolean;
}

/** The status code and the reason of a refusal. */
export interface IngestionRefusal {
  readonly status: number;
  readonly message: string;
}

/**
 * The resource that tokens are asked for.
 * Source: https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication#token-audience
 */
const AUDIENCE = 'https://monitor.azure.com';
/** Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor#monitoring-metrics-publisher */
const WRITE_TELEMETRY = 'Microsoft.Insights/Telemetry/Write';
const NOT_SUPPORTED: IngestionRefusal = { status: 400, message: 'Authentication not supported' };
const NO_VALID_TOKEN: IngestionRefusal = { status: 401, message: 'Authorization required' };
const NO_PERMISSION: IngestionRefusal = { status: 403, message: 'Unauthorized' };

/**
 * Makes the check of a request for telemetry. The check gives undefined when the sender has access, or the service's
 * refusal. A token that is sent is checked, also where none is needed. `v2/track` does not know tokens, so it accepts
 * nothing when local authentication is off.
 * Sources:
 * https://learn.microsoft.com/troubleshoot/azure/azure-monitor/app-insights/telemetry/investigate-missing-telemetry#troubleshoot-microsoft-entra-authentication-issues
 * and https://github.com/microsoft/ApplicationInsights-dotnet/issues/2795
 */
export function createIngestionCheck(
  { tenantId, jwksUri, resourceId, roleAssignments, disableLocalAuth }: IngestionAccess,
  now: () => number,
): (path: string, authorization: string | undefined) => Promise<IngestionRefusal | undefined> {
  const principalOf = createAzureTokenVerifier({ tenantId, jwksUri, audience: AUDIENCE, now });
  return async (path, authorization) => {
    if (path === '/v2/track') return disableLocalAuth ? NOT_SUPPORTED : undefined;
    if (authorization === undefined) return disableLocalAuth ? NO_VALID_TOKEN : undefined;
    const principal = await principalOf(authorization);
    if (!principal) return NO_VALID_TOKEN;
    const permitted = roleAssignments.permits({
      principalId: principal.objectId,
      resourceId,
      action: WRITE_TELEMETRY,
      isDataAction: true,
    });
    return permitted ? undefined : NO_PERMISSION;
  };
}
