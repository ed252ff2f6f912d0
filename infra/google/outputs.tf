output "pool_provider" {
  description = "The parameter googlePoolProvider of infra/azure, and the setting GOOGLE_POOL_PROVIDER_AUDIENCE."
  value       = "//iam.googleapis.com/${google_iam_workload_identity_pool_provider.entra.name}"
}

output "service_account" {
  description = "The parameter googleServiceAccount of infra/azure; empty where access is direct."
  value       = var.service_account == "" ? "" : google_service_account.gateway[0].email
}
