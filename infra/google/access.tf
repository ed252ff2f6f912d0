# The permissions of the operations that the gateway serves: predictions of models and endpoints, batch prediction jobs and
# context caches. https://cloud.google.com/vertex-ai/docs/general/iam-permissions
resource "google_project_iam_custom_role" "gateway" {
  for_each = var.narrow_role ? var.model_projects : toset([])

  project     = each.value
  role_id     = "vertexAiGateway"
  title       = "Vertex AI gateway"
  description = "Calls models and endpoints, and keeps batch prediction jobs and context caches."
  permissions = [
    "aiplatform.batchPredictionJobs.cancel",
    "aiplatform.batchPredictionJobs.create",
    "aiplatform.batchPredictionJobs.delete",
    "aiplatform.batchPredictionJobs.get",
    "aiplatform.batchPredictionJobs.list",
    "aiplatform.cachedContents.create",
    "aiplatform.cachedContents.delete",
    "aiplatform.cachedContents.get",
    "aiplatform.cachedContents.list",
    "aiplatform.cachedContents.update",
    "aiplatform.endpoints.explain",
    "aiplatform.endpoints.predict",
  ]
}

# One binding in each project: the gateway reaches those of the catalog, and no other.
resource "google_project_iam_member" "gateway" {
  for_each = var.model_projects

  project = each.value
  role    = var.narrow_role ? google_project_iam_custom_role.gateway[each.value].id : "roles/aiplatform.user"
  member  = local.member
}

# A service account has no key; the pool's principal may ask for its tokens.
resource "google_service_account" "gateway" {
  count = var.service_account == "" ? 0 : 1

  project      = var.project
  account_id   = var.service_account
  display_name = "Vertex AI gateway"
}

resource "google_service_account_iam_member" "impersonation" {
  count = var.service_account == "" ? 0 : 1

  service_account_id = google_service_account.gateway[0].name
  role               = "roles/iam.workloadIdentityUser"
  member             = local.principal
}
