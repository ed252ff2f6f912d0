# Templates of Model Armor, one in each location that calls are served in: a template screens calls of its own location alone.
# https://cloud.google.com/security-command-center/docs/manage-model-armor-templates
resource "google_project_service" "model_armor" {
  count = length(var.model_armor_locations) > 0 ? 1 : 0

  project            = var.project
  service            = "modelarmor.googleapis.com"
  disable_on_destroy = false
}

# The gateway counts on all filters: a screening that leaves one out counts as none. Nothing of what is screened is logged.
resource "google_model_armor_template" "strict" {
  for_each = var.model_armor_locations

  project     = var.project
  location    = each.value
  template_id = "strict"

  filter_config {
    pi_and_jailbreak_filter_settings {
      filter_enforcement = "ENABLED"
      confidence_level   = "MEDIUM_AND_ABOVE"
    }

    malicious_uri_filter_settings {
      filter_enforcement = "ENABLED"
    }

    sdp_settings {
      basic_config {
        filter_enforcement = "ENABLED"
      }
    }
  }

  template_metadata {
    enforcement_type                   = "INSPECT_AND_BLOCK"
    ignore_partial_invocation_failures = false
    log_sanitize_operations            = false
    log_template_operations            = true

    multi_language_detection {
      enable_multi_language_detection = true
    }
  }

  depends_on = [google_project_service.model_armor]
}

resource "google_project_iam_member" "model_armor" {
  count = length(var.model_armor_locations) > 0 ? 1 : 0

  project = var.project
  role    = "roles/modelarmor.user"
  member  = local.member
}

# Vertex AI asks for itself where it screens inside a call.
# https://cloud.google.com/security-command-center/docs/model-armor-vertex-integration#before-you-begin
resource "google_project_iam_member" "screening" {
  for_each = var.screened_projects

  project = var.project
  role    = "roles/modelarmor.user"
  member  = "serviceAccount:service-${each.value}@gcp-sa-aiplatform.iam.gserviceaccount.com"
}
