metadata description = 'Named values: secrets come from Key Vault, the others from the deployment.'

param serviceName string
param keyVaultName string

@description('Values of named values by name, without secrets. A named value without a value here is not deployed.')
param namedValues object

var definitions = [
  loadJsonContent('../../../apim/named-values/application-insights-connection-string/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/developer-portal-client-id/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/developer-portal-url/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/function-app-url/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/functions-audience/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/gateway-audience/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/gateway-loopback-url/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/gateway-url/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/okta-issuer/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/okta-openid-configuration/namedValueInformation.json').properties
  loadJsonContent('../../../apim/named-values/tenant-id/namedValueInformation.json').properties
]

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

/** Without a version in its identifier, a secret that is renewed is read again within four hours. */
resource values 'Microsoft.ApiManagement/service/namedValues@2025-09-01-preview' = [
  for definition in filter(definitions, one => one.secret || contains(namedValues, one.displayName)): {
    parent: service
    name: definition.displayName
    properties: union(
      { displayName: definition.displayName, secret: definition.secret, tags: definition.tags },
      definition.secret
        ? {
            keyVault: {
              secretIdentifier: 'https://${keyVaultName}${environment().suffixes.keyvaultDns}/secrets/${definition.displayName}'
            }
          }
        : { value: namedValues[definition.displayName] }
    )
  }
]
