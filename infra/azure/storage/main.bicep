metadata description = 'Where the evidence of the audit trail lies: the ledger, which nobody can rewrite, and what may be erased.'

@description('Name of the storage account, which the ledger shares with nothing else. The setting AUDIT_STORAGE_URL is its blob endpoint.')
@minLength(3)
@maxLength(24)
param name string

param location string = resourceGroup().location

@description('Redundancy of the storage account. It must keep copies in places where records may be.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GZRS'])
param sku string = 'Standard_ZRS'

@description('Name of the function app’s managed identity, which is in this resource group.')
param functionAppIdentityName string

@description('Object ids of auditors, or of their group. They may read the ledger to verify it, and nothing else.')
param auditorPrincipalIds string[] = []

@description('Object ids of those who erase data subjects and export evidence, or of their group.')
param custodianPrincipalIds string[] = []

@description('Kind of principal of the object ids.')
@allowed(['Group', 'User', 'ServicePrincipal'])
param peopleType string = 'Group'

@description('Days for which a blob of the ledger cannot be altered or deleted, counted from its last append. Nothing deletes it after them but you.')
@minValue(1)
@maxValue(146000)
param ledgerRetentionInDays int = 400

@description('Days after which kept content is deleted.')
@minValue(1)
param contentRetentionInDays int = 90

@description('Subnet for a private endpoint. Without one, the account is on the public network, protected by Entra ID.')
param subnetId string = ''

@description('Id of the private DNS zone privatelink.blob.core.windows.net. A subnet needs it unless names are resolved in another way.')
param privateDnsZoneId string = ''

@description('Log Analytics workspace that receives logs of reads, writes and deletions of blobs.')
param workspaceId string = ''

@description('True to assign the roles; false if they are assigned elsewhere.')
param assignRoles bool = true

resource appIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: functionAppIdentityName
}

var isPrivate = !empty(subnetId)

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage */
var roles = {
  contributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  reader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
}

/**
 * Shared keys and signatures are off, because they carry no identity.
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
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: { blob: { enabled: true, keyType: 'Account' } }
    }
  }
}

/**
 * Versions and soft delete of blobs are off. Both are for the whole account, and either would keep the key of an erased
 * data subject. The ledger has its own protection. A container that is deleted by mistake can be restored.
 * https://learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview
 */
resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-08-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: false
    changeFeed: { enabled: false }
    restorePolicy: { enabled: false }
    deleteRetentionPolicy: { enabled: false }
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource ledger 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: 'audit-ledger'
  properties: { publicAccess: 'None' }
}

/**
 * Blobs can be created and appended to, but not changed or deleted. The policy is unlocked here, so that a trial can be
 * removed: an administrator can still shorten or delete the policy. Lock it before auditors rely on it:
 *   az storage container immutability-policy lock --account-name NAME --container-name audit-ledger --if-match ETAG
 * with the ETag that `az storage container immutability-policy show` prints. From then on it can only be prolonged.
 * https://learn.microsoft.com/azure/storage/blobs/immutable-time-based-retention-policy-overview
 */
resource appendOnly 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-08-01' = {
  parent: ledger
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: ledgerRetentionInDays
    allowProtectedAppendWrites: true
  }
}

resource state 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: 'audit-state'
  properties: { publicAccess: 'None' }
}

resource subjects 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: 'audit-subjects'
  properties: { publicAccess: 'None' }
}

resource content 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: 'audit-content'
  properties: { publicAccess: 'None' }
}

/**
 * Only kept content ends by a rule. None deletes a blob of the ledger, because such rules don't work in an immutable
 * container, and none moves its append blobs to a cooler tier, because only block blobs have tiers. The state of a chain
 * must not end before the chain, which would be shipped again without it. A data subject's key is deleted when the
 * subject is erased, never by its age.
 * https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-overview#known-issues-and-limitations
 */
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-08-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'content-ends'
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['audit-content/'] }
            actions: { baseBlob: { delete: { daysAfterCreationGreaterThan: contentRetentionInDays } } }
          }
        }
      ]
    }
  }
  dependsOn: [content]
}

