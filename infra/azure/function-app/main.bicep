metadata description = 'The function app: its plan, the storage of the Functions host, its settings, and who reaches it.'

@description('Name of the function app. Its address begins with it.')
@minLength(2)
@maxLength(60)
param name string

param location string

param tags object

@description('Name of the storage account of the Functions host, which is not that of the audit trail.')
param hostStorageName string

@description('Plan. Both let a call last half an hour.')
@allowed(['FlexConsumption', 'ElasticPremium'])
param plan string

@description('Node that the app runs on.')
@allowed(['24', '22'])
param nodeVersion string

@description('Largest number of instances.')
@minValue(1)
@maxValue(1000)
param maximumInstances int

@description('Number of instances that are always there, so that no caller waits for a start.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int

@description('Memory of an instance in Flex Consumption, in MB.')
@allowed([2048, 4096])
param instanceMemoryInMB int

@description('Number of calls that one instance runs at once in Flex Consumption, before another one starts.')
@minValue(1)
@maxValue(1000)
param callsPerInstance int

@description('How Flex Consumption replaces running instances. A rolling update loses no call; Microsoft calls it a preview. https://learn.microsoft.com/azure/azure-functions/flex-consumption-site-updates')
@allowed(['RollingUpdate', 'Recreate'])
param updateStrategy string

@description('Name of the function app’s managed identity.')
param functionAppIdentityName string

@description('Object id of who publishes packages; nobody if it is empty.')
param publisherPrincipalId string

@description('Settings of the gateway by name, as docs/settings.md describes them.')
param settings { *: string }

@description('Subnet that the app reaches other services through. Without one it uses the public network.')
param outboundSubnetId string

@description('Subnet for private endpoints. Without one, the app is on the public network, protected by the token of the edge.')
param endpointsSubnetId string

@description('Ids of the private DNS zones by service.')
param zoneIds { *: string }

@description('Log Analytics workspace that receives the logs of the platform about this app.')
param workspaceId string

@description('True to assign the roles; false if they are assigned elsewhere.')
param assignRoles bool

resource appIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: functionAppIdentityName
}

var isFlexible = plan == 'FlexConsumption'
var isPrivate = !empty(endpointsSubnetId)

module hostStorage 'host-storage.bicep' = {
  params: {
    name: hostStorageName
    location: location
    tags: tags
    functionAppIdentityName: functionAppIdentityName
    publisherPrincipalId: publisherPrincipalId
    subnetId: endpointsSubnetId
    zoneIds: zoneIds
    assignRoles: assignRoles
  }
}

resource servicePlan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: isFlexible ? 'functionapp' : 'elastic'
  sku: isFlexible ? { name: 'FC1', tier: 'FlexConsumption' } : { name: 'EP1', tier: 'ElasticPremium' }
  properties: isFlexible ? { reserved: true } : { reserved: true, maximumElasticWorkerCount: min(maximumInstances, 100) }
}

/**
 * Settings of the platform. The host signs in to its storage and to Application Insights with the same identity as the
 * app does.
 * https://learn.microsoft.com/azure/azure-functions/functions-app-settings
 */
var platformSettings = {
  AzureWebJobsStorage__accountName: hostStorageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: appIdentity.properties.clientId
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${appIdentity.properties.clientId}'
  FUNCTIONS_NODE_BLOCK_ON_ENTRY_POINT_ERROR: 'true'
  NODE_COMPILE_CACHE: '/tmp/compile-cache'
}

/** Elastic Premium runs the package from the container, which it reads with the identity. */
var premiumSettings = {
  FUNCTIONS_EXTENSION_VERSION: '~4'
  FUNCTIONS_WORKER_RUNTIME: 'node'
  WEBSITE_RUN_FROM_PACKAGE: '${hostStorage.outputs.packagesUrl}/current.zip'
  WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: appIdentity.id
}

var allSettings = union(settings, platformSettings, isFlexible ? {} : premiumSettings)

var flexibleConfiguration = {
  deployment: {
    storage: {
      type: 'blobContainer'
      value: hostStorage.outputs.packagesUrl
      authentication: {
        type: 'UserAssignedIdentity'
        userAssignedIdentityResourceId: appIdentity.id
      }
    }
  }
  runtime: { name: 'node', version: nodeVersion }
  scaleAndConcurrency: {
    maximumInstanceCount: maximumInstances
    instanceMemoryMB: instanceMemoryInMB
    alwaysReady: alwaysReadyInstances > 0 ? [{ name: 'http', instanceCount: alwaysReadyInstances }] : []
    triggers: { http: { perInstanceConcurrency: callsPerInstance } }
  }
  siteUpdateStrategy: { type: updateStrategy }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'gateway' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${appIdentity.id}': {} } }
  properties: {
    serverFarmId: servicePlan.id
    httpsOnly: true
    keyVaultReferenceIdentity: appIdentity.id
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    virtualNetworkSubnetId: empty(outboundSubnetId) ? null : outboundSubnetId
    // The newest property of Flex Consumption is not in the compiler's types yet.
    functionAppConfig: isFlexible ? any(flexibleConfiguration) : null
    siteConfig: union(
      {
        minTlsVersion: '1.2'
        scmMinTlsVersion: '1.2'
        ftpsState: 'Disabled'
        http20Enabled: true
        healthCheckPath: '/api/health/live'
        vnetRouteAllEnabled: !empty(outboundSubnetId)
        appSettings: map(items(allSettings), setting => { name: setting.key, value: setting.value })
      },
      isFlexible
        ? {}
        : {
            linuxFxVersion: 'NODE|${nodeVersion}'
            minimumElasticInstanceCount: max(alwaysReadyInstances, 1)
            functionAppScaleLimit: min(maximumInstances, 100)
          }
    )
  }
}

/** Nobody publishes with a user name and a password. */
resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'ftp'
  properties: { allow: false }
}

resource noPublishingPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'scm'
  properties: { allow: false }
}

#disable-next-line use-recent-api-versions // The newest stable version has no settings of workspaces.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: site
  name: 'platform'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AppServicePlatformLogs', enabled: true }]
  }
}

module privateEndpoint '../private-endpoint.bicep' = if (isPrivate) {
  params: {
    name: '${name}-sites'
    location: location
    resourceId: site.id
    groupId: 'sites'
    subnetId: endpointsSubnetId
    privateDnsZoneId: zoneIds.sites
  }
}
