metadata description = 'The questions of auditors as saved queries. They are asked of Application Insights, whose tables they name.'

param name string
param location string

@description('Id, title and text of each query.')
param questions { id: string, title: string, body: string }[]

/** https://learn.microsoft.com/azure/azure-monitor/logs/query-packs */
resource pack 'Microsoft.OperationalInsights/queryPacks@2025-07-01' = {
  name: name
  location: location
  properties: {}
}

/** The names of saved queries are GUIDs. */
resource queries 'Microsoft.OperationalInsights/queryPacks/queries@2025-07-01' = [
  for question in questions: {
    parent: pack
    name: guid(pack.id, question.id)
    properties: {
      displayName: question.title
      body: question.body
      related: {
        categories: ['audit']
        resourceTypes: ['microsoft.insights/components']
      }
      tags: { labels: ['audit'] }
    }
  }
]
