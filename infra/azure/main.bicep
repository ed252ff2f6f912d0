metadata description = 'The whole gateway in one resource group: identities, registrations, function app, edge, audit trail, monitoring and network.'

targetScope = 'resourceGroup'

@description('Prefix of every name. The addresses of the gateway, the developer portal and the function app begin with it, so it is unique in Azure.')
@minLength(3)
@maxLength(24)
param name string

param location string = resourceGroup().location

param tags object = {}

@description('Email address that Azure sends notices about API Management to.')
param publisherEmail string

param publisherName string

@description('Email addresses of the operators whom alerts are sent to.')
param operatorEmails string[]

@description('Full name of Google’s workload identity pool provider, an output of infra/google: //iam.googleapis.com/projects/{number}/locations/global/workloadIdentityPools/{pool}/providers/{provider}')
@minLength(60)
param googlePoolProvider string

@description('Service account of Google to impersonate. Access is direct if it is empty.')
param googleServiceAccount string = ''

@description('Tier of API Management. A v2 tier needs policies from npm run policy:build -- --tier v2.')
@allowed(['Developer', 'Standard', 'Premium', 'BasicV2', 'StandardV2', 'PremiumV2'])
param edgeTier string = 'Premium'

@minValue(1)
param edgeUnits int = 1

@description('How API Management is joined to the virtual network: the classic tiers Developer and Premium, and Premium v2, as External or Internal; Standard v2 as External; others as None.')
@allowed(['None', 'External', 'Internal'])
param edgeNetworkMode string = 'None'

@description('Domains of the edge: host name, the endpoint that it is for, and the secret of Key Vault with its certificate.')
param edgeDomains { hostName: string, type: 'Proxy' | 'DeveloperPortal', keyVaultSecretId: string }[] = []

@description('Address by which callers know the gateway, where it is not that of API Management: of edgeDomains, or the output addressOfAllRegions.')
param gatewayUrl string = 'https://${name}.azure-api.net'

@description('Priority of this region among those of otherRegions: the lowest that answers serves all calls, and equal ones share them.')
@minValue(1)
@maxValue(5)
param regionPriority int = 1

@description('Gateways of the same governance in other regions. With some, Front Door is deployed in front of all; it belongs to one region alone.')
param otherRegions { hostName: string, priority: int }[] = []

@description('Issuer of Okta’s tokens. It is left out if governance/access.yaml names none.')
param oktaIssuer string = ''

@description('APIM subscriptions of applications that do not request theirs in the developer portal.')
param subscriptions { name: string, displayName: string, product: 'production' | 'sandbox' }[] = []

@description('Name of the revision of the developer portal to publish, such as the number of the deployment. Nothing is published if it is empty.')
param portalRevision string = ''

@description('Registrations that somebody else made in Entra ID. Without it, this deployment makes them.')
param existingRegistrations registrations?

@description('Who has which role of the gateway, where this deployment makes the registrations.')
param roleAssignments { principalId: string, role: string }[] = []

@description('True for private endpoints, private DNS, and one address for calls of Google; false for a trial on the public network.')
param privateNetwork bool = true

@description('Address space of the virtual network.')
param addressPrefix string = '10.60.0.0/24'

@description('Resource ids of other networks in which the private names are resolved.')
param linkedNetworkIds string[] = []

@description('Plan of the function app.')
@allowed(['FlexConsumption', 'ElasticPremium'])
param functionPlan string = 'FlexConsumption'

@description('Node that the function app runs on.')
@allowed(['24', '22'])
param nodeVersion string = '24'

@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 1

@allowed([2048, 4096])
param instanceMemoryInMB int = 2048

@minValue(1)
@maxValue(1000)
param callsPerInstance int = 100

@allowed(['RollingUpdate', 'Recreate'])
param updateStrategy string = 'RollingUpdate'

@description('Object id of who publishes packages of the function app, such as the identity of the deployment workflow.')
param publisherPrincipalId string = ''

@description('Object ids of auditors, or of their group.')
param auditorPrincipalIds string[] = []

@description('Object ids of custodians, or of their group.')
param custodianPrincipalIds string[] = []

@description('Address of the witness container, an output of storage/witness.bicep in a resource group with other owners. There is no witness if it is empty.')
param auditWitnessUrl string = ''

@description('Tier of the vault of the audit key.')
@allowed(['standard', 'premium'])
param auditKeySku string = 'premium'

@description('Days for which the ledger cannot be altered or deleted.')
@minValue(1)
@maxValue(146000)
param ledgerRetentionInDays int = 400

@description('Days after which kept content is deleted.')
@minValue(1)
param contentRetentionInDays int = 90

@description('Days for which Log Analytics keeps records.')
@minValue(30)
@maxValue(730)
param telemetryRetentionInDays int = 90

