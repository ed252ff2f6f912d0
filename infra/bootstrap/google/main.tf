terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
}

variable "project" {
  description = "Id of the project that has the state and the pool of the workflows."
  type        = string
}

variable "location" {
  description = "Location of the bucket of the state."
  type        = string
  default     = "EU"
}

variable "repository" {
  description = "Repository of GitHub: owner/name."
  type        = string
}

variable "repository_owner_id" {
  description = "Number of the repository's owner at GitHub, which no other owner gets by a change of names."
  type        = string
}

provider "google" {
  project = var.project
}

resource "google_storage_bucket" "state" {
  name                        = "${var.project}-terraform-state"
  project                     = var.project
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }
}

resource "google_iam_workload_identity_pool" "github" {
  project                   = var.project
  workload_identity_pool_id = "github"
  display_name              = "GitHub Actions"
}

# https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
resource "google_iam_workload_identity_pool_provider" "github" {
  project                            = var.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.github.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"

  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }
  attribute_condition = "assertion.repository=='${var.repository}' && assertion.repository_owner_id=='${var.repository_owner_id}'"

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account" "deployer" {
  project      = var.project
  account_id   = "vertex-gateway-deployer"
  display_name = "Deploys the Vertex AI gateway"
}

resource "google_service_account_iam_member" "github" {
  service_account_id = google_service_account.deployer.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github.name}/attribute.repository/${var.repository}"
}

# What infra/google changes: services, the pool, roles and bindings, logging and alerts.
resource "google_project_iam_member" "deployer" {
  for_each = toset([
    "roles/iam.roleAdmin",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.workloadIdentityPoolAdmin",
    "roles/logging.configWriter",
    "roles/monitoring.editor",
    "roles/resourcemanager.projectIamAdmin",
    "roles/serviceusage.serviceUsageAdmin",
  ])

  project = var.project
  role    = each.value
  member  = google_service_account.deployer.member
}

resource "google_storage_bucket_iam_member" "deployer" {
  bucket = google_storage_bucket.state.name
  role   = "roles/storage.objectUser"
  member = google_service_account.deployer.member
}

output "provider" {
  description = "The variable GOOGLE_WORKLOAD_IDENTITY_PROVIDER of the workflows."
  value       = google_iam_workload_identity_pool_provider.github.name
}

output "service_account" {
  description = "The variable GOOGLE_SERVICE_ACCOUNT of the workflows."
  value       = google_service_account.deployer.email
}

output "state_bucket" {
  description = "The variable TERRAFORM_STATE_BUCKET of the workflows."
  value       = google_storage_bucket.state.name
}
