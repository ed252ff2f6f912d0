metadata description = 'What the deployment workflow of one environment signs in to Azure with: an identity that trusts GitHub’s tokens of that environment, and its roles in one resource group.'

targetScope = 'resourceGroup'

@description('Name of the identity.')
param name string

param location string = resourceGroup().location

@description('Repository of GitHub: owner/name.')
param repository string

@description('Environment of GitHub whose jobs sign in with it. That of the environment plan assigns no roles.')
param environment string

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
var roles = environment == 'plan'
  ? { contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c' }
  : {
      contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c'
      accessAdministrator: 'f58310d9-a9f6-439a-9e8d-f62e7b41a168'
    }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location

  // https://docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-azure
  resource github 'federatedIdentityCredentials' = {
    name: 'github-${environment}'
    properties: {
      issuer: 'https://token.actions.githubusercontent.com'
      subject: 'repo:${repository}:environment:${environment}'
      audiences: ['api://AzureADTokenExchange']
    }
  }
}

resource assigned 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roles): {
    name: guid(resourceGroup().id, identity.id, role.value)
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

@description('The variable AZURE_CLIENT_ID of the environment.')
output clientId string = identity.properties.clientId

@description('The variable PUBLISHER_PRINCIPAL_ID of the environment, and whom the permissions in Entra ID are granted to.')
output principalId string = identity.properties.principalId
