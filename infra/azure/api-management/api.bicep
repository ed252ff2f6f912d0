metadata description = 'One API: its operations as its OpenAPI document has them, and its policies.'

param serviceName string
param id string

@description('Properties of the API, from apiInformation.json.')
param information { properties: object }

@description('OpenAPI document of the API. It is an object, because its text is too long for loadTextContent.')
param specification object

@description('Policy of the API, as raw XML.')
param policy string

@description('Policies of single operations, as raw XML.')
param operationPolicies { operation: string, policy: string }[] = []

param authorizationServer string

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

resource api 'Microsoft.ApiManagement/service/apis@2025-09-01-preview' = {
  parent: service
  name: id
  properties: any(union(information.properties, {
    format: 'openapi+json'
    value: string(specification)
    authenticationSettings: {
      oAuth2AuthenticationSettings: [{ authorizationServerId: authorizationServer }]
    }
  }))
}

resource apiPolicy 'Microsoft.ApiManagement/service/apis/policies@2025-09-01-preview' = {
  parent: api
  name: 'policy'
  properties: { format: 'rawxml', value: policy }
}

resource operations 'Microsoft.ApiManagement/service/apis/operations@2025-09-01-preview' existing = [
  for one in operationPolicies: {
    parent: api
    name: one.operation
  }
]

resource policiesOfOperations 'Microsoft.ApiManagement/service/apis/operations/policies@2025-09-01-preview' = [
  for (one, index) in operationPolicies: {
    parent: operations[index]
    name: 'policy'
    properties: { format: 'rawxml', value: one.policy }
  }
]
