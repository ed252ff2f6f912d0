metadata description = 'Application Insights, which takes telemetry from identities alone: records of the function app and of the edge, and requests of the edge.'

@description('Name of the resource.')
param name string

param location string = resourceGroup().location

@description('Log Analytics workspace in this resource group, which stores the telemetry.')
param workspaceName string

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = { name: workspaceName }

/**
 * Local authentication is off. Senders need an identity with the role Monitoring Metrics Publisher, so the connection
 * string alone cannot forge records. Ingestion samples nothing.
 * https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication#disable-local-authentication
 */
resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    SamplingPercentage: 100
  }
}

@description('Connection string for the setting APPLICATIONINSIGHTS_CONNECTION_STRING of the function app, and for the secret application-insights-connection-string of the edge.')
output connectionString string = applicationInsights.properties.ConnectionString
