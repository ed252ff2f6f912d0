using '../main.bicep'

// A trial: on the public network, protected by Entra ID and the token of the edge, and small.
param name = 'vertex-gateway-sandbox'
param publisherEmail = 'platform@example.com'
param publisherName = 'Platform'
param operatorEmails = ['platform@example.com']
param googlePoolProvider = readEnvironmentVariable('GOOGLE_POOL_PROVIDER')
param publisherPrincipalId = readEnvironmentVariable('PUBLISHER_PRINCIPAL_ID', '')
param portalRevision = readEnvironmentVariable('PORTAL_REVISION', '')
param edgeTier = 'Developer'
param privateNetwork = false
param alwaysReadyInstances = 0
param auditKeySku = 'standard'
param oktaIssuer = 'https://example.okta.com/oauth2/default'
param tags = { environment: 'sandbox' }
