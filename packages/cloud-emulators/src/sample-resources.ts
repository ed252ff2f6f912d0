/** The full resource name of the sample workload identity pool provider. */
export const POOL_PROVIDER =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure/providers/entra';
/** The service account that the function app may impersonate. */
export const SERVICE_ACCOUNT = 'vertex-gateway@sample-project.iam.gserviceaccount.com';
/** The instrumentation key of the sample Application Insights resource. */
export const INSTRUMENTATION_KEY = '22222222-2222-4222-8222-222222222222';
/** The application id under which Application Insights is queried. */
export const INSIGHTS_APPLICATION_ID = '55555555-5555-4555-8555-555555555555';
/** The storage account that holds the audit trail. */
export const STORAGE_ACCOUNT = 'vertexgatewayaudit';
/** The containers of the sample storage account. */
export const STORAGE_CONTAINERS = ['audit-ledger', 'audit-state', 'audit-subjects', 'audit-content'];
/** The storage account of other owners that keeps the heads of the transparency log. */
export const WITNESS_ACCOUNT = 'vertexgatewaywitness';
/** The container of that account. */
export const WITNESS_CONTAINER = 'tree-heads';
/** The vault's key that signs the audit trail. */
export const AUDIT_KEY = 'audit';

/** The resources of Azure AI services that inspect content, one in each part of the world. */
export const AI_SERVICES = ['vertex-gateway-westeurope', 'vertex-gateway-eastus'];

/** The resource id of the resource group that the sample is deployed into. */
export const RESOURCE_GROUP =
  '/subscriptions/66666666-6666-4666-8666-666666666666/resourceGroups/vertex-gateway';
/** The beginning of the resource ids of the sample's user-assigned identities. */
export const IDENTITIES = `${RESOURCE_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`;
