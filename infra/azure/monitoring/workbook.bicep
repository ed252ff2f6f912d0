metadata description = 'The questions of auditors on one page of the portal, for any period.'

param name string
param location string
param applicationInsightsId string

@description('Id, title and text of each query.')
param questions { id: string, title: string, body: string }[]

var aboutPeriod = {
  type: 9
  name: 'period'
  content: {
    version: 'KqlParameterItem/1.0'
    style: 'pills'
    queryType: 0
    resourceType: 'microsoft.insights/components'
    parameters: [
      {
        id: guid(applicationInsightsId, 'period')
        version: 'KqlParameterItem/1.0'
        name: 'Period'
        type: 4
        isRequired: true
        value: { durationMs: 604800000 }
        typeSettings: {
          allowCustom: true
          selectableValues: [
            { durationMs: 3600000 }
            { durationMs: 86400000 }
            { durationMs: 604800000 }
            { durationMs: 2592000000 }
            { durationMs: 7776000000 }
          ]
        }
      }
    ]
  }
}

var answers = [
  for question in questions: {
    type: 3
    name: question.id
    content: {
      version: 'KqlItem/1.0'
      title: question.title
      query: question.body
      size: 0
      queryType: 0
      resourceType: 'microsoft.insights/components'
      crossComponentResources: [applicationInsightsId]
      timeContextFromParameter: 'Period'
      visualization: 'table'
      showExportToExcel: true
    }
  }
]

/** https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-automate */
resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, name)
  location: location
  kind: 'shared'
  properties: {
    displayName: name
    category: 'workbook'
    sourceId: applicationInsightsId
    version: 'Notebook/1.0'
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat([aboutPeriod], answers)
      fallbackResourceIds: [applicationInsightsId]
    })
  }
}
