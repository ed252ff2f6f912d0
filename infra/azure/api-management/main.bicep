metadata description = 'The edge: an API Management service with all that stands under apim/.'

targetScope = 'resourceGroup'

@description('Name of the API Management service. The addresses of its gateway and developer portal begin with it.')
param name string

param location string = resourceGroup().location

@description('Email address that Azure sends notices about the service to.')
param publisherEmail string

param publisherName string

@description('Tier of the service. A v2 tier needs policies without quota-by-key, from npm run policy:build -- --tier v2. The Consumption tier is not offered, because it has no rate-limit-by-key.')
@allowed(['Developer', 'Standard', 'Premium', 'BasicV2', 'StandardV2', 'PremiumV2'])
param tier string = 'Premium'

@minValue(1)
param units int = 1

@description('Name of the edge’s managed identity, which signs in to the function app and to Application Insights.')
param edgeIdentityName string

@description('Application Insights in this resource group, which receives the records of the edge.')
param applicationInsightsName string

@description('Its connection string. It is no secret, because it opens nothing without an identity.')
param applicationInsightsConnectionString string

@description('How the service is joined to a virtual network: the classic tiers are injected as External or Internal; Standard v2 reaches out through its subnet as External; Premium v2 does either.')
@allowed(['None', 'External', 'Internal'])
param virtualNetworkMode string = 'None'

@description('Subnet of the service, unless the mode is None.')
param subnetId string = ''

@description('Domains of its own: host name, the endpoint that it is for, and the secret of Key Vault with its certificate, which the edge’s identity reads.')
param domains { hostName: string, type: 'Proxy' | 'DeveloperPortal', keyVaultSecretId: string }[] = []

@description('Tags of the service.')
param tags object = {}

@description('Entra ID tenant of callers and of users of the developer portal.')
param tenantId string = subscription().tenantId

@description('Client id of the gateway’s registration in Entra ID: the audience of callers’ tokens. Its Application ID URI is api:// and the client id.')
param gatewayAudience string

@description('Client id of the function app’s registration in Entra ID. API Management’s identity requests its token for it.')
param functionsAudience string

@description('Address of the function app, without a slash at its end.')
param functionAppUrl string

@description('Client id of the application that the developer portal signs users in with. It is a single-page application without a secret.')
param developerPortalClientId string

@description('Issuer of the tokens of Okta’s authorization server. It is left out if governance/access.yaml names none.')
param oktaIssuer string = ''

@description('APIM subscriptions of applications that do not request theirs in the developer portal.')
param subscriptions { name: string, displayName: string, product: 'production' | 'sandbox' }[] = []

@description('True to assign the roles of the edge’s identity; false if they are assigned elsewhere.')
param assignRoles bool = true

@description('Address of the gateway, if it has a domain of its own.')
param gatewayUrl string = 'https://${name}.azure-api.net'

@description('Address at which the gateway reaches itself, without a slash at its end. In an internal virtual network, it must be https://127.0.0.1, because the load balancer does not route calls back to their sender. The v2 tiers do not have that address. https://learn.microsoft.com/azure/api-management/backends#limitation')
param gatewayLoopbackUrl string = gatewayUrl

@description('Address of the developer portal, if it has a domain of its own.')
param developerPortalUrl string = 'https://${name}.developer.azure-api.net'

@description('Name of the revision of the developer portal to publish; nothing is published if it is empty.')
param portalRevision string = ''

resource edgeIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: edgeIdentityName
}

/** The named values of one deployment. They replace the samples in apim/named-values. */
var namedValues = union(
  {
    'application-insights-connection-string': applicationInsightsConnectionString
    'developer-portal-client-id': developerPortalClientId
    'developer-portal-url': developerPortalUrl
    'edge-client-id': edgeIdentity.properties.clientId
    'function-app-url': functionAppUrl
    'functions-audience': functionsAudience
    'gateway-audience': gatewayAudience
    'gateway-loopback-url': gatewayLoopbackUrl
    'gateway-url': gatewayUrl
    'tenant-id': tenantId
  },
  empty(oktaIssuer)
    ? {}
    : {
        'okta-issuer': oktaIssuer
        'okta-openid-configuration': '${oktaIssuer}/.well-known/openid-configuration'
      }
)

module service 'service.bicep' = {
  params: {
    name: name
    location: location
    publisherEmail: publisherEmail
    publisherName: publisherName
    tier: tier
    units: units
    edgeIdentityName: edgeIdentityName
    applicationInsightsName: applicationInsightsName
    virtualNetworkMode: virtualNetworkMode
    subnetId: subnetId
    domains: domains
    tags: tags
    assignRoles: assignRoles
  }
}

module values 'named-values.bicep' = {
  params: {
    serviceName: name
    namedValues: namedValues
  }
  dependsOn: [service]
}

module telemetry 'telemetry.bicep' = {
  params: {
    serviceName: name
    namedValues: namedValues
  }
  dependsOn: [values]
}

module policies 'policies.bicep' = {
  params: { serviceName: name }
  dependsOn: [values]
}

module developerPortal 'developer-portal.bicep' = {
  params: {
    serviceName: name
    namedValues: namedValues
    revision: portalRevision
  }
  dependsOn: [service]
}

module backends 'backends.bicep' = {
  params: {
    serviceName: name
    namedValues: namedValues
  }
  dependsOn: [service]
}

module apis 'apis.bicep' = {
  params: {
    serviceName: name
    authorizationServer: developerPortal.outputs.authorizationServer
  }
  dependsOn: [backends, policies]
}

module products 'products.bicep' = {
  params: { serviceName: name }
  dependsOn: [apis]
}

module apimSubscriptions 'subscriptions.bicep' = {
  params: {
    serviceName: name
    subscriptions: subscriptions
  }
  dependsOn: [products]
}

module mcpServers 'mcp-servers.bicep' = {
  params: { serviceName: name }
  dependsOn: [products]
}

output gatewayUrl string = gatewayUrl

