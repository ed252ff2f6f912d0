import type { RoleAssignment } from '@vertex-ai-gateway/cloud-emulators/azure-rbac/role-assignments';
import type {
  CloudResources,
  IdentityResource,
  StorageResource,
} from '@vertex-ai-gateway/cloud-emulators/cloud-resources';
import type { DeployedResource, Subscription } from './arm/deploy-template.ts';
import { guid, textOf, type ValueObject } from './arm/functions.ts';

const CONTAINERS = 'Microsoft.Storage/storageAccounts/blobServices/containers';
const IDENTITY = 'Microsoft.ManagedIdentity/userAssignedIdentities';
const COMPONENT = 'Microsoft.Insights/components';
const INGESTION = 'https://westeurope-5.in.applicationinsights.azure.com';

/** Everything of a chain but Google’s side. */
type AzureResources = Omit<CloudResources, 'google'>;

/** A subscription of tests, in which Azure makes ids of the resources’ own. */
export const SUBSCRIPTION: Subscription = {
  subscriptionId: '66666666-6666-4666-8666-666666666666',
  tenantId: '11111111-1111-4111-8111-111111111111',
  resourceGroup: 'vertex-gateway',
  location: 'westeurope',
  propertiesOf: (type, id): ValueObject => {
    const name = id.split('/').at(-1) ?? '';
    switch (type) {
      case IDENTITY:
        return { clientId: guid(id, 'client'), principalId: guid(id, 'principal') };
      case COMPONENT: {
        const key = guid(id, 'key');
        const application = guid(id, 'application');
        return {
          InstrumentationKey: key,
          AppId: application,
          ConnectionString: `InstrumentationKey=${key};IngestionEndpoint=${INGESTION}/;ApplicationId=${application}`,
        };
      }
      case 'Microsoft.KeyVault/vaults':
        return { vaultUri: `https://${name}.vault.azure.net/` };
      case 'Microsoft.Storage/storageAccounts':
        return { primaryEndpoints: { blob: `https://${name}.blob.core.windows.net/` } };
      case 'Microsoft.Graph/applications':
        return { appId: guid(id, 'application'), id: guid(id, 'object') };
      case 'Microsoft.Graph/servicePrincipals':
        return { id: guid(id, 'object') };
      case 'Microsoft.Network/publicIPAddresses':
        return { ipAddress: '203.0.113.7' };
      default:
        return {};
    }
  },
};

/** Reads out of a deployment what the chain is started with. */
export function readAzure(resources: readonly DeployedResource[], artifacts: string): AzureResources {
  const of = (type: string): DeployedResource[] => resources.filter((one) => one.type === type);
  const one = (type: string): DeployedResource => {
    const [found, ...others] = of(type);
    if (!found || others.length > 0) throw new Error(`There is one ${type}.`);
    return found;
  };
  const registrationOf = (ending: string) => registration(of('Microsoft.Graph/applications'), ending);
  const site = one('Microsoft.Web/sites');
  const service = one('Microsoft.ApiManagement/service');
  const vault = one('Microsoft.KeyVault/vaults');
  const component = one(COMPONENT);
  const { InstrumentationKey, AppId } = SUBSCRIPTION.propertiesOf(COMPONENT, component.id);
  const settings = settingsOf(site);
  const namedValues = of('Microsoft.ApiManagement/service/namedValues').map(
    ({ properties }) => [textOf(properties.displayName ?? ''), textOf(properties.value ?? '')] as const,
  );
  return {
    tenantId: SUBSCRIPTION.tenantId,
    registrations: {
      gateway: { ...registrationOf('-gateway'), idtyp: 'app' },
      functions: registrationOf('-functions'),
      federation: registrationOf('-federation'),
    },
    identities: {
      edge: identityOf(service, 'api-management'),
      functionApp: identityOf(site, 'function-app'),
    },
    roleAssignments: readRoleAssignments(resources),
    storageAccounts: of('Microsoft.Storage/storageAccounts').map((account) =>
      storageOf(account, of(CONTAINERS)),
    ),
    vault: {
      name: vault.name,
      resourceId: vault.id,
      keys: of('Microsoft.KeyVault/vaults/keys').map(({ name }) => name.split('/')[1] ?? ''),
    },
    aiServices: of('Microsoft.CognitiveServices/accounts').map(({ name, id }) => ({ name, resourceId: id })),
    insights: {
      resourceId: component.id,
      instrumentationKey: textOf(InstrumentationKey ?? ''),
      applicationId: textOf(AppId ?? ''),
      ingestionEndpoint: INGESTION,
      disableLocalAuth: component.properties.DisableLocalAuth === true,
    },
    settings,
    edge: {
      directory: artifacts,
      namedValues: Object.fromEntries(namedValues),
      functionAppUrl: `https://${site.name}.azurewebsites.net`,
    },
  };
}

