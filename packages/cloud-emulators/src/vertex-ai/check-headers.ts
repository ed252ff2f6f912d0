import { errorInfo, GoogleError } from './google-error.ts';
import type { RestCall } from './rest-operation.ts';
import { isSampleProject } from './sample-resources.ts';

const SERVICE = 'aiplatform.googleapis.com';

/**
 * Checks the headers that Google's front end checks before the method gets the call. It refuses every API key, since
 * the sample project has none, and every quota project except the sample project.
 * Source: https://cloud.google.com/apis/docs/system-parameters and the errors in README.md
 * @throws GoogleError INVALID_ARGUMENT, PERMISSION_DENIED
 */
export function checkHeaders({ headers, route }: RestCall): void {
  if (headers['x-goog-api-key'] !== undefined || route.query.has('key')) {
    throw new GoogleError('INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
      errorInfo('API_KEY_INVALID', 'googleapis.com', { service: SERVICE }),
    ]);
  }
  const project = headers['x-goog-user-project'] ?? route.query.get('$userProject') ?? undefined;
  if (project === undefined || isSampleProject(String(project))) return;
  throw new GoogleError(
    'PERMISSION_DENIED',
    `Caller does not have required permission to use project ${String(project)}. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission, by visiting https://console.developers.google.com/iam-admin/iam/project?project=${String(project)} and then retry. Propagation of the new permission may take a few minutes.`,
    [
      errorInfo('USER_PROJECT_DENIED', 'googleapis.com', {
        consumer: `projects/${String(project)}`,
        service: SERVICE,
      }),
    ],
  );
}
