metadata description = 'Alerts on the audit trail: what must not go unnoticed.'

param name string
param location string
param applicationInsightsId string
param actionGroupIds string[]
param denialsPerQuarterHour int
param findingsPerQuarterHour int
param backlogInMinutes int

/** The beginning of the queries of records, which names them `records`. */
var records = loadTextContent('records.kql')

/**
 * Severity 0 is the gravest. A measure is a column of the query. Without one, the rows are counted; no row counts as 0.
 * https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-types#log-alerts
 */
var rules = [
  {
    id: 'denial-spike'
    title: 'Many calls of one application are denied'
    severity: 2
    query: '${records}${loadTextContent('alerts/denial-spike.kql')}'
    measure: { metricMeasureColumn: 'denials' }
    aggregation: 'Total'
    operator: 'GreaterThanOrEqual'
    threshold: denialsPerQuarterHour
    dimensions: [{ name: 'applicationId', operator: 'Include', values: ['*'] }]
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    id: 'finding-spike'
    title: 'Much that must not leave is in the calls of one application'
    severity: 2
    query: '${records}${loadTextContent('alerts/finding-spike.kql')}'
    measure: { metricMeasureColumn: 'found' }
    aggregation: 'Total'
    operator: 'GreaterThanOrEqual'
    threshold: findingsPerQuarterHour
    dimensions: [{ name: 'applicationId', operator: 'Include', values: ['*'] }]
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    id: 'unshipped-backlog'
    title: 'Records wait for Application Insights'
    severity: 2
    query: loadTextContent('alerts/unshipped-backlog.kql')
    measure: { metricMeasureColumn: 'oldestAgeInMs' }
    aggregation: 'Minimum'
    operator: 'GreaterThan'
    threshold: backlogInMinutes * 60000
    dimensions: []
    every: 'PT5M'
    window: 'PT5M'
  }
  {
    id: 'silent-sweep'
    title: 'Nothing watches the ledger'
    severity: 1
    query: loadTextContent('alerts/silent-sweep.kql')
    measure: {}
    aggregation: 'Count'
    operator: 'LessThan'
    threshold: 1
    dimensions: []
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    id: 'unwitnessed-log'
    title: 'The transparency log or its witness gets no heads'
    severity: 1
    query: loadTextContent('alerts/unwitnessed-log.kql')
    measure: { metricMeasureColumn: 'unreached' }
    aggregation: 'Minimum'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: []
    every: 'PT5M'
    window: 'PT30M'
  }
  {
    id: 'ledger-unwritable'
    title: 'Calls are refused because they cannot be put on record'
    severity: 1
    query: '${records}${loadTextContent('alerts/ledger-unwritable.kql')}'
    measure: {}
    aggregation: 'Count'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: []
    every: 'PT5M'
    window: 'PT5M'
  }
  {
    id: 'verification-failure'
    title: 'The ledger was tampered with'
    severity: 0
    query: loadTextContent('alerts/verification-failure.kql')
    measure: {}
    aggregation: 'Count'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: []
    every: 'PT5M'
    window: 'PT10M'
  }
  {
    id: 'unvouched-chains'
    title: 'Entries of the ledger are not vouched for'
    severity: 1
    query: loadTextContent('alerts/unvouched-chains.kql')
    measure: {}
    aggregation: 'Count'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: []
    every: 'PT5M'
    window: 'PT5M'
  }
  {
    id: 'missing-records'
    title: 'Calls have no record'
    severity: 1
    query: loadTextContent('alerts/missing-records.kql')
    measure: {}
    aggregation: 'Count'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: []
    every: 'PT15M'
    window: 'PT1H'
  }
]

/** https://learn.microsoft.com/azure/templates/microsoft.insights/scheduledqueryrules */
resource alerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: '${name}-${rule.id}'
    location: location
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: 'See docs/audit.md, Alerts.'
      severity: rule.severity
      enabled: true
      scopes: [applicationInsightsId]
      targetResourceTypes: ['microsoft.insights/components']
      evaluationFrequency: rule.every
      windowSize: rule.window
      // The alert stays active until a person resolves it: tampering does not end by itself.
      autoMitigate: rule.severity > 0
      criteria: {
        allOf: [
          union(rule.measure, {
            query: rule.query
            timeAggregation: rule.aggregation
            operator: rule.operator
            threshold: rule.threshold
            dimensions: rule.dimensions
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          })
        ]
      }
      actions: { actionGroups: actionGroupIds }
    }
  }
]
