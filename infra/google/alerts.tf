# Exchanges of tokens are data access logs of the Security Token Service, which must be on for it to write them.
# https://cloud.google.com/iam/docs/audit-logging/examples-workload-identity
resource "google_project_iam_audit_config" "token_exchange" {
  project = var.project
  service = "sts.googleapis.com"

  audit_log_config {
    log_type = "DATA_READ"
  }
}

resource "google_logging_metric" "refused_exchanges" {
  project     = var.project
  name        = "gateway/refused-token-exchanges"
  description = "Exchanges of tokens that the pool refused."
  filter      = "protoPayload.serviceName=\"sts.googleapis.com\" AND protoPayload.methodName=\"google.identity.sts.v1.SecurityTokenService.ExchangeToken\" AND severity>=ERROR"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}

resource "google_monitoring_notification_channel" "operators" {
  for_each = toset(var.notification_emails)

  project      = var.project
  display_name = "Operator ${each.value}"
  type         = "email"

  labels = {
    email_address = each.value
  }
}

resource "google_monitoring_alert_policy" "refused_exchanges" {
  project      = var.project
  display_name = "The gateway gets no credentials of Google"
  combiner     = "OR"

  conditions {
    display_name = "Token exchanges are refused"

    condition_threshold {
      filter          = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.refused_exchanges.name}\" AND resource.type=\"audited_resource\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"

      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_COUNT"
      }
    }
  }

  notification_channels = [for channel in google_monitoring_notification_channel.operators : channel.id]

  documentation {
    content   = "See docs/errors.md, TOKEN_EXCHANGE_REJECTED: issuer, audience and condition of the provider, and the token of the function app's identity."
    mime_type = "text/markdown"
  }
}