/**
 * No built-in role can write without being able to delete, so this one is defined. The function app cannot delete records.
 * `write` is for a blob that is created twice because the first answer was lost. On the ledger, the policy above refuses
 * every write but the first one and appends.
 * https://learn.microsoft.com/rest/api/storageservices/append-block#authorization
 */
resource recorder 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (assignRoles) {
  name: guid(resourceGroup().id, 'audit-recorder')
  properties: {
    roleName: 'Audit recorder (${resourceGroup().name})'
    description: 'Begins, appends to and reads blobs of the audit trail; deletes none.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: ['Microsoft.Storage/storageAccounts/blobServices/containers/read']
        notActions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'
        ]
        notDataActions: []
      }
    ]
  }
}

resource appRecords 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: ledger
  name: guid(ledger.id, appIdentity.id, 'audit-recorder')
  properties: {
    principalId: appIdentity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: recorder.id
  }
}

resource appKeepsState 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: state
  name: guid(state.id, appIdentity.id, 'audit-recorder')
  properties: {
    principalId: appIdentity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: recorder.id
  }
}

resource appMakesKeys 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: subjects
  name: guid(subjects.id, appIdentity.id, 'audit-recorder')
  properties: {
    principalId: appIdentity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: recorder.id
  }
}

resource appKeepsContent 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: content
  name: guid(content.id, appIdentity.id, 'audit-recorder')
  properties: {
    principalId: appIdentity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: recorder.id
  }
}

resource auditorsRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in (assignRoles ? auditorPrincipalIds : []): {
    scope: ledger
    name: guid(ledger.id, principalId, roles.reader)
    properties: {
      principalId: principalId
      principalType: peopleType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.reader)
    }
  }
]

/** The cursor of each chain, which verification compares with Application Insights. */
resource auditorsReadState 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in (assignRoles ? auditorPrincipalIds : []): {
    scope: state
    name: guid(state.id, principalId, roles.reader)
    properties: {
      principalId: principalId
      principalType: peopleType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.reader)
    }
  }
]

/**
 * Verification holds the names of contents against the records. The condition lets auditors list contents, and read none.
 * https://learn.microsoft.com/azure/storage/blobs/storage-auth-abac-attributes
 */
resource auditorsListContent 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in (assignRoles ? auditorPrincipalIds : []): {
    scope: content
    name: guid(content.id, principalId, roles.reader)
    properties: {
      principalId: principalId
      principalType: peopleType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.reader)
      conditionVersion: '2.0'
      condition: '!(ActionMatches{\'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read\'} AND NOT SubOperationMatches{\'Blob.List\'})'
    }
  }
]

/** Erasures and exports are entries of the ledger. */
resource custodiansRecord 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in (assignRoles ? custodianPrincipalIds : []): {
    scope: ledger
    name: guid(ledger.id, principalId, 'audit-recorder')
    properties: {
      principalId: principalId
      principalType: peopleType
      roleDefinitionId: recorder.id
    }
  }
]

resource custodiansReadState 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in (assignRoles ? custodianPrincipalIds : []): {
    scope: state
    name: guid(state.id, principalId, roles.reader)
    properties: {
      principalId: principalId
      principalType: peopleType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.reader)
    }
  }
]

/** Only these principals can delete. They delete keys of data subjects, which makes their content unreadable. */
resource custodiansErase 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in (assignRoles ? custodianPrincipalIds : []): {
    scope: subjects
    name: guid(subjects.id, principalId, roles.contributor)
    properties: {
      principalId: principalId
      principalType: peopleType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.contributor)
    }
  }
]

resource custodiansEraseContent 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in (assignRoles ? custodianPrincipalIds : []): {
    scope: content
    name: guid(content.id, principalId, roles.contributor)
    properties: {
      principalId: principalId
      principalType: peopleType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.contributor)
    }
  }
]

/** https://learn.microsoft.com/azure/storage/blobs/monitor-blob-storage-reference#resource-logs */
#disable-next-line use-recent-api-versions // The newest stable version has no settings of workspaces.
resource accessLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceId)) {
  scope: blobs
  name: 'access'
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageRead', enabled: true }
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

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

@description('Value of the setting AUDIT_STORAGE_URL, without a slash at its end.')
output auditStorageUrl string = 'https://${account.name}.blob.${environment().suffixes.storage}'
