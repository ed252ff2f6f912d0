import type { GrantedCall } from '../prediction/prediction.ts';

type Place = Pick<GrantedCall, 'project' | 'location'>;

/** `projects/…/locations/…`, from parts whose form is checked. */
export function parentName({ project, location }: Place): string {
  return `projects/${project}/locations/${location}`;
}

/** The full name of the endpoint or the publisher's model that a call reaches; of a call on no one of them, its parent. */
export function resourceName(call: Pick<GrantedCall, 'project' | 'location' | 'resource'>): string {
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
