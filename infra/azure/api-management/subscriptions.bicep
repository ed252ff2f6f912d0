metadata description = 'APIM subscriptions of applications. Their keys are made by API Management, and are in no file and no output.'

param serviceName string

@description('APIM subscriptions, each with its id, display name and product.')
param subscriptions { name: string, displayName: string, product: string }[]

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

/** Each subscription is of a product, which has the limits and access. Holders of its key cannot trace calls. */
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
