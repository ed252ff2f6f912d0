metadata description = 'A witness of the audit trail: an account with other owners than the ledger, to which each signed head of the transparency log is copied.'

@description('Name of the storage account. The setting AUDIT_WITNESS_URL is the address of its container.')
@minLength(3)
@maxLength(24)
param name string

param location string = resourceGroup().location

@description('Redundancy of the storage account.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GZRS'])
param sku string = 'Standard_ZRS'

@description('Object id of the function app’s managed identity. It may read heads and add new ones.')
param functionAppPrincipalId string

@description('Object ids of auditors, or of their group. They may read the heads.')
param auditorPrincipalIds string[] = []

@description('Kind of principal of the object ids.')
@allowed(['Group', 'User', 'ServicePrincipal'])
param peopleType string = 'Group'

@description('Days for which a head cannot be altered or deleted, counted from its creation. It is deleted after them. No less than the ledger is kept.')
@minValue(1)
@maxValue(146000)
param retentionInDays int = 400

@description('Subnet for a private endpoint. Without one, the account is on the public network, protected by Entra ID.')
param subnetId string = ''

@description('Id of the private DNS zone privatelink.blob.core.windows.net. A subnet needs it unless names are resolved in another way.')
param privateDnsZoneId string = ''

@description('True to assign the roles; false if they are assigned elsewhere.')
param assignRoles bool = true

var isPrivate = !empty(subnetId)

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage */
var reader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'

/**
 * Deploy it where the owners of the ledger have no rights: another subscription, best of another team. Shared keys and
 * signatures are off, because they carry no identity.
 * https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent
 */
resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: name
  location: location
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowedCopyScope: 'AAD'
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    isLocalUserEnabled: false
    isSftpEnabled: false
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { bypass: 'None', defaultAction: isPrivate ? 'Deny' : 'Allow' }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-08-01' = {
  parent: account
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource heads 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: 'tree-heads'
  properties: { publicAccess: 'None' }
}

/**
 * Blobs can be created, but not changed or deleted. The policy is unlocked here, so that a trial can be removed. Lock it as
 * that of the ledger, see main.bicep.
 * https://learn.microsoft.com/azure/storage/blobs/immutable-time-based-retention-policy-overview
 */
resource createOnly 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-08-01' = {
  parent: heads
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: retentionInDays
    allowProtectedAppendWrites: false
  }
}

/** https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-policy-structure */
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-08-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'heads-end'
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['tree-heads/'] }
            actions: { baseBlob: { delete: { daysAfterCreationGreaterThan: retentionInDays } } }
          }
        }
      ]
    }
  }
  dependsOn: [heads]
}

/**
 * The action `add` creates a blob where there is none, and `write` would replace one. So the function app, or who acts as
 * it, takes no head back.
 * https://learn.microsoft.com/azure/storage/blobs/storage-auth-abac-attributes#create-a-blob-or-snapshot-or-append-data
 */
resource attester 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (assignRoles) {
  name: guid(resourceGroup().id, 'audit-attester')
  properties: {
    roleName: 'Audit attester (${resourceGroup().name})'
    description: 'Reads and creates heads of the audit trail; replaces and deletes none.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: ['Microsoft.Storage/storageAccounts/blobServices/containers/read']
        notActions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'
        ]
        notDataActions: []
      }
    ]
  }
}

resource appAttests 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: heads
  name: guid(heads.id, functionAppPrincipalId, 'audit-attester')
  properties: {
    principalId: functionAppPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: attester.id
  }
}

resource auditorsReadHeads 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in (assignRoles ? auditorPrincipalIds : []): {
    scope: heads
    name: guid(heads.id, principalId, reader)
    properties: {
      principalId: principalId
      principalType: peopleType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', reader)
    }
  }
]

module privateEndpoint '../private-endpoint.bicep' = if (isPrivate) {
  params: {
    name: '${name}-blob'
    location: location
    resourceId: account.id
    groupId: 'blob'
    subnetId: subnetId
    privateDnsZoneId: privateDnsZoneId
  }
}

@description('Value of the setting AUDIT_WITNESS_URL.')
output auditWitnessUrl string = 'https://${account.name}.blob.${environment().suffixes.storage}/tree-heads'
