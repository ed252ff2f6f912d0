metadata description = 'What people need in the developer portal: the authorization server, with PKCE, and groups.'

param serviceName string

@description('Values of named values by name. These resources cannot refer to named values themselves.')
param namedValues object

import { resolve } from 'resolve.bicep'

var authorizationServer = json(resolve(
  loadTextContent('../../../apim/authorization-servers/entra/authorizationServerInformation.json'),
  namedValues
))

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

/** https://learn.microsoft.com/azure/api-management/api-management-howto-oauth2 */
resource entra 'Microsoft.ApiManagement/service/authorizationServers@2025-09-01-preview' = {
  parent: service
  name: 'entra'
  properties: authorizationServer.properties
}

resource productionTeams 'Microsoft.ApiManagement/service/groups@2025-09-01-preview' = {
  parent: service
  name: 'production-teams'
  properties: loadJsonContent('../../../apim/groups/production-teams/groupInformation.json').properties
}

/** Nobody sees products and documents without signing in. */
resource signIn 'Microsoft.ApiManagement/service/portalsettings@2025-09-01-preview' = {
  parent: service
  name: 'signin'
  properties: { enabled: true }
}

output authorizationServer string = entra.name
