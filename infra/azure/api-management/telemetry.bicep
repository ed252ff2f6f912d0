metadata description = 'Where traces and records of the edge go. No body, no query and no header of a call is logged.'

param serviceName string

@description('Values of named values by name. A logger’s client id cannot refer to named values itself.')
param namedValues object

import { resolve } from 'resolve.bicep'

var logger = json(resolve(
  loadTextContent('../../../apim/loggers/application-insights/loggerInformation.json'),
  { 'edge-client-id': namedValues['edge-client-id'] }
))
var diagnostic = loadJsonContent('../../../apim/diagnostics/applicationinsights/diagnosticInformation.json')

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

resource applicationInsights 'Microsoft.ApiManagement/service/loggers@2025-09-01-preview' = {
  parent: service
  name: 'application-insights'
  properties: logger.properties
}

resource everyApi 'Microsoft.ApiManagement/service/diagnostics@2025-09-01-preview' = {
  parent: service
  name: 'applicationinsights'
  properties: union(diagnostic.properties, { loggerId: applicationInsights.id })
}
