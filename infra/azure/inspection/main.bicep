metadata description = 'Accounts of Azure AI that inspect content: Content Safety looks for attacks, and Language for personal data. Nobody has a key of them.'

@description('The accounts. A name is unique in Azure, because the address of the account begins with it; governance/protection.yaml has it. A call is inspected in the region of the account.')
param accounts { name: string, kind: 'ContentSafety' | 'TextAnalytics', location: string }[]

@description('Region of the private endpoints, which is that of the network.')
param location string

param tags object

@description('Name of the function app’s managed identity.')
param functionAppIdentityName string

@description('Subnet for private endpoints. Without one, the accounts are on the public network, protected by Entra ID.')
param subnetId string

@description('Resource ids of the networks in which the private names are resolved.')
param networkIds string[]

@description('Log Analytics workspace that receives the log of who used the accounts.')
param workspaceId string

@description('True to assign the roles; false if they are assigned elsewhere.')
param assignRoles bool

var isPrivate = !empty(subnetId)

/** https://learn.microsoft.com/azure/private-link/private-endpoint-dns#ai--machine-learning */
var zoneName = 'privatelink.cognitiveservices.azure.com'

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/ai-machine-learning#cognitive-services-user */
var cognitiveServicesUser = 'a97b65f3-24c7-4388-baec-2e87135dc908'

/** The paid tier of each kind; the free ones take a few thousand calls a month. */
var tiers = { ContentSafety: 'S0', TextAnalytics: 'S' }

resource appIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: functionAppIdentityName
}

/**
 * Entra ID and private endpoints need the subdomain of the account's own.
 * https://learn.microsoft.com/azure/ai-services/cognitive-services-custom-subdomains
 */
resource services 'Microsoft.CognitiveServices/accounts@2025-09-01' = [
  for account in accounts: {
    name: account.name
    location: account.location
    tags: tags
    kind: account.kind
    sku: { name: tiers[account.kind] }
    properties: {
      customSubDomainName: account.name
      disableLocalAuth: true
      publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
      networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow' }
    }
  }
]

resource appInspects 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (account, index) in (assignRoles ? accounts : []): {
    scope: services[index]
    name: guid(services[index].id, appIdentity.id, cognitiveServicesUser)
    properties: {
      principalId: appIdentity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', cognitiveServicesUser)
    }
  }
]

#disable-next-line use-recent-api-versions // The newest stable version has no settings of workspaces.
resource useLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = [
  for (account, index) in accounts: {
    scope: services[index]
    name: 'use'
    properties: {
      workspaceId: workspaceId
      logs: [{ category: 'Audit', enabled: true }]
    }
  }
]

module names '../network/private-names.bicep' = if (isPrivate) {
  params: {
    zoneName: zoneName
    networkIds: networkIds
    tags: tags
  }
}

module privateEndpoints '../private-endpoint.bicep' = [
  for (account, index) in (isPrivate ? accounts : []): {
    params: {
      name: '${account.name}-account'
      location: location
      resourceId: services[index].id
      groupId: 'account'
      subnetId: subnetId
      privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', zoneName)
    }
    dependsOn: [names]
  }
]
