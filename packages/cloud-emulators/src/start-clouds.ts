import {
  type ApplicationInsights,
  startApplicationInsights,
} from './application-insights/start-application-insights.ts';
import { type AzureAiServices, startAzureAiServices } from './azure-ai-services/start-azure-ai-services.ts';
import { type AzureStorage, startAzureStorage } from './azure-storage/start-azure-storage.ts';
import { RoleAssignments } from './azure-rbac/role-assignments.ts';
import type { CloudResources } from './cloud-resources.ts';
import type { ControlAction } from './control/server.ts';
import { Control } from './control/control.ts';
import { sampleApplications } from './entra/sample-applications.ts';
import { type Entra, startEntra } from './entra/start-entra.ts';
import { type GoogleCloud, startGoogleCloudProcess } from './google-cloud-process.ts';
import { type KeyVault, startKeyVault } from './key-vault/start-key-vault.ts';
import { LocalAddresses } from './local-addresses.ts';
import type { LocalCertificateAuthority } from './loopback/certificate-authority.ts';
import { OKTA_AUDIENCE, oktaApplications } from './okta/sample-applications.ts';
import { type Okta, startOkta } from './okta/start-okta.ts';
import { type ManagedIdentity, startManagedIdentity } from './managed-identity/start-managed-identity.ts';

/** The services of both clouds that the gateway and the function app talk to. */
export interface Clouds {
  readonly entra: Entra;
  readonly okta: Okta;
  readonly identity: ManagedIdentity;
  readonly googleCloud: GoogleCloud;
  readonly insights: ApplicationInsights;
  readonly storage: AzureStorage;
  readonly vault: KeyVault;
  readonly aiServices: AzureAiServices;
  /** The control of who has which role, for the services of Azure. */
  readonly azureRbac: {
    readonly control: Control;
    readonly actions: Readonly<Record<string, ControlAction>>;
  };
  /** The addresses of these services. */
  readonly addresses: LocalAddresses;
}

const LOGIN = 'https://login.microsoftonline.com';
const OKTA = 'https://example.okta.com';

/**
 * Starts the clouds' services on free ports; they trust each other as their deployment says. `started` stops
 * them. The storage accounts may not be ready yet: wait for their `ready`.
 */
export async function startClouds(
  resources: CloudResources,
  { certificate, server: tls }: LocalCertificateAuthority,
  scratchDirectory: string,
  started: AsyncDisposableStack,
): Promise<Clouds> {
  const port = 0;
  const { tenantId, registrations, google } = resources;
  const identities = [resources.identities.edge, resources.identities.functionApp];
  const roleAssignments = new RoleAssignments(resources.roleAssignments);
  const stopLater = <T extends { close: () => Promise<void> }>(emulator: T): T =>
    started.adopt(emulator, ({ close }) => close());
  const entra = stopLater(
    await startEntra({
      port,
      tenantId,
      apis: [registrations.gateway, registrations.functions, registrations.federation],
      applications: sampleApplications,
      servicePrincipals: identities,
    }),
  );
  const access = { tenantId, jwksUri: entra.jwksUri, roleAssignments };
  // The storage accounts take longest to start, so they start first; the other services do not wait for them.
  const storage = stopLater(
    await startAzureStorage({
      port,
      tls,
      certificateAuthority: certificate,
      accounts: resources.storageAccounts.map(({ name, resourceId, containers }) => ({
        name,
        containers,
        access: { ...access, resourceId },
      })),
      scratchDirectory,
    }),
  );
  const okta = stopLater(await startOkta({ port, audience: OKTA_AUDIENCE, applications: oktaApplications }));
  const identity = stopLater(
    await startManagedIdentity({ port, identities, issueToken: entra.issueIdentityToken }),
  );
  const addresses = new LocalAddresses()
    .add(LOGIN, new URL(entra.issuer).origin)
    .add(OKTA, new URL(okta.issuer).origin);
  const issuerUri = addresses.localize(google.poolProvider.issuerUri);
  const googleCloud = stopLater(
    await startGoogleCloudProcess({
      tls,
      poolProvider: { ...google.poolProvider, issuerUri },
      iam: google.iam,
      modelArmorTemplates: google.modelArmorTemplates,
    }),
  );
  const { instrumentationKey, applicationId, disableLocalAuth, resourceId } = resources.insights;
  const insights = stopLater(
    await startApplicationInsights({
      port,
      tls,
      instrumentationKey,
      ingestion: { ...access, resourceId, disableLocalAuth },
      query: { ...access, resourceId, applicationId, issuer: entra.v1Issuer },
    }),
  );
  const { vault: deployed } = resources;
  const vault = stopLater(
    await startKeyVault({
      port,
      tls,
      keys: deployed.keys,
      access: { ...access, resourceId: deployed.resourceId },
    }),
  );
  const aiServices = stopLater(
    await startAzureAiServices({ port, tls, resources: resources.aiServices, access }),
  );
  for (const { name } of resources.storageAccounts)
    addresses.add(`https://${name}.blob.core.windows.net`, storage.urlOf(name));
  addresses
    .add(`https://${deployed.name}.vault.azure.net`, vault.vaultUrl)
    .add(resources.insights.ingestionEndpoint, insights.queryEndpoint);
  const azureRbac = { control: new Control('azure-rbac'), actions: roleAssignments.actions };
  return { entra, okta, identity, googleCloud, insights, storage, vault, aiServices, azureRbac, addresses };
}

/**
 * Builds the function app's settings: those of the deployment with addresses on this machine, and those that the platform
 * adds or that stand for Google's own addresses.
 * @param scratchDirectory the folder for entries of the audit trail that wait for the storage account.
 */
export function settingsFor(
  { settings, identities }: CloudResources,
  { identity, googleCloud, insights, aiServices, addresses }: Clouds,
  certificateAuthorityFile: string,
  scratchDirectory: string,
): Record<string, string> {
  return {
    ...addresses.localizeAll(settings),
    ...identity.environmentOf(identities.functionApp.name),
    NODE_EXTRA_CA_CERTS: certificateAuthorityFile,
    GOOGLE_STS_URL: `https://127.0.0.1:${googleCloud.googlePort}/v1/token`,
    GOOGLE_IAM_CREDENTIALS_URL: `https://127.0.0.1:${googleCloud.googlePort}`,
    VERTEX_ENDPOINT: `127.0.0.1:${googleCloud.vertexPort}`,
    MODEL_ARMOR_ENDPOINT: `127.0.0.1:${googleCloud.modelArmorPort}`,
    AZURE_AI_ENDPOINT: `127.0.0.1:${aiServices.port}`,
    APPLICATIONINSIGHTS_QUERY_ENDPOINT: insights.queryEndpoint,
    AUDIT_WRITE_AHEAD_DIRECTORY: scratchDirectory,
    APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
  };
}
