metadata description = 'Policy fragments, and the global policy that includes them.'

param serviceName string

var fragments = [
  {
    name: 'authenticate'
    information: loadJsonContent('../../../apim/policy-fragments/authenticate/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/authenticate/policy.xml')
  }
  {
    name: 'bound-head'
    information: loadJsonContent('../../../apim/policy-fragments/bound-head/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/bound-head/policy.xml')
  }
  {
    name: 'drop-reserved-headers'
    information: loadJsonContent('../../../apim/policy-fragments/drop-reserved-headers/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/drop-reserved-headers/policy.xml')
  }
  {
    name: 'error-in-dialect'
    information: loadJsonContent('../../../apim/policy-fragments/error-in-dialect/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/error-in-dialect/policy.xml')
  }
  {
    name: 'identify-caller'
    information: loadJsonContent('../../../apim/policy-fragments/identify-caller/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/identify-caller/policy.xml')
  }
  {
    name: 'keep-in-cache'
    information: loadJsonContent('../../../apim/policy-fragments/keep-in-cache/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/keep-in-cache/policy.xml')
  }
  {
    name: 'match-application'
    information: loadJsonContent('../../../apim/policy-fragments/match-application/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/match-application/policy.xml')
  }
  {
    name: 'name-error'
    information: loadJsonContent('../../../apim/policy-fragments/name-error/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/name-error/policy.xml')
  }
  {
    name: 'record-denial'
    information: loadJsonContent('../../../apim/policy-fragments/record-denial/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/record-denial/policy.xml')
  }
  {
    name: 'replace-host-answer'
    information: loadJsonContent('../../../apim/policy-fragments/replace-host-answer/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/replace-host-answer/policy.xml')
  }
  {
    name: 'require-subscription'
    information: loadJsonContent('../../../apim/policy-fragments/require-subscription/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/require-subscription/policy.xml')
  }
  {
    name: 'residency'
    information: loadJsonContent('../../../apim/policy-fragments/residency/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/residency/policy.xml')
  }
  {
    name: 'security-headers'
    information: loadJsonContent('../../../apim/policy-fragments/security-headers/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/security-headers/policy.xml')
  }
  {
    name: 'stamp-identity'
    information: loadJsonContent('../../../apim/policy-fragments/stamp-identity/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/stamp-identity/policy.xml')
  }
  {
    name: 'tell-limits'
    information: loadJsonContent('../../../apim/policy-fragments/tell-limits/policyFragmentInformation.json')
    policy: loadTextContent('../../../apim/policy-fragments/tell-limits/policy.xml')
  }
]

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = { name: serviceName }

resource policyFragments 'Microsoft.ApiManagement/service/policyFragments@2025-09-01-preview' = [
  for fragment in fragments: {
    parent: service
    name: fragment.name
    properties: {
      description: fragment.information.properties.description
      format: 'rawxml'
      value: fragment.policy
    }
  }
]

resource policy 'Microsoft.ApiManagement/service/policies@2025-09-01-preview' = {
  parent: service
  name: 'policy'
  properties: {
    format: 'rawxml'
    value: loadTextContent('../../../apim/policy.xml')
  }
  dependsOn: [policyFragments]
}
