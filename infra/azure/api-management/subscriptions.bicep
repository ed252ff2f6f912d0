metadata description = 'APIM subscriptions of applications. Their keys are made by API Management, and are in no file and no output.'

param serviceName string

@description('Whose they are, and of which product.')
param subscriptions { name: string, displayName: string, product: string }[]

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

/** Of a product: limits and access come from there. Calls are traced by nobody who has the key. */
resource apimSubscriptions 'Microsoft.ApiManagement/service/subscriptions@2025-09-01-preview' = [
  for one in subscriptions: {
    parent: service
    name: one.name
    properties: {
      displayName: one.displayName
      scope: '${service.id}/products/${one.product}'
      state: 'active'
      allowTracing: false
    }
  }
]
