metadata description = 'The private DNS zones of the services that have private endpoints.'

/** https://learn.microsoft.com/azure/private-link/private-endpoint-dns */
@export()
var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink.vaultcore.azure.net'
  sites: 'privatelink.azurewebsites.net'
  monitor: 'privatelink.monitor.azure.com'
  monitorQueries: 'privatelink.oms.opinsights.azure.com'
  monitorIngestion: 'privatelink.ods.opinsights.azure.com'
  monitorAgents: 'privatelink.agentsvc.azure-automation.net'
}
