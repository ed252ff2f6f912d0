import {
  type ApplicationInsights,
  startApplicationInsights,
} from './application-insights/start-application-insights.ts';
import { type AzureStorage, startAzureStorage } from './azure-storage/start-azure-storage.ts';
import {
  apiManagementIdentity,
  federationApi,
  functionAppIdentity,
  functionsApi,
  SAMPLE_TENANT_ID,
  type ServicePrincipal,
  sampleApis,
  sampleApplications,
} from './entra/sample-applications.ts';
import { type Entra, startEntra } from './entra/start-entra.ts';
import { type GoogleCloud, startGoogleCloudProcess } from './google-cloud-process.ts';
import { type KeyVault, startKeyVault } from './key-vault/start-key-vault.ts';
import type { LocalCertificateAuthority } from './loopback/certificate-authority.ts';
import { OKTA_AUDIENCE, oktaApplications } from './okta/sample-applications.ts';
import { type Okta, startOkta } from './okta/start-okta.ts';
import {
  type AssignedIdentity,
  type ManagedIdentity,
  startManagedIdentity,
} from './managed-identity/start-managed-identity.ts';
import {
  AUDIT_KEY,
  IDENTITIES,
  INSIGHTS_APPLICATION_ID,
  INSTRUMENTATION_KEY,
  POOL_PROVIDER,
  SERVICE_ACCOUNT,
  STORAGE_ACCOUNT,
  STORAGE_CONTAINERS,
  WITNESS_ACCOUNT,
  WITNESS_CONTAINER,
} from './sample-resources.ts';

/** The services of both clouds that the gateway and the function app talk to. */
export interface Clouds {
  readonly entra: Entra;
  readonly okta: Okta;
  readonly identity: ManagedIdentity;
  readonly googleCloud: GoogleCloud;
  readonly insights: ApplicationInsights;
  readonly storage: AzureStorage;
  readonly vault: KeyVault;
}

/**
 * Starts the clouds' services on free ports; they trust each other as the real ones are configured to. `started` stops
 * them. The storage accounts may not be ready yet: wait for their `ready`.
 */
export async function startClouds(
  { certificate, server: tls }: LocalCertificateAuthority,
  scratchDirectory: string,
  started: AsyncDisposableStack,
): Promise<Clouds> {
  const port = 0;
  const stopLater = <T extends { close: () => Promise<void> }>(emulator: T): T =>
    started.adopt(emulator, ({ close }) => close());
  const entra = stopLater(
    await startEntra({
      port,
      tenantId: SAMPLE_TENANT_ID,
      apis: sampleApis,
      applications: sampleApplications,
      servicePrincipals: [apiManagementIdentity, functionAppIdentity],
    }),
  );
  const tenant = { tenantId: SAMPLE_TENANT_ID, jwksUri: entra.jwksUri };
  // The storage accounts take longest to start, so they start first; the other services do not wait for them.
  const storage = stopLater(
    await startAzureStorage({
      port,
      tls,
      certificateAuthority: certificate,
      accounts: [
        {
          name: STORAGE_ACCOUNT,
          containers: STORAGE_CONTAINERS,
          access: { ...tenant, contributors: [functionAppIdentity.objectId] },
        },
        {
          name: WITNESS_ACCOUNT,
          containers: [WITNESS_CONTAINER],
          access: { ...tenant, contributors: [], creators: [functionAppIdentity.objectId] },
        },
      ],
      scratchDirectory,
    }),
  );
  const okta = stopLater(await startOkta({ port, audience: OKTA_AUDIENCE, applications: oktaApplications }));
  const identity = stopLater(
    await startManagedIdentity({
      port,
      identities: [apiManagementIdentity, functionAppIdentity].map(assignToApp),
      issueToken: entra.issueIdentityToken,
    }),
  );
  const googleCloud = stopLater(
    await startGoogleCloudProcess({
      tls,
      poolProvider: {
        audience: POOL_PROVIDER,
        issuerUri: entra.issuer,
        allowedAudiences: [federationApi.clientId],
        attributeCondition: `assertion.sub=='${functionAppIdentity.objectId}'`,
      },
      serviceAccounts: [SERVICE_ACCOUNT],
    }),
  );
  const insights = stopLater(
    await startApplicationInsights({
      port,
      tls,
      instrumentationKey: INSTRUMENTATION_KEY,
      ingestion: {
        tenantId: SAMPLE_TENANT_ID,
        jwksUri: entra.jwksUri,
        publishers: [apiManagementIdentity.objectId, functionAppIdentity.objectId],
        disableLocalAuth: true,
      },
      query: {
        applicationId: INSIGHTS_APPLICATION_ID,
        issuer: entra.v1Issuer,
        jwksUri: entra.jwksUri,
        readers: [functionAppIdentity.objectId],
      },
    }),
  );
  const vault = stopLater(
    await startKeyVault({
      port,
      tls,
      keys: [AUDIT_KEY],
      access: {
        tenantId: SAMPLE_TENANT_ID,
        jwksUri: entra.jwksUri,
        cryptoUsers: [functionAppIdentity.objectId],
      },
    }),
  );
  return { entra, okta, identity, googleCloud, insights, storage, vault };
}

/** Assigns an identity to the app of the same name, as a user-assigned one. */
function assignToApp(identity: ServicePrincipal): AssignedIdentity {
  const { name } = identity;
  return { ...identity, resourceId: `${IDENTITIES}/${name}` };
}

/**
 * Builds the function app's settings that connect it to these services.
 * @param scratchDirectory the folder for entries of the audit trail that wait for the storage account.
 */
export function settingsFor(
  { entra, identity, googleCloud, insights, storage, vault }: Clouds,
  certificateAuthorityFile: string,
  scratchDirectory: string,
): Record<string, string> {
  return {
    ...identity.environmentOf(functionAppIdentity.name),
    AZURE_CLIENT_ID: functionAppIdentity.clientId,
    NODE_EXTRA_CA_CERTS: certificateAuthorityFile,
    API_MANAGEMENT_ISSUER: entra.issuer,
    API_MANAGEMENT_JWKS_URI: entra.jwksUri,
    API_MANAGEMENT_AUDIENCE: functionsApi.clientId,
    API_MANAGEMENT_OBJECT_ID: apiManagementIdentity.objectId,
    GOOGLE_SUBJECT_TOKEN_RESOURCE: `api://${federationApi.clientId}`,
    GOOGLE_POOL_PROVIDER_AUDIENCE: POOL_PROVIDER,
    GOOGLE_STS_URL: `https://127.0.0.1:${googleCloud.googlePort}/v1/token`,
    GOOGLE_IAM_CREDENTIALS_URL: `https://127.0.0.1:${googleCloud.googlePort}`,
    VERTEX_ENDPOINT: `127.0.0.1:${googleCloud.vertexPort}`,
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.connectionString,
    APPLICATIONINSIGHTS_QUERY_ENDPOINT: insights.queryEndpoint,
    AUDIT_STORAGE_URL: storage.urlOf(STORAGE_ACCOUNT),
    AUDIT_WITNESS_URL: `${storage.urlOf(WITNESS_ACCOUNT)}/${WITNESS_CONTAINER}`,
    AUDIT_KEY_URL: `${vault.vaultUrl}/keys/${AUDIT_KEY}`,
    AUDIT_WRITE_AHEAD_DIRECTORY: scratchDirectory,
    APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
  };
}