@description('Accounts of Azure AI that inspect content, as services of governance/protection.yaml name them. There are none unless some are named.')
param inspectionAccounts { name: string, kind: 'ContentSafety' | 'TextAnalytics', location: string }[] = []

@description('Settings of the gateway beside those that this deployment knows, as docs/settings.md describes them.')
param moreSettings { *: string } = {}

@description('True to assign the roles; false if they are assigned elsewhere.')
param assignRoles bool = true

import { registrations } from 'entra/main.bicep'
import { zones } from 'network/zones.bicep'

var insightsName = name
var functionAppUrl = 'https://${name}.azurewebsites.net'
var developerPortalUrl = 'https://${name}.developer.azure-api.net'

/** Names of storage accounts and vaults are unique in Azure, and shorter than others. */
var suffix = take(uniqueString(resourceGroup().id, name), 6)
var compactName = take(toLower(replace(name, '-', '')), 13)
var tenantAuthority = '${environment().authentication.loginEndpoint}${tenant().tenantId}'

var identityNames = { edge: '${name}-edge', functionApp: '${name}-functions' }

module identities 'identities.bicep' = {
  params: {
    names: identityNames
    location: location
    tags: tags
  }
}

module entra 'entra/main.bicep' = if (existingRegistrations == null) {
  params: {
    name: name
    developerPortalUrl: developerPortalUrl
    roleAssignments: roleAssignments
  }
}

var registered = existingRegistrations ?? entra!.outputs.registrations

module network 'network/main.bicep' = if (privateNetwork) {
  params: {
    name: name
    location: location
    tags: tags
    addressPrefix: addressPrefix
    plan: functionPlan
    edgeTier: edgeTier
    edgeMode: edgeNetworkMode
    linkedNetworkIds: linkedNetworkIds
  }
}

/** Ids are made from names, so that what-if knows them before anything exists. */
var subnetIds = {
  edge: resourceId('Microsoft.Network/virtualNetworks/subnets', name, 'edge')
  functions: resourceId('Microsoft.Network/virtualNetworks/subnets', name, 'functions')
  endpoints: resourceId('Microsoft.Network/virtualNetworks/subnets', name, 'endpoints')
}
var endpointsSubnetId = privateNetwork ? subnetIds.endpoints : ''
var zoneIds = toObject(
  items(zones),
  zone => zone.key,
  zone => privateNetwork ? resourceId('Microsoft.Network/privateDnsZones', zone.value) : ''
)
var workspaceId = resourceId('Microsoft.OperationalInsights/workspaces', insightsName)

module insights 'application-insights/main.bicep' = {
  params: {
    name: insightsName
    location: location
    tags: tags
    retentionInDays: telemetryRetentionInDays
    isPrivate: privateNetwork
  }
}

module insightsLink 'application-insights/private-link.bicep' = if (privateNetwork) {
  params: {
    name: name
    location: location
    tags: tags
    resourceIds: {
      workspace: workspaceId
      applicationInsights: resourceId('Microsoft.Insights/components', insightsName)
    }
    subnetId: endpointsSubnetId
    zoneIds: zoneIds
  }
  dependsOn: [insights, network]
}

module auditStorage 'storage/main.bicep' = {
  params: {
    name: '${compactName}audit${suffix}'
    location: location
    functionAppIdentityName: identityNames.functionApp
    auditorPrincipalIds: auditorPrincipalIds
    custodianPrincipalIds: custodianPrincipalIds
    ledgerRetentionInDays: ledgerRetentionInDays
    contentRetentionInDays: contentRetentionInDays
    subnetId: endpointsSubnetId
    privateDnsZoneId: zoneIds.blob
    workspaceId: workspaceId
    assignRoles: assignRoles
  }
  dependsOn: [identities, insights, network]
}

module auditKey 'key-vault/main.bicep' = {
  params: {
    name: '${compactName}-key-${suffix}'
    location: location
    sku: auditKeySku
    functionAppIdentityName: identityNames.functionApp
    custodianPrincipalIds: custodianPrincipalIds
    subnetId: endpointsSubnetId
    privateDnsZoneId: zoneIds.vault
    workspaceId: workspaceId
    assignRoles: assignRoles
  }
  dependsOn: [identities, insights, network]
}

module inspection 'inspection/main.bicep' = if (!empty(inspectionAccounts)) {
  params: {
    accounts: inspectionAccounts
    location: location
    tags: tags
    functionAppIdentityName: identityNames.functionApp
    subnetId: endpointsSubnetId
    networkIds: concat([resourceId('Microsoft.Network/virtualNetworks', name)], linkedNetworkIds)
    workspaceId: workspaceId
    assignRoles: assignRoles
  }
  dependsOn: [identities, insights, network]
}

