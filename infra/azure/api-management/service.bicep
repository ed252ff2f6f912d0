metadata description = 'The API Management service itself, its identity, and what that may read and write.'

param name string
param location string
param publisherEmail string
param publisherName string
param tier string
param units int
param keyVaultName string
param applicationInsightsName string
param assignRoles bool

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
var roles = {
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
}

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
  identity: { type: 'SystemAssigned' }
  properties: {
    publisherEmail: publisherEmail
    publisherName: publisherName
    developerPortalStatus: 'Enabled'
    legacyPortalStatus: 'Disabled'
    apiVersionConstraint: { minApiVersion: '2021-08-01' }
    customProperties: toObject(
      outdated,
      setting => 'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.${setting}',
      setting => 'False'
    )
  }
}

resource keyVault 'Microsoft.KeyVault/vaults@2024-11-01' existing = { name: keyVaultName }

resource readsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: keyVault
  name: guid(keyVault.id, service.id, roles.keyVaultSecretsUser)
  properties: {
    principalId: service.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = { name: applicationInsightsName }

resource writesRecords 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: applicationInsights
  name: guid(applicationInsights.id, service.id, roles.monitoringMetricsPublisher)
  properties: {
    principalId: service.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.monitoringMetricsPublisher
    )
  }
}

output name string = service.name
output principalId string = service.identity.principalId
