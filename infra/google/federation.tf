# https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds
resource "google_iam_workload_identity_pool" "azure" {
  project                   = var.project
  workload_identity_pool_id = var.pool
  display_name              = "Azure"
  description               = "Managed identities of Azure that may call Vertex AI."

  depends_on = [google_project_service.federation]
}

# The condition lets the function apps' identities in: whoever else has a token of the tenant for this audience is refused.
resource "google_iam_workload_identity_pool_provider" "entra" {
  project                            = var.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.azure.workload_identity_pool_id
  workload_identity_pool_provider_id = var.provider_id
  display_name                       = "Entra ID"

  attribute_mapping = {
    "google.subject" = "assertion.sub"
  }
  attribute_condition = local.condition

  oidc {
    issuer_uri        = "https://login.microsoftonline.com/${var.tenant_id}/v2.0"
    allowed_audiences = [var.audience]
  }
}

# Several regions have a function app each. The condition names them all, so that the whole pool is these identities.
locals {
  one_region = length(var.other_subjects) == 0
  condition  = local.one_region ? "assertion.sub=='${var.subject}'" : "assertion.sub in ${jsonencode(setunion([var.subject], var.other_subjects))}"
  pool       = google_iam_workload_identity_pool.azure.name
  principal  = local.one_region ? "principal://iam.googleapis.com/${local.pool}/subject/${var.subject}" : "principalSet://iam.googleapis.com/${local.pool}/*"
  member     = var.service_account == "" ? local.principal : google_service_account.gateway[0].member
}
