metadata description = 'The key of the audit trail: it signs checkpoints and wraps the keys of digests and of data subjects.'

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string

param location string = resourceGroup().location

@description('Tier of the vault. The premium tier keeps the key in a hardware security module.')
@allowed(['standard', 'premium'])
param sku string = 'standard'

@description('Name of the key.')
param keyName string = 'audit'

@description('Name of the function app’s managed identity, which is in this resource group.')
param functionAppIdentityName string

@description('Object ids of those who export evidence and check wrapped keys, or of their group.')
param custodianPrincipalIds string[] = []

@description('Kind of principal of the object ids.')
@allowed(['Group', 'User', 'ServicePrincipal'])
param peopleType string = 'Group'

@description('Subnet for a private endpoint. Without one, the vault is on the public network, protected by Entra ID.')
param subnetId string = ''

@description('Id of the private DNS zone privatelink.vaultcore.azure.net. A subnet needs it unless names are resolved in another way.')
param privateDnsZoneId string = ''

@description('Log Analytics workspace that receives logs of every use of the key.')
param workspaceId string = ''

@description('True to assign the roles; false if they are assigned elsewhere.')
param assignRoles bool = true

resource appIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: functionAppIdentityName
}

var isPrivate = !empty(subnetId)

/** https://learn.microsoft.com/azure/key-vault/general/rbac-guide */
var keyVaultCryptoUser = '12338af0-0e69-4776-bea7-57ae8d297424'

/**
 * All digests and content depend on the key, so nobody can purge it during its retention.
 * https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
 */
resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: sku }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { bypass: 'None', defaultAction: isPrivate ? 'Deny' : 'Allow' }
  }
}

/**
 * The key signs by PS256 and wraps by RSA-OAEP-256. It encrypts nothing else, and it is never exported. A new version can
 * be made at any time. Old versions must stay enabled, because wrapped keys and signatures name their version.
 * https://learn.microsoft.com/azure/key-vault/keys/about-keys-details
 */
resource key 'Microsoft.KeyVault/vaults/keys@2025-05-01' = {
  parent: vault
  name: keyName
  properties: {
    kty: sku == 'premium' ? 'RSA-HSM' : 'RSA'
    keySize: 3072
    keyOps: ['sign', 'verify', 'wrapKey', 'unwrapKey']
    attributes: { enabled: true, exportable: false }
  }
}

resource appUsesKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: key
  name: guid(key.id, appIdentity.id, keyVaultCryptoUser)
  properties: {
    principalId: appIdentity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultCryptoUser)
  }
}

resource custodiansUseKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in (assignRoles ? custodianPrincipalIds : []): {
    scope: key
    name: guid(key.id, principalId, keyVaultCryptoUser)
    properties: {
      principalId: principalId
      principalType: peopleType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultCryptoUser)
    }
  }
]

/** https://learn.microsoft.com/azure/key-vault/general/logging */
#disable-next-line use-recent-api-versions // The newest stable version has no settings of workspaces.
resource useLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceId)) {
  scope: vault
  name: 'use'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

module privateEndpoint '../private-endpoint.bicep' = if (isPrivate) {
  params: {
    name: '${name}-vault'
    location: location
    resourceId: vault.id
    groupId: 'vault'
    subnetId: subnetId
    privateDnsZoneId: privateDnsZoneId
  }
}

@description('Value of the setting AUDIT_KEY_URL. The key has no version, so that the newest one signs and wraps.')
output auditKeyUrl string = '${vault.properties.vaultUri}keys/${keyName}'
