metadata description = 'One address in front of the gateways of several regions. It keeps no answer, and sends calls on by TLS alone.'

@description('Name of the profile. The address begins with it, and Azure adds a hash to it.')
param name string

param tags object

@description('Gateways of all regions, with a priority from 1 to 5. Calls go to the lowest priority that answers; of equal ones, to the nearest.')
param gateways { hostName: string, priority: int }[]

@description('Log Analytics workspace that receives which region was probed and how.')
param workspaceId string

resource profile 'Microsoft.Cdn/profiles@2025-06-01' = {
  name: name
  location: 'global'
  tags: tags
  sku: { name: 'Standard_AzureFrontDoor' }
  properties: {
    // The longest that there is. A stream sends bytes more often.
    originResponseTimeoutSeconds: 240
  }
}

resource endpoint 'Microsoft.Cdn/profiles/afdEndpoints@2025-06-01' = {
  parent: profile
  name: name
  location: 'global'
  tags: tags
  properties: { enabledState: 'Enabled' }
}

/** https://learn.microsoft.com/azure/api-management/front-door-api-management#update-default-origin-group */
resource regions 'Microsoft.Cdn/profiles/originGroups@2025-06-01' = {
  parent: profile
  name: 'gateways'
  properties: {
    loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 3, additionalLatencyInMilliseconds: 50 }
    healthProbeSettings: {
      probePath: '/status-0123456789abcdef'
      probeRequestType: 'GET'
      probeProtocol: 'Https'
      probeIntervalInSeconds: 30
    }
    sessionAffinityState: 'Disabled'
  }
}

resource origins 'Microsoft.Cdn/profiles/originGroups/origins@2025-06-01' = [
  for gateway in gateways: {
    parent: regions
    name: replace(gateway.hostName, '.', '-')
    properties: {
      hostName: gateway.hostName
      originHostHeader: gateway.hostName
      httpsPort: 443
      priority: gateway.priority
      weight: 500
      enabledState: 'Enabled'
      enforceCertificateNameCheck: true
    }
  }
]

resource route 'Microsoft.Cdn/profiles/afdEndpoints/routes@2025-06-01' = {
  parent: endpoint
  name: 'calls'
  properties: {
    originGroup: { id: regions.id }
    patternsToMatch: ['/*']
    supportedProtocols: ['Https']
    httpsRedirect: 'Disabled'
    forwardingProtocol: 'HttpsOnly'
    linkToDefaultDomain: 'Enabled'
    enabledState: 'Enabled'
  }
  dependsOn: [origins]
}

#disable-next-line use-recent-api-versions // The newest stable version has no settings of workspaces.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: profile
  name: 'probes'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'FrontDoorHealthProbeLog', enabled: true }]
  }
}

@description('The address of the gateway in all regions.')
output url string = 'https://${endpoint.properties.hostName}'
