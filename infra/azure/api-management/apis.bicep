metadata description = 'Every API that apim/apis has.'

param serviceName string

@description('Id of the authorization server that users of the developer portal sign in with.')
param authorizationServer string

module anthropic 'api.bicep' = {
  params: {
    serviceName: serviceName
    id: 'anthropic'
    information: loadJsonContent('../../../apim/apis/anthropic/apiInformation.json')
    specification: loadJsonContent('../../../apim/apis/anthropic/specification.json')
    policy: loadTextContent('../../../apim/apis/anthropic/policy.xml')
    authorizationServer: authorizationServer
  }
}

module gateway 'api.bicep' = {
  params: {
    serviceName: serviceName
    id: 'gateway'
    information: loadJsonContent('../../../apim/apis/gateway/apiInformation.json')
    specification: loadJsonContent('../../../apim/apis/gateway/specification.json')
    policy: loadTextContent('../../../apim/apis/gateway/policy.xml')
    operationPolicies: [
      {
        operation: 'doctor'
        policy: loadTextContent('../../../apim/apis/gateway/operations/doctor/policy.xml')
      }
    ]
    authorizationServer: authorizationServer
  }
}

module openai 'api.bicep' = {
  params: {
    serviceName: serviceName
    id: 'openai'
    information: loadJsonContent('../../../apim/apis/openai/apiInformation.json')
    specification: loadJsonContent('../../../apim/apis/openai/specification.json')
    policy: loadTextContent('../../../apim/apis/openai/policy.xml')
    authorizationServer: authorizationServer
  }
}

module vertex 'api.bicep' = {
  params: {
    serviceName: serviceName
    id: 'vertex'
    information: loadJsonContent('../../../apim/apis/vertex/apiInformation.json')
    specification: loadJsonContent('../../../apim/apis/vertex/specification.json')
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
