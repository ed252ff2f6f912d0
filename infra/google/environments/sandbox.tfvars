project        = "sample-project"
model_projects = ["sample-project"]
tenant_id      = "11111111-1111-4111-8111-111111111111"
audience       = "f0000003-0000-4000-8000-000000000003"
subject        = "d0000002-0000-4000-8000-000000000002"

notification_emails = ["platform@example.com"]
