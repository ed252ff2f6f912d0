metadata description = 'The private way to Application Insights: a scope of Azure Monitor with its endpoint.'

@description('Name of the scope.')
param name string

param location string

param tags object

@description('Resource ids of the workspace and of Application Insights.')
param resourceIds { workspace: string, applicationInsights: string }

param subnetId string

@description('Ids of the private DNS zones by service.')
param zoneIds { *: string }

/** Only resources of the scope are reached through the endpoint. https://learn.microsoft.com/azure/azure-monitor/logs/private-link-design */
resource scope 'Microsoft.Insights/privateLinkScopes@2021-09-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    accessModeSettings: { ingestionAccessMode: 'PrivateOnly', queryAccessMode: 'PrivateOnly' }
  }
}

resource inScope 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01' = [
  for one in items(resourceIds): {
    parent: scope
    name: one.key
    properties: { linkedResourceId: one.value }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = {
  name: '${name}-monitor'
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: 'monitor', properties: { privateLinkServiceId: scope.id, groupIds: ['azuremonitor'] } }
    ]
  }
  dependsOn: [inScope]
}

resource zones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      { name: 'monitor', properties: { privateDnsZoneId: zoneIds.monitor } }
      { name: 'queries', properties: { privateDnsZoneId: zoneIds.monitorQueries } }
      { name: 'ingestion', properties: { privateDnsZoneId: zoneIds.monitorIngestion } }
      { name: 'agents', properties: { privateDnsZoneId: zoneIds.monitorAgents } }
      { name: 'blob', properties: { privateDnsZoneId: zoneIds.blob } }
    ]
  }
}
