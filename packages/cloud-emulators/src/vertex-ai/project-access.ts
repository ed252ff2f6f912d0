import { errorInfo, GoogleError } from './google-error.ts';

/** Tells why a call at a project is refused: its API is off, or a permission is missing; undefined when it is not. */
export type FindRefusal = (
  principal: string,
  call: { readonly project: string; readonly service: string; readonly permission: string },
) => 'service' | 'permission' | undefined;

/** The rights in the projects that the control surface takes away. */
export interface ProjectAccess {
  /** Projects in which the API is off, by id or number as calls name them. */
  readonly disabledProjects: readonly string[];
  /** The principals with a role such as `roles/aiplatform.user`; everybody when undefined. */
  readonly members: readonly string[] | undefined;
}

const SERVICE = 'aiplatform.googleapis.com';

/**
 * Checks that the API is on in the project, and that the principal has the permission of the method.
 * Sources: https://docs.cloud.google.com/php/docs/reference/common-protos/latest/Api.ErrorReason (SERVICE_DISABLED) and
 * https://cloud.google.com/vertex-ai/docs/general/iam-permissions. The words of both refusals are those that Google was
 * seen to use.
 * @param method the full name of the method, such as `google.cloud.aiplatform.v1.PredictionService.Predict`
 * @param resource the resource's name, without the host of the API
 * @throws GoogleError PERMISSION_DENIED
 */
export function checkProject(
  findRefusal: FindRefusal,
  principal: string,
  method: string,
  resource: string,
): void {
  const project = /^projects\/([^/]+)\//.exec(resource)?.[1];
  if (project === undefined) return;
  const permission = permissionOf(method);
  const refusal = findRefusal(principal, { project, service: SERVICE, permission });
  if (refusal === 'service') throw serviceDisabled(project);
  if (refusal === 'permission') throw permissionDenied(permission, resource);
}

/** Adds what the control surface takes away to the rights that there are. */
export function withProjectAccess(findRefusal: FindRefusal, access: () => ProjectAccess): FindRefusal {
  return (principal, call) => {
    const { disabledProjects, members } = access();
    if (disabledProjects.includes(call.project)) return 'service';
    if (members && !members.includes(principal)) return 'permission';
    return findRefusal(principal, call);
  };
}

function serviceDisabled(project: string): GoogleError {
  const activationUrl = `https://console.developers.google.com/apis/api/${SERVICE}/overview?project=${project}`;
  return new GoogleError(
    'PERMISSION_DENIED',
    `Vertex AI API has not been used in project ${project} before or it is disabled. Enable it by visiting ${activationUrl} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
    [
      errorInfo('SERVICE_DISABLED', 'googleapis.com', {
        service: SERVICE,
        serviceTitle: 'Vertex AI API',
        consumer: `projects/${project}`,
        containerInfo: project,
        activationUrl,
      }),
    ],
  );
}

function permissionDenied(permission: string, resource: string): GoogleError {
  return new GoogleError(
    'PERMISSION_DENIED',
    `Permission '${permission}' denied on resource '//${SERVICE}/${resource}' (or it may not exist).`,
    [errorInfo('IAM_PERMISSION_DENIED', SERVICE, { permission, resource })],
  );
}

/** The permission of a method. Predictions of models and endpoints, in whatever form, are one permission. */
function permissionOf(method: string): string {
  const name = method.slice(method.lastIndexOf('.') + 1);
  const [, verb = '', kind] =
    /^(Create|Get|List|Update|Delete|Cancel)(BatchPredictionJob|CachedContent)s?$/.exec(name) ?? [];
  if (kind !== undefined)
    return `aiplatform.${kind.replace(/^./, (letter) => letter.toLowerCase())}s.${verb.toLowerCase()}`;
  return name === 'Explain' ? 'aiplatform.endpoints.explain' : 'aiplatform.endpoints.predict';
}
