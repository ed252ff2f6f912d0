using '../main.bicep'

// Everything on private addresses; callers come in through the gateway alone.
param name = 'vertex-gateway'
param publisherEmail = 'platform@example.com'
param publisherName = 'Platform'
param operatorEmails = ['platform@example.com', 'security@example.com']
param googlePoolProvider = readEnvironmentVariable('GOOGLE_POOL_PROVIDER')
param publisherPrincipalId = readEnvironmentVariable('PUBLISHER_PRINCIPAL_ID', '')
param portalRevision = readEnvironmentVariable('PORTAL_REVISION', '')
param auditWitnessUrl = 'https://vertexgatewaywitness.blob.core.windows.net/tree-heads'
param edgeTier = 'Premium'
param edgeNetworkMode = 'External'
param oktaIssuer = 'https://example.okta.com/oauth2/default'
param alwaysReadyInstances = 2
param maximumInstances = 100
param ledgerRetentionInDays = 2557
param telemetryRetentionInDays = 730
param tags = { environment: 'production' }

// Groups of the sample; replace them by the object ids of yours.
param auditorPrincipalIds = ['77777777-7777-4777-8777-777777777701']
param custodianPrincipalIds = ['77777777-7777-4777-8777-777777777702']
param roleAssignments = [
  { principalId: '77777777-7777-4777-8777-777777777703', role: 'Assistants.Use' }
  { principalId: '77777777-7777-4777-8777-777777777704', role: 'Analytics.Eu' }
  { principalId: '77777777-7777-4777-8777-777777777705', role: 'Scoring.Predict' }
]
