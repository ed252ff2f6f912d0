variable "project" {
  description = "Id of the project that has the workload identity pool."
  type        = string
}

variable "tenant_id" {
  description = "Id of the tenant of Entra ID that issues the function app's tokens."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.tenant_id))
    error_message = "It is a GUID in lower case."
  }
}

variable "audience" {
  description = "Client id of the registration of the federation: the output googleAudience of infra/azure."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.audience))
    error_message = "It is a GUID in lower case."
  }
}

variable "subject" {
  description = "Object id of the function app's managed identity: the output googleSubject of infra/azure."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subject))
    error_message = "It is a GUID in lower case."
  }
}

variable "other_subjects" {
  description = "Object ids of the function apps' identities in other regions: the outputs googleSubject of their deployments."
  type        = set(string)
  default     = []
}

variable "pool" {
  description = "Id of the workload identity pool."
  type        = string
  default     = "azure"
}

variable "provider_id" {
  description = "Id of the pool's provider."
  type        = string
  default     = "entra"
}

variable "model_projects" {
  description = "Ids of the projects whose models and endpoints the gateway serves: those of governance/catalog.yaml."
  type        = set(string)

  validation {
    condition     = length(var.model_projects) > 0
    error_message = "The gateway serves models of one project at least."
  }
}

variable "narrow_role" {
  description = "True to grant a role of the permissions that the gateway's operations need, in place of roles/aiplatform.user."
  type        = bool
  default     = true
}

variable "service_account" {
  description = "Name of a service account to impersonate, which the gateway then calls Vertex AI as. Access is direct if it is empty."
  type        = string
  default     = ""
}

variable "notification_emails" {
  description = "Email addresses of the operators who are told when tokens are refused."
  type        = list(string)
  default     = []
}

variable "model_armor_locations" {
  description = "Locations in which Model Armor screens calls, as services of governance/protection.yaml have them. There is no template if it is empty."
  type        = set(string)
  default     = []
}

variable "screened_projects" {
  description = "Numbers of the projects of model_projects in which Vertex AI itself screens calls by these templates."
  type        = set(string)
  default     = []
}

variable "restrict_organization" {
  description = "True to set the organisation's policies for these projects: allowed locations, and no keys of service accounts."
  type        = bool
  default     = false
}

variable "allowed_locations" {
  description = "Values of the policy gcp.resourceLocations, such as in:eu-locations."
  type        = list(string)
  default     = ["in:eu-locations", "in:us-locations"]
}

variable "access_policy" {
  description = "Number of the organisation's access policy. No perimeter is made if it is empty."
  type        = string
  default     = ""
}

variable "perimeter_projects" {
  description = "Numbers of the projects inside the perimeter: those of model_projects."
  type        = list(string)
  default     = []
}

variable "egress_addresses" {
  description = "Addresses from which the function app calls, with their prefix: the output egressAddress of infra/azure, with /32."
  type        = list(string)
  default     = []
}
