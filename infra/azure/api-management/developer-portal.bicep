metadata description = 'What people need in the developer portal: the authorization server, with PKCE, groups, and its publication.'

param serviceName string

@description('Values of named values by name. These resources cannot refer to named values themselves.')
param namedValues object

@description('Name of the revision of the portal to publish, a new one for each publication. Nothing is published if it is empty.')
param revision string

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

/** https://learn.microsoft.com/azure/templates/microsoft.apimanagement/service/portalrevisions */
resource published 'Microsoft.ApiManagement/service/portalRevisions@2025-09-01-preview' = if (!empty(revision)) {
  parent: service
  name: revision
  properties: { description: 'Published by a deployment.', isCurrent: true }
  dependsOn: [entra, productionTeams, signIn]
}

output authorizationServer string = entra.name
