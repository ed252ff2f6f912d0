metadata description = 'A private endpoint of one service of a resource, with its name in a private DNS zone.'

param name string
param location string
param resourceId string

@description('Subresource of the service: https://learn.microsoft.com/azure/private-link/private-endpoint-overview#private-link-resource')
param groupId string

param subnetId string

@description('Id of the private DNS zone. It is empty if names are resolved in another way.')
param privateDnsZoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = {
  name: name
  location: location
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: name, properties: { privateLinkServiceId: resourceId, groupIds: [groupId] } }
    ]
  }
}

resource zone 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (!empty(privateDnsZoneId)) {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [{ name: groupId, properties: { privateDnsZoneId: privateDnsZoneId } }]
  }
}
