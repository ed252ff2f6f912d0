metadata description = 'What an auditor asks first, as saved queries and as a workbook, and alerts on the audit trail itself.'

param location string = resourceGroup().location

@description('Application Insights in this resource group, which has the records.')
param applicationInsightsName string

@description('Prefix of the names of the new resources.')
param name string = 'vertex-gateway-audit'

@description('Ids of the action groups that alerts notify.')
param actionGroupIds string[]

@description('Number of denials of one application in a quarter of an hour from which an alert fires.')
@minValue(1)
param denialsPerQuarterHour int = 50

@description('Number of values that are blocked or redacted in the calls of one application in a quarter of an hour from which an alert fires.')
@minValue(1)
param findingsPerQuarterHour int = 200

@description('Age of the oldest unshipped entry above which an alert fires, in minutes.')
@minValue(2)
param backlogInMinutes int = 15

@description('Object ids of auditors and custodians, or of their groups. They may query the records and verify the ledger.')
param readerPrincipalIds string[] = []

@description('Kind of principal of the object ids.')
@allowed(['Group', 'User', 'ServicePrincipal'])
param peopleType string = 'Group'

@description('Name of the function app’s managed identity, which is in this resource group.')
param functionAppIdentityName string

@description('True to assign the roles; false if they are assigned elsewhere.')
param assignRoles bool = true

resource appIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: functionAppIdentityName
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor */
var monitoringReader = '43d0d8ad-25c7-4714-9337-8ba259a9fe05'
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

/** The beginning of the queries of records, which names them `records`. */
var records = loadTextContent('records.kql')

/** The queries are in the order of docs/audit.md. */
var questions = [
  {
    id: 'who-used-what-where'
    title: 'Who used what, where?'
    body: '${records}${loadTextContent('queries/who-used-what-where.kql')}'
  }
  {
    id: 'denials-and-why'
    title: 'Which calls were denied, and why?'
    body: '${records}${loadTextContent('queries/denials-and-why.kql')}'
  }
  {
    id: 'calls-outside-residency'
    title: 'Was any call let through outside its residency?'
    body: '${records}${loadTextContent('queries/calls-outside-residency.kql')}'
  }
  {
    id: 'top-callers'
    title: 'Who used the most tokens and money?'
    body: '${records}${loadTextContent('queries/top-callers.kql')}'
  }
  {
    id: 'agents-and-whom-for'
    title: 'What did agents do, and for whom?'
    body: '${records}${loadTextContent('queries/agents-and-whom-for.kql')}'
  }
  {
    id: 'records-and-requests'
    title: 'Which requests have no record, and which records no request?'
    body: loadTextContent('queries/records-and-requests.kql')
  }
  {
    id: 'calls-that-did-not-end-well'
    title: 'Which calls failed, broke off, or had their answer withheld?'
    body: '${records}${loadTextContent('queries/calls-that-did-not-end-well.kql')}'
  }
  {
    id: 'strict-calls-and-corrections'
    title: 'Which calls were on record before they were made?'
    body: '${records}${loadTextContent('queries/strict-calls-and-corrections.kql')}'
  }
  {
    id: 'who-leaks-what'
    title: 'Whose calls had personal data or secrets in them?'
    body: '${records}${loadTextContent('queries/who-leaks-what.kql')}'
  }
  {
    id: 'kinds-by-application'
    title: 'Which kinds of values does each application send and get?'
    body: '${records}${loadTextContent('queries/kinds-by-application.kql')}'
  }
  {
    id: 'policy-versions'
    title: 'When did the policy change?'
    body: '${records}${loadTextContent('queries/policy-versions.kql')}'
  }
  {
    id: 'content-and-the-trail'
    title: 'Of what is content kept, and is the trail whole?'
    body: '${records}${loadTextContent('queries/content-and-the-trail.kql')}'
  }
]

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = { name: applicationInsightsName }

resource peopleRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in (assignRoles ? readerPrincipalIds : []): {
    scope: applicationInsights
    name: guid(applicationInsights.id, principalId, monitoringReader)
    properties: {
      principalId: principalId
      principalType: peopleType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringReader)
    }
  }
]

resource appReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: applicationInsights
  name: guid(applicationInsights.id, appIdentity.id, monitoringReader)
  properties: {
    principalId: appIdentity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringReader)
  }
}

resource appWrites 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (assignRoles) {
  scope: applicationInsights
  name: guid(applicationInsights.id, appIdentity.id, monitoringMetricsPublisher)
  properties: {
    principalId: appIdentity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
}

module queryPack 'query-pack.bicep' = {
  params: {
    name: name
    location: location
    questions: questions
  }
}

module workbook 'workbook.bicep' = {
  params: {
    name: name
    location: location
    applicationInsightsId: applicationInsights.id
    questions: questions
  }
}

module alerts 'alerts.bicep' = {
  params: {
    name: name
    location: location
    applicationInsightsId: applicationInsights.id
    actionGroupIds: actionGroupIds
    denialsPerQuarterHour: denialsPerQuarterHour
    findingsPerQuarterHour: findingsPerQuarterHour
    backlogInMinutes: backlogInMinutes
  }
}
