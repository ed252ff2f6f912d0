metadata description = 'The API Management service itself, and what its identity may write.'

param name string
param location string
param publisherEmail string
param publisherName string
param tier string
param units int
param edgeIdentityName string
param applicationInsightsName string
param virtualNetworkMode string
param subnetId string
param domains { hostName: string, type: 'Proxy' | 'DeveloperPortal', keyVaultSecretId: string }[]
param tags object
param assignRoles bool

resource edgeIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: edgeIdentityName
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor */
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

/** https://learn.microsoft.com/azure/api-management/api-management-howto-manage-protocols-ciphers */
var outdatedProtocols = [
  'Protocols.Tls10'
  'Protocols.Tls11'
  'Protocols.Ssl30'
  'Backend.Protocols.Tls10'
  'Backend.Protocols.Tls11'
  'Backend.Protocols.Ssl30'
]

/** The v2 tiers choose their ciphers themselves: https://learn.microsoft.com/azure/api-management/v2-service-tiers-overview */
var outdated = endsWith(tier, 'V2') ? outdatedProtocols : concat(outdatedProtocols, ['Ciphers.TripleDes168'])

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' = {
  name: name
  location: location
  sku: { name: tier, capacity: units }
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${edgeIdentity.id}': {} } }
  tags: tags
  properties: {
    publisherEmail: publisherEmail
    publisherName: publisherName
    developerPortalStatus: 'Enabled'
    legacyPortalStatus: 'Disabled'
    virtualNetworkType: virtualNetworkMode
    virtualNetworkConfiguration: virtualNetworkMode == 'None' ? null : { subnetResourceId: subnetId }
    publicNetworkAccess: 'Enabled'
    hostnameConfigurations: [
      for (domain, index) in domains: {
        hostName: domain.hostName
        type: domain.type
        keyVaultId: domain.keyVaultSecretId
        identityClientId: edgeIdentity.properties.clientId
        defaultSslBinding: domain.type == 'Proxy' && index == 0
      }
    ]
    apiVersionConstraint: { minApiVersion: '2021-08-01' }
    customProperties: toObject(
      outdated,
      setting => 'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.${setting}',
      setting => 'False'
    )
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = { name: applicationInsightsName }

resource writesRecords 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: applicationInsights
  name: guid(applicationInsights.id, edgeIdentity.id, monitoringMetricsPublisher)
  properties: {
    principalId: edgeIdentity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
}

output name string = service.name
