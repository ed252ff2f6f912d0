metadata description = 'Registrations in Entra ID: the gateway with its roles, the function app, the federation with Google, and the developer portal. None has a secret.'

extension microsoftGraphV1

@description('Prefix of the names of the registrations. It is unique in the tenant.')
param name string

@description('Address of the developer portal.')
param developerPortalUrl string

@description('Who has which role of the gateway: object id of a group, a user or a service principal, and the name of a role of governance/access.yaml.')
param roleAssignments { principalId: string, role: string }[]

/** The roles of governance/access.yaml, by npm run policy:build. */
var roles = loadJsonContent('roles.json')

var uriPrefix = 'api://${tenant().tenantId}/${name}'

/** The scope that agents and the developer portal request for a person. */
var scopeId = guid(uriPrefix, 'access_as_user')

/**
 * The audience of callers' tokens, in version 2.0. The optional claim `idtyp` tells tokens of applications from those of
 * people.
 * https://learn.microsoft.com/graph/templates/bicep/reference/applications
 */
resource gateway 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: '${name}-gateway'
  displayName: '${name} gateway'
  signInAudience: 'AzureADMyOrg'
  identifierUris: ['${uriPrefix}-gateway']
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: [
      {
        id: scopeId
        value: 'access_as_user'
        type: 'User'
        isEnabled: true
        adminConsentDisplayName: 'Call the gateway for a person'
        adminConsentDescription: 'Lets an application call models for the person who is signed in, with the roles of that person.'
        userConsentDisplayName: 'Call the gateway for you'
        userConsentDescription: 'Lets the application call models for you, with your roles.'
      }
    ]
  }
  optionalClaims: { accessToken: [{ name: 'idtyp', essential: false }] }
  appRoles: map(roles, role => {
    id: guid(uriPrefix, role.name)
    value: role.name
    displayName: role.name
    description: role.description
    allowedMemberTypes: ['Application', 'User']
    isEnabled: true
  })
}

resource gatewayPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: gateway.appId
}

/** The audience of the edge's token for the function app. It has no role and no scope; the edge is known by its object id. */
resource functionApp 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: '${name}-functions'
  displayName: '${name} function app'
  signInAudience: 'AzureADMyOrg'
  identifierUris: ['${uriPrefix}-functions']
  api: { requestedAccessTokenVersion: 2 }
}

resource functionAppPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: functionApp.appId
}

/** The audience of the token that Google exchanges. */
resource federation 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: '${name}-federation'
  displayName: '${name} federation with Google'
  signInAudience: 'AzureADMyOrg'
  identifierUris: ['${uriPrefix}-federation']
  api: { requestedAccessTokenVersion: 2 }
}

resource federationPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: federation.appId
}

/**
 * A single-page application with PKCE. It receives the code where the portal's test console does.
 * https://learn.microsoft.com/azure/api-management/api-management-howto-oauth2
 */
resource developerPortal 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: '${name}-portal'
  displayName: '${name} developer portal'
  signInAudience: 'AzureADMyOrg'
  spa: {
    redirectUris: [
      developerPortalUrl
      '${developerPortalUrl}/signin'
      '${developerPortalUrl}/signin-oauth/code/callback/entra'
    ]
  }
  requiredResourceAccess: [
    {
      resourceAppId: gateway.appId
      resourceAccess: [{ id: scopeId, type: 'Scope' }]
    }
  ]
}

resource developerPortalPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: developerPortal.appId
}

resource assigned 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for assignment in roleAssignments: {
    resourceId: gatewayPrincipal.id
    principalId: assignment.principalId
    appRoleId: guid(uriPrefix, assignment.role)
  }
]

@description('Client ids of the registrations, and the application ID URI that the token for Google is requested for.')
@export()
type registrations = {
  gateway: string
  functionApp: string
  federation: string
  federationUri: string
  developerPortal: string
}

output registrations registrations = {
  gateway: gateway.appId
  functionApp: functionApp.appId
  federation: federation.appId
  federationUri: federation.identifierUris[0]
  developerPortal: developerPortal.appId
}
