metadata description = 'The two managed identities, which exist before whatever they sign in to, so that nothing waits for an id.'

@description('Names of the identities.')
param names { edge: string, functionApp: string }

param location string

param tags object

resource edge 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.edge
  location: location
  tags: tags
}

resource functionApp 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.functionApp
  location: location
  tags: tags
}

@description('Object id of the edge’s identity. The function app takes calls from no other.')
output edgePrincipalId string = edge.properties.principalId

@description('Object id of the function app’s identity, which is the subject of its tokens for Google.')
output functionAppPrincipalId string = functionApp.properties.principalId

@description('Client id of the function app’s identity.')
output functionAppClientId string = functionApp.properties.clientId
