metadata description = 'Every product that apim/products has, as the governance documents say.'

param serviceName string

module open 'product.bicep' = {
  params: {
    serviceName: serviceName
    id: 'open'
    information: loadJsonContent('../../../apim/products/open/productInformation.json')
    apis: loadJsonContent('../../../apim/products/open/apis.json')
    groups: []
  }
}

module production 'product.bicep' = {
  params: {
    serviceName: serviceName
    id: 'production'
    information: loadJsonContent('../../../apim/products/production/productInformation.json')
    apis: loadJsonContent('../../../apim/products/production/apis.json')
    groups: loadJsonContent('../../../apim/products/production/groups.json')
    policy: loadTextContent('../../../apim/products/production/policy.xml')
  }
}

module sandbox 'product.bicep' = {
  params: {
    serviceName: serviceName
    id: 'sandbox'
    information: loadJsonContent('../../../apim/products/sandbox/productInformation.json')
    apis: loadJsonContent('../../../apim/products/sandbox/apis.json')
    groups: loadJsonContent('../../../apim/products/sandbox/groups.json')
    policy: loadTextContent('../../../apim/products/sandbox/policy.xml')
  }
}
