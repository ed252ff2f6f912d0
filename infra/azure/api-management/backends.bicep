metadata description = 'Where the APIs lead: one address of the function app for each.'

param serviceName string

@description('Values of named values by name, for the texts that refer to them.')
param namedValues object

import { resolve } from 'resolve.bicep'

var definitions = {
  anthropic: loadTextContent('../../../apim/backends/anthropic/backendInformation.json')
  gateway: loadTextContent('../../../apim/backends/gateway/backendInformation.json')
  openai: loadTextContent('../../../apim/backends/openai/backendInformation.json')
  vertex: loadTextContent('../../../apim/backends/vertex/backendInformation.json')
}

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

/**
 * The backends have no circuit breaker: the function app answers 503 for one model in one location, and other calls
 * must go on.
 */
resource backends 'Microsoft.ApiManagement/service/backends@2025-09-01-preview' = [
  for definition in items(definitions): {
    parent: service
    name: definition.key
    properties: json(resolve(definition.value, namedValues)).properties
  }
]
