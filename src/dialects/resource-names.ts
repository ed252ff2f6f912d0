import type { AuthorizedCall } from '../governance/decide.ts';

type Place = Pick<AuthorizedCall, 'project' | 'location'>;

/** Writes `projects/{project}/locations/{location}`, from parts whose form is already checked. */
export function parentName({ project, location }: Place): string {
  return `projects/${project}/locations/${location}`;
}

/** Writes the full name of the call's endpoint or publisher model; the parent's name for a call on a whole collection. */
export function resourceName(call: Pick<AuthorizedCall, 'project' | 'location' | 'resource'>): string {
  const { resource } = call;
  switch (resource.kind) {
    case 'endpoint':
      return `${parentName(call)}/endpoints/${resource.endpoint}`;
    case 'model':
      return `${parentName(call)}/publishers/${resource.publisher}/models/${resource.model}`;
    case 'any':
      return parentName(call);
  }
}
