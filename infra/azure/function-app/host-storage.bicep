metadata description = 'The storage account of the Functions host: its locks, its timers, and the container that packages are deployed from.'

@minLength(3)
@maxLength(24)
param name string

param location string

param tags object

@description('Name of the function app’s managed identity.')
param functionAppIdentityName string

@description('Object id of who publishes packages, such as the identity of the workflow; nobody if it is empty.')
param publisherPrincipalId string

@description('Subnet for private endpoints. Without one, the account is on the public network, protected by Entra ID.')
param subnetId string

@description('Ids of the private DNS zones by service: blob, queue and table.')
param zoneIds { *: string }

@description('True to assign the roles; false if they are assigned elsewhere.')
param assignRoles bool

resource appIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: functionAppIdentityName
}

var isPrivate = !empty(subnetId)
var services = ['blob', 'queue', 'table']

/**
 * The roles of an identity-based connection of the host, and no other.
 * https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
 */
var hostRoles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { bypass: 'None', defaultAction: isPrivate ? 'Deny' : 'Allow' }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-08-01' = {
  parent: account
  name: 'default'
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: 'packages'
  properties: { publicAccess: 'None' }
}

resource hostUses 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in (assignRoles ? items(hostRoles) : []): {
    scope: account
    name: guid(account.id, appIdentity.id, role.value)
    properties: {
      principalId: appIdentity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

resource publisherWrites 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles && !empty(publisherPrincipalId)) {
  scope: packages
  name: guid(packages.id, publisherPrincipalId, blobDataContributor)
  properties: {
    principalId: publisherPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
  }
}

module privateEndpoints '../private-endpoint.bicep' = [
  for service in (isPrivate ? services : []): {
    params: {
      name: '${name}-${service}'
      location: location
      resourceId: account.id
      groupId: service
      subnetId: subnetId
      privateDnsZoneId: zoneIds[service]
    }
  }
]

@description('Address of the container of packages.')
output packagesUrl string = '${account.properties.primaryEndpoints.blob}${packages.name}'
