# VPC Service Controls: Vertex AI of these projects answers nobody outside but the gateway, from its own addresses.
# https://cloud.google.com/vpc-service-controls/docs/ingress-egress-rules
resource "google_access_context_manager_access_level" "gateway" {
  count = var.access_policy == "" ? 0 : 1

  parent = "accessPolicies/${var.access_policy}"
  name   = "accessPolicies/${var.access_policy}/accessLevels/vertexAiGateway"
  title  = "vertexAiGateway"

  basic {
    conditions {
      ip_subnetworks = var.egress_addresses
    }
  }
}

resource "google_access_context_manager_service_perimeter" "vertex_ai" {
  count = var.access_policy == "" ? 0 : 1

  parent = "accessPolicies/${var.access_policy}"
  name   = "accessPolicies/${var.access_policy}/servicePerimeters/vertexAi"
  title  = "vertexAi"

  status {
    resources           = [for number in var.perimeter_projects : "projects/${number}"]
    restricted_services = ["aiplatform.googleapis.com"]

    ingress_policies {
      ingress_from {
        identities = [local.member]

        sources {
          access_level = google_access_context_manager_access_level.gateway[0].name
        }
      }

      ingress_to {
        resources = ["*"]

        operations {
          service_name = "aiplatform.googleapis.com"

          method_selectors {
            method = "*"
          }
        }
      }
    }
  }
}
