terraform {
  required_version = ">= 1.9"

  # The bucket and the prefix of the state are given to terraform init.
  backend "gcs" {}

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
}

provider "google" {
  project = var.project
}
