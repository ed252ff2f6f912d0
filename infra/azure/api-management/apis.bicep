metadata description = 'Every API that apim/apis has.'

param serviceName string

@description('Id of the authorization server that people in the developer portal sign in at.')
param authorizationServer string

module anthropic 'api.bicep' = {
  params: {
    serviceName: serviceName
    id: 'anthropic'
    information: loadJsonContent('../../../apim/apis/anthropic/apiInformation.json')
    specification: loadYamlContent('../../../apim/apis/anthropic/specification.yaml')
    policy: loadTextContent('../../../apim/apis/anthropic/policy.xml')
    authorizationServer: authorizationServer
  }
}

module gateway 'api.bicep' = {
  params: {
    serviceName: serviceName
    id: 'gateway'
    information: loadJsonContent('../../../apim/apis/gateway/apiInformation.json')
    specification: loadYamlContent('../../../apim/apis/gateway/specification.yaml')
    policy: loadTextContent('../../../apim/apis/gateway/policy.xml')
    authorizationServer: authorizationServer
  }
}

module openai 'api.bicep' = {
  params: {
    serviceName: serviceName
    id: 'openai'
    information: loadJsonContent('../../../apim/apis/openai/apiInformation.json')
    specification: loadYamlContent('../../../apim/apis/openai/specification.yaml')
    policy: loadTextContent('../../../apim/apis/openai/policy.xml')
    authorizationServer: authorizationServer
  }
}

module vertex 'api.bicep' = {
  params: {
    serviceName: serviceName
    id: 'vertex'
    information: loadJsonContent('../../../apim/apis/vertex/apiInformation.json')
    specification: loadYamlContent('../../../apim/apis/vertex/specification.yaml')
    policy: loadTextContent('../../../apim/apis/vertex/policy.xml')
    operationPolicies: [
      {
        operation: 'bidi-generate-content'
        policy: loadTextContent('../../../apim/apis/vertex/operations/bidi-generate-content/policy.xml')
      }
    ]
    authorizationServer: authorizationServer
  }
}
