metadata description = 'The virtual network: subnets of the edge, the function app and private endpoints, private DNS, and one fixed address for what leaves for Google.'

@description('Prefix of the names of the resources.')
param name string

param location string

param tags object

@description('Address space, /24 or larger. The three subnets are cut from its beginning, /26 each.')
param addressPrefix string

@description('Plan of the function app, which decides whom its subnet is delegated to.')
@allowed(['FlexConsumption', 'ElasticPremium'])
param plan string

@description('Tier of API Management, which decides whom its subnet is delegated to.')
param edgeTier string

@description('How API Management is joined to the network.')
@allowed(['None', 'External', 'Internal'])
param edgeMode string

@description('Resource ids of other networks, such as a hub with its own DNS servers, in which the private names are resolved too.')
param linkedNetworkIds string[]

import { zones } from 'zones.bicep'

/**
 * Flex Consumption runs on Container Apps, which its subnet is delegated to.
 * https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to#enable-virtual-network-integration
 */
var functionsDelegation = plan == 'FlexConsumption' ? 'Microsoft.App/environments' : 'Microsoft.Web/serverFarms'

/**
 * Premium v2 is injected, and Standard v2 integrated; the classic tiers take a subnet without a delegation.
 * https://learn.microsoft.com/azure/api-management/virtual-network-injection-v2
 * https://learn.microsoft.com/azure/api-management/integrate-vnet-outbound
 */
var edgeDelegation = edgeTier == 'PremiumV2'
  ? 'Microsoft.Web/hostingEnvironments'
  : edgeTier == 'StandardV2' ? 'Microsoft.Web/serverFarms' : ''

/** Flows that the classic tiers need: https://learn.microsoft.com/azure/api-management/virtual-network-reference */
var classicFlows = [
  { name: 'management', source: 'ApiManagement', target: 'VirtualNetwork', port: '3443' }
  { name: 'load-balancer', source: 'AzureLoadBalancer', target: 'VirtualNetwork', port: '6390' }
]
var callers = { name: 'callers', source: edgeMode == 'Internal' ? 'VirtualNetwork' : 'Internet', target: 'VirtualNetwork', port: '443' }
var inbound = empty(edgeDelegation) ? concat([callers], classicFlows) : [callers]

resource edgeRules 'Microsoft.Network/networkSecurityGroups@2025-07-01' = {
  name: '${name}-edge'
  location: location
  tags: tags
  properties: {
    securityRules: [
      for (flow, index) in inbound: {
        name: flow.name
        properties: {
          priority: 100 + index * 10
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: flow.source
          sourcePortRange: '*'
          destinationAddressPrefix: flow.target
          destinationPortRange: flow.port
        }
      }
    ]
  }
}

/** Nothing reaches the function app through its own subnet; it is for what leaves. */
resource functionsRules 'Microsoft.Network/networkSecurityGroups@2025-07-01' = {
  name: '${name}-functions'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'nothing-comes-in'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'no-plain-http'
        properties: {
          priority: 100
          direction: 'Outbound'
          access: 'Deny'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'Internet'
          destinationPortRange: '80'
        }
      }
    ]
  }
}

resource endpointsRules 'Microsoft.Network/networkSecurityGroups@2025-07-01' = {
  name: '${name}-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'tls-from-the-network'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '443'
        }
      }
      {
        name: 'nothing-else'
        properties: {
          priority: 110
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

/** The one address that calls of Google come from, which an access level of VPC Service Controls can name. */
resource egressAddress 'Microsoft.Network/publicIPAddresses@2025-07-01' = {
  name: '${name}-egress'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource egress 'Microsoft.Network/natGateways@2025-07-01' = {
  name: '${name}-egress'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    idleTimeoutInMinutes: 30
    publicIpAddresses: [{ id: egressAddress.id }]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'edge'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          networkSecurityGroup: { id: edgeRules.id }
          delegations: empty(edgeDelegation)
            ? []
            : [{ name: 'edge', properties: { serviceName: edgeDelegation } }]
        }
      }
      {
        name: 'functions'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          networkSecurityGroup: { id: functionsRules.id }
          natGateway: { id: egress.id }
          delegations: [{ name: 'functions', properties: { serviceName: functionsDelegation } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 2)
          networkSecurityGroup: { id: endpointsRules.id }
          privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
        }
      }
    ]
  }
}

module names 'private-names.bicep' = [
  for zone in items(zones): {
    params: {
      zoneName: zone.value
      networkIds: concat([network.id], linkedNetworkIds)
      tags: tags
    }
  }
]

@description('The address from which Google is called.')
output egressAddress string = egressAddress.properties.ipAddress
