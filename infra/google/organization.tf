# https://cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints
locals {
  restricted_projects = var.restrict_organization ? setunion(var.model_projects, [var.project]) : toset([])
}

resource "google_org_policy_policy" "locations" {
  for_each = local.restricted_projects

  name   = "projects/${each.value}/policies/gcp.resourceLocations"
  parent = "projects/${each.value}"

  spec {
    rules {
      values {
        allowed_values = var.allowed_locations
      }
    }
  }
}

resource "google_org_policy_policy" "no_keys" {
  for_each = local.restricted_projects

  name   = "projects/${each.value}/policies/iam.disableServiceAccountKeyCreation"
  parent = "projects/${each.value}"

  spec {
    rules {
      enforce = "TRUE"
    }
  }
}

resource "google_org_policy_policy" "no_uploaded_keys" {
  for_each = local.restricted_projects

  name   = "projects/${each.value}/policies/iam.disableServiceAccountKeyUpload"
  parent = "projects/${each.value}"

  spec {
    rules {
      enforce = "TRUE"
    }
  }
}
