# What the token exchange needs, in the project of the pool.
resource "google_project_service" "federation" {
  for_each = toset(["iam.googleapis.com", "iamcredentials.googleapis.com", "sts.googleapis.com"])

  project            = var.project
  service            = each.value
  disable_on_destroy = false
}

resource "google_project_service" "vertex_ai" {
  for_each = var.model_projects

  project            = each.value
  service            = "aiplatform.googleapis.com"
  disable_on_destroy = false
}
