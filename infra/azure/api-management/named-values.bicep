metadata description = 'Named values, which come from the deployment. None is a secret.'

param serviceName string

@description('Values of named values by name. A named value without a value here is not deployed.')
param namedValues object

var definitions = [
  loadJsonContent('../../../apim/named-values/application-insights-connection-string/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/developer-portal-client-id/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/developer-portal-url/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/function-app-url/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/edge-client-id/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/functions-audience/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/gateway-audience/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/gateway-loopback-url/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/gateway-url/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/okta-issuer/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/okta-openid-configuration/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/tenant-id/namedValueInformation.json').properties
]

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

resource values 'Microsoft.ApiManagement/service/namedValues@2025-09-01-preview' = [
  for definition in filter(definitions, one => contains(namedValues, one.displayName)): {
    parent: service
    name: definition.displayName
    properties: {
      displayName: definition.displayName
      secret: definition.secret
      tags: definition.tags
      value: namedValues[definition.displayName]
    }
  }
]