/** Lists role assignments with the definitions of custom roles in them. */
function readRoleAssignments(resources: readonly DeployedResource[]): RoleAssignment[] {
  const definitions = resources.filter(({ type }) => type === 'Microsoft.Authorization/roleDefinitions');
  return resources
    .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
    .map(({ scope, properties }) => {
      const definitionId = textOf(properties.roleDefinitionId ?? '');
      const custom = definitions.find(({ id }) => id === definitionId)?.properties.permissions as
        RoleAssignment['role'][] | undefined;
      return {
        principalId: textOf(properties.principalId ?? ''),
        role: custom?.[0] ?? definitionId.split('/').at(-1) ?? '',
        scope: scope ?? `/subscriptions/${SUBSCRIPTION.subscriptionId}`,
        ...(typeof properties.condition === 'string' && { condition: properties.condition }),
      };
    });
}

/** The app settings, without those of the platform that the emulators do not have. */
function settingsOf({ properties }: DeployedResource): Record<string, string> {
  const { appSettings } = properties.siteConfig as unknown as {
    readonly appSettings: readonly { readonly name: string; readonly value: string }[];
  };
  return Object.fromEntries(
    appSettings
      .filter(({ name }) => !/^(AzureWebJobsStorage__|NODE_COMPILE_CACHE$)/.test(name))
      .map(({ name, value }) => [name, value]),
  );
}

function identityOf({ members }: DeployedResource, name: string): IdentityResource {
  const { userAssignedIdentities = {} } = members.identity as unknown as {
    readonly userAssignedIdentities?: object;
  };
  const [resourceId, ...others] = Object.keys(userAssignedIdentities);
  if (resourceId === undefined || others.length > 0) throw new Error(`${name} has one identity.`);
  const { clientId, principalId } = SUBSCRIPTION.propertiesOf(IDENTITY, resourceId);
  return { name, resourceId, clientId: textOf(clientId ?? ''), objectId: textOf(principalId ?? '') };
}

function storageOf(account: DeployedResource, containers: readonly DeployedResource[]): StorageResource {
  const own = containers.filter(({ name }) => name.startsWith(`${account.name}/`));
  return {
    name: account.name,
    resourceId: account.id,
    containers: own.map(({ name }) => name.split('/').at(-1) ?? ''),
  };
}

function registration(applications: readonly DeployedResource[], ending: string) {
  const found = applications.find(({ name }) => name.endsWith(ending));
  if (!found) throw new Error(`There is no registration …${ending}.`);
  const {
    api,
    appRoles = [],
    identifierUris,
  } = found.properties as unknown as {
    readonly api: { readonly requestedAccessTokenVersion: 1 | 2 | null };
    readonly appRoles?: readonly { readonly value: string }[];
    readonly identifierUris: readonly string[];
  };
  const { appId } = SUBSCRIPTION.propertiesOf(found.type, found.id);
  return {
    clientId: textOf(appId ?? ''),
    identifierUris,
    requestedAccessTokenVersion: api.requestedAccessTokenVersion,
    appRoles: appRoles.map(({ value }) => value),
  };
}
