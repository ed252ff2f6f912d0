metadata description = 'A private DNS zone, and the networks that resolve names in it.'

param zoneName string

param networkIds string[]

param tags object

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags
}

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for id in networkIds: {
    parent: zone
    name: last(split(id, '/'))
    location: 'global'
    tags: tags
    properties: {
      #disable-next-line use-resource-id-functions // The ids come from parameters, one for each link.
      virtualNetwork: { id: id }
      registrationEnabled: false
    }
  }
]
