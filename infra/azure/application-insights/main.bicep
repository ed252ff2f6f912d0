metadata description = 'Application Insights, which takes telemetry from identities alone: records of the function app and of the edge, and requests of the edge.'

@description('Name of the resource and of its workspace.')
param name string

param location string = resourceGroup().location

param tags object = {}

@description('Days for which the workspace keeps telemetry.')
@minValue(30)
@maxValue(730)
param retentionInDays int = 90

@description('True to take and answer on private addresses alone.')
param isPrivate bool = false

/** Queries and ingestion need an identity. */
resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionInDays
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
    publicNetworkAccessForIngestion: isPrivate ? 'Disabled' : 'Enabled'
    publicNetworkAccessForQuery: isPrivate ? 'Disabled' : 'Enabled'
  }
}

/** Records of calls are custom events, which the queries and alerts join: other plans do not let them. https://learn.microsoft.com/azure/azure-monitor/logs/table-plans */
resource records 'Microsoft.OperationalInsights/workspaces/tables@2025-07-01' = {
  parent: workspace
  name: 'AppEvents'
  properties: { plan: 'Analytics' }
}

/**
 * Local authentication is off. Senders need an identity with the role Monitoring Metrics Publisher, so the connection
 * string alone cannot forge records. Ingestion samples nothing.
 * https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication#disable-local-authentication
 */
resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    SamplingPercentage: 100
    publicNetworkAccessForIngestion: isPrivate ? 'Disabled' : 'Enabled'
    publicNetworkAccessForQuery: isPrivate ? 'Disabled' : 'Enabled'
  }
}

@description('Connection string for the setting APPLICATIONINSIGHTS_CONNECTION_STRING of the function app, and for the named value application-insights-connection-string of the edge. Without an identity it opens nothing.')
output connectionString string = applicationInsights.properties.ConnectionString
