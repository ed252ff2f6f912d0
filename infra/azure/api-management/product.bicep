metadata description = 'One product: the APIs it opens, the groups that see it in the developer portal, and its limits.'

param serviceName string
param id string

@description('Properties of the product, from productInformation.json.')
param information { properties: object, *: string }

@description('APIs of the product, from apis.json.')
param apis { name: string, *: string }[]

@description('Groups that see the product, from groups.json. Administrators see every product.')
param groups { name: string, *: string }[]

@description('Policy of the product, as raw XML. The product has none if it is left out.')
param policy string?

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

resource product 'Microsoft.ApiManagement/service/products@2025-09-01-preview' = {
  parent: service
  name: id
  properties: any(information.properties)
}

resource opened 'Microsoft.ApiManagement/service/products/apis@2025-09-01-preview' = [
  for api in apis: {
    parent: product
    name: api.name
  }
]

resource visible 'Microsoft.ApiManagement/service/products/groups@2025-09-01-preview' = [
  for group in groups: {
    parent: product
    name: group.name
  }
]

resource productPolicy 'Microsoft.ApiManagement/service/products/policies@2025-09-01-preview' = if (policy != null) {
  parent: product
  name: 'policy'
  properties: { format: 'rawxml', value: policy! }
}
