import { BLOB_CREATOR, ROLE_IDS } from './azure-rbac/built-in-roles.ts';
import type { CloudResources } from './cloud-resources.ts';
import {
  apiManagementIdentity,
  federationApi,
  functionAppIdentity,
  functionsApi,
  gatewayApi,
  SAMPLE_TENANT_ID,
} from './entra/sample-applications.ts';
import { sampleTemplates } from './model-armor/sample-templates.ts';
import {
  AI_SERVICES,
  AUDIT_KEY,
  IDENTITIES,
  INSIGHTS_APPLICATION_ID,
  INSTRUMENTATION_KEY,
  POOL_PROVIDER,
  RESOURCE_GROUP,
  SERVICE_ACCOUNT,
  STORAGE_ACCOUNT,
  STORAGE_CONTAINERS,
  WITNESS_ACCOUNT,
  WITNESS_CONTAINER,
} from './sample-resources.ts';
import { PROJECT_ID, PROJECT_NUMBER } from './vertex-ai/sample-endpoints.ts';

const STORAGE = `${RESOURCE_GROUP}/providers/Microsoft.Storage/storageAccounts`;
const VAULT = `${RESOURCE_GROUP}/providers/Microsoft.KeyVault/vaults/vertex-gateway`;
const INSIGHTS = `${RESOURCE_GROUP}/providers/Microsoft.Insights/components/vertex-gateway`;
const AI = `${RESOURCE_GROUP}/providers/Microsoft.CognitiveServices/accounts`;
const AUTHORITY = `https://login.microsoftonline.com/${SAMPLE_TENANT_ID}`;
const FUNCTION_APP = 'https://vertex-gateway.azurewebsites.net';
const INGESTION = 'https://westeurope-5.in.applicationinsights.azure.com';
const OKTA_ISSUER = 'https://example.okta.com/oauth2/default';
const POOL = POOL_PROVIDER.replace(/\/providers\/.*/, '');
const { objectId: app } = functionAppIdentity;

/** The sample deployment, which `npm start` and the tests run. */
export const SAMPLE_DEPLOYMENT: CloudResources = {
  tenantId: SAMPLE_TENANT_ID,
  registrations: { gateway: gatewayApi, functions: functionsApi, federation: federationApi },
  identities: {
    edge: { ...apiManagementIdentity, resourceId: `${IDENTITIES}/${apiManagementIdentity.name}` },
    functionApp: { ...functionAppIdentity, resourceId: `${IDENTITIES}/${functionAppIdentity.name}` },
  },
  roleAssignments: [
    {
      principalId: app,
      role: ROLE_IDS.storageBlobDataContributor,
      scope: `${STORAGE}/${STORAGE_ACCOUNT}`,
    },
    { principalId: app, role: BLOB_CREATOR, scope: `${STORAGE}/${WITNESS_ACCOUNT}` },
    { principalId: app, role: ROLE_IDS.keyVaultCryptoUser, scope: VAULT },
    { principalId: app, role: ROLE_IDS.monitoringMetricsPublisher, scope: INSIGHTS },
    { principalId: app, role: ROLE_IDS.monitoringReader, scope: INSIGHTS },
    ...AI_SERVICES.map((name) => ({
      principalId: app,
      role: ROLE_IDS.cognitiveServicesUser,
      scope: `${AI}/${name}`,
    })),
    {
      principalId: apiManagementIdentity.objectId,
      role: ROLE_IDS.monitoringMetricsPublisher,
      scope: INSIGHTS,
    },
  ],
  storageAccounts: [
    { name: STORAGE_ACCOUNT, resourceId: `${STORAGE}/${STORAGE_ACCOUNT}`, containers: STORAGE_CONTAINERS },
    { name: WITNESS_ACCOUNT, resourceId: `${STORAGE}/${WITNESS_ACCOUNT}`, containers: [WITNESS_CONTAINER] },
  ],
  vault: { name: 'vertex-gateway', resourceId: VAULT, keys: [AUDIT_KEY] },
  aiServices: AI_SERVICES.map((name) => ({ name, resourceId: `${AI}/${name}` })),
  insights: {
    resourceId: INSIGHTS,
    instrumentationKey: INSTRUMENTATION_KEY,
    applicationId: INSIGHTS_APPLICATION_ID,
    ingestionEndpoint: INGESTION,
    disableLocalAuth: true,
  },
  google: {
    poolProvider: {
      audience: POOL_PROVIDER,
      issuerUri: `${AUTHORITY}/v2.0`,
      allowedAudiences: [federationApi.clientId],
      attributeCondition: `assertion.sub=='${app}'`,
    },
    iam: {
      projects: [
        {
          id: PROJECT_ID,
          number: PROJECT_NUMBER,
          services: ['aiplatform.googleapis.com', 'modelarmor.googleapis.com'],
          bindings: [
            {
              role: 'roles/aiplatform.user',
              members: [`principal:${POOL}/subject/${app}`, `serviceAccount:${SERVICE_ACCOUNT}`],
            },
            { role: 'roles/modelarmor.user', members: [`principal:${POOL}/subject/${app}`] },
          ],
        },
      ],
      serviceAccounts: [
        {
          email: SERVICE_ACCOUNT,
          bindings: [
            { role: 'roles/iam.workloadIdentityUser', members: [`principal:${POOL}/subject/${app}`] },
          ],
        },
      ],
    },
    modelArmorTemplates: sampleTemplates,
  },
  settings: {
    AZURE_CLIENT_ID: functionAppIdentity.clientId,
    API_MANAGEMENT_ISSUER: `${AUTHORITY}/v2.0`,
    API_MANAGEMENT_JWKS_URI: `${AUTHORITY}/discovery/v2.0/keys`,
    API_MANAGEMENT_AUDIENCE: functionsApi.clientId,
    API_MANAGEMENT_OBJECT_ID: apiManagementIdentity.objectId,
    GOOGLE_SUBJECT_TOKEN_RESOURCE: `api://${federationApi.clientId}`,
    GOOGLE_POOL_PROVIDER_AUDIENCE: POOL_PROVIDER,
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${INSTRUMENTATION_KEY};IngestionEndpoint=${INGESTION}/;ApplicationId=${INSIGHTS_APPLICATION_ID}`,
    AUDIT_STORAGE_URL: `https://${STORAGE_ACCOUNT}.blob.core.windows.net`,
    AUDIT_WITNESS_URL: `https://${WITNESS_ACCOUNT}.blob.core.windows.net/${WITNESS_CONTAINER}`,
    AUDIT_KEY_URL: `https://vertex-gateway.vault.azure.net/keys/${AUDIT_KEY}`,
  },
  edge: {
    namedValues: {
      'tenant-id': SAMPLE_TENANT_ID,
      'edge-client-id': apiManagementIdentity.clientId,
      'gateway-audience': gatewayApi.clientId,
      'function-app-url': FUNCTION_APP,
      'functions-audience': functionsApi.clientId,
      'okta-issuer': OKTA_ISSUER,
      'okta-openid-configuration': `${OKTA_ISSUER}/.well-known/openid-configuration`,
    },
    functionAppUrl: FUNCTION_APP,
  },
};
