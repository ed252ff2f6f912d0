metadata description = 'Operations that suit agents, as tools of an MCP server.'

param serviceName string

var agents = loadJsonContent('../../../apim/mcp-servers/agents/mcpServerInformation.json').properties

/** The products whose callers may call operations as tools. The open product is for clients with other headers. */
var products = loadJsonContent('../../../apim/mcp-servers/agents/products.json')

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

/** https://learn.microsoft.com/azure/api-management/manage-mcp-servers-rest-api */
resource mcpServer 'Microsoft.ApiManagement/service/apis@2025-09-01-preview' = {
  parent: service
  name: 'agents'
  properties: {
    displayName: agents.displayName
    description: agents.description
    path: agents.path
    protocols: agents.protocols
    type: agents.type
    subscriptionRequired: agents.subscriptionRequired
    subscriptionKeyParameterNames: agents.subscriptionKeyParameterNames
    mcpProperties: agents.mcpProperties
  }
}

resource tools 'Microsoft.ApiManagement/service/apis/tools@2025-09-01-preview' = [
  for tool in agents.mcpTools: {
    parent: mcpServer
    name: tool.name
    properties: {
      displayName: tool.name
      description: tool.description
      #disable-next-line use-resource-id-functions // The id is part of the document, relative to this service.
      operationId: tool.operationId
    }
  }
]

resource policy 'Microsoft.ApiManagement/service/apis/policies@2025-09-01-preview' = {
  parent: mcpServer
  name: 'policy'
  properties: {
    format: 'rawxml'
    value: loadTextContent('../../../apim/mcp-servers/agents/policy.xml')
  }
}

resource opened 'Microsoft.ApiManagement/service/products/apis@2025-09-01-preview' = [
  for product in products: {
    name: '${serviceName}/${product.name}/${mcpServer.name}'
  }
]
