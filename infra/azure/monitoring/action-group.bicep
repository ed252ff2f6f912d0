metadata description = 'Who is told when an alert fires.'

param name string

param tags object

@description('Email addresses of the operators.')
param emails string[]

/** https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups */
resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'gateway'
    enabled: true
    emailReceivers: [
      for (address, index) in emails: {
        name: 'operator-${index}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

output id string = group.id
