metadata description = 'Where traces and records of the edge go. No body, no query and no header of a call is logged.'

param serviceName string

var logger = loadJsonContent('../../../apim/loggers/application-insights/loggerInformation.json')
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