module functionApp 'function-app/main.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    hostStorageName: '${compactName}host${suffix}'
    plan: functionPlan
    nodeVersion: nodeVersion
    maximumInstances: maximumInstances
    alwaysReadyInstances: alwaysReadyInstances
    instanceMemoryInMB: instanceMemoryInMB
    callsPerInstance: callsPerInstance
    updateStrategy: updateStrategy
    functionAppIdentityName: identityNames.functionApp
    publisherPrincipalId: publisherPrincipalId
    settings: union(
      {
        AZURE_CLIENT_ID: identities.outputs.functionAppClientId
        API_MANAGEMENT_ISSUER: '${tenantAuthority}/v2.0'
        API_MANAGEMENT_JWKS_URI: '${tenantAuthority}/discovery/v2.0/keys'
        API_MANAGEMENT_AUDIENCE: registered.functionApp
        API_MANAGEMENT_OBJECT_ID: identities.outputs.edgePrincipalId
        GOOGLE_SUBJECT_TOKEN_RESOURCE: registered.federationUri
        GOOGLE_POOL_PROVIDER_AUDIENCE: googlePoolProvider
        APPLICATIONINSIGHTS_CONNECTION_STRING: insights.outputs.connectionString
        AUDIT_STORAGE_URL: auditStorage.outputs.auditStorageUrl
        AUDIT_KEY_URL: auditKey.outputs.auditKeyUrl
        AUDIT_CONTENT_RETENTION_IN_DAYS: string(contentRetentionInDays)
      },
      empty(googleServiceAccount) ? {} : { GOOGLE_SERVICE_ACCOUNT: googleServiceAccount },
      empty(auditWitnessUrl) ? {} : { AUDIT_WITNESS_URL: auditWitnessUrl },
      moreSettings
    )
    outboundSubnetId: privateNetwork ? subnetIds.functions : ''
    endpointsSubnetId: endpointsSubnetId
    zoneIds: zoneIds
    workspaceId: workspaceId
    assignRoles: assignRoles
  }
  dependsOn: [network]
}

module operators 'monitoring/action-group.bicep' = {
  params: {
    name: '${name}-operators'
    tags: tags
    emails: operatorEmails
  }
}

module monitoring 'monitoring/main.bicep' = {
  params: {
    location: location
    name: '${name}-audit'
    applicationInsightsName: insightsName
    actionGroupIds: [operators.outputs.id]
    readerPrincipalIds: concat(auditorPrincipalIds, custodianPrincipalIds)
    functionAppIdentityName: identityNames.functionApp
    assignRoles: assignRoles
  }
  dependsOn: [identities, insights]
}

module edge 'api-management/main.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    publisherEmail: publisherEmail
    publisherName: publisherName
    tier: edgeTier
    units: edgeUnits
    edgeIdentityName: identityNames.edge
    applicationInsightsName: insightsName
    applicationInsightsConnectionString: insights.outputs.connectionString
    virtualNetworkMode: edgeNetworkMode
    subnetId: privateNetwork ? subnetIds.edge : ''
    domains: edgeDomains
    gatewayAudience: registered.gateway
    functionsAudience: registered.functionApp
    functionAppUrl: functionAppUrl
    developerPortalClientId: registered.developerPortal
    developerPortalUrl: developerPortalUrl
    gatewayUrl: gatewayUrl
    gatewayLoopbackUrl: edgeNetworkMode == 'Internal' && !endsWith(edgeTier, 'V2')
      ? 'https://127.0.0.1'
      : 'https://${name}.azure-api.net'
    oktaIssuer: oktaIssuer
    portalRevision: portalRevision
    subscriptions: subscriptions
    assignRoles: assignRoles
  }
  dependsOn: [identities, network]
}

module frontDoor 'front-door/main.bicep' = if (!empty(otherRegions)) {
  params: {
    name: name
    tags: tags
    gateways: concat([{ hostName: '${name}.azure-api.net', priority: regionPriority }], otherRegions)
    workspaceId: workspaceId
  }
  dependsOn: [edge, insights]
}

output gatewayUrl string = edge.outputs.gatewayUrl

@description('The address of the gateway in all regions; empty where there is one.')
output addressOfAllRegions string = frontDoor.?outputs.url ?? ''

output functionAppName string = name
output gatewayAudience string = registered.gateway

@description('Subject of the token that Google exchanges: what the condition of its provider names.')
output googleSubject string = identities.outputs.functionAppPrincipalId

@description('Audience of that token: what Google’s provider allows.')
output googleAudience string = registered.federation

@description('Issuer of that token.')
output googleIssuer string = '${tenantAuthority}/v2.0'

@description('The address from which Google is called, in a private network.')
output egressAddress string = network.?outputs.egressAddress ?? ''
