import { invalidBody } from '../errors/invalid-body.ts';
import type { Owner } from '../governance/owners.ts';
import type { BytesPayload, GrantedCall } from '../prediction/prediction.ts';
import { expectOwn } from './own-resource.ts';
import type { NamedCache } from './reach/find-reach.ts';
import { parentName } from './resource-names.ts';
import { SHAPE } from './vertex-shapes.ts';

/**
 * A context cache holds what its owner put into it: whoever names one must reach that owner's things, in the project and
 * location that serve the call. Nothing for a body that names none.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-use
 * @throws GatewayError INVALID_REQUEST for more names than one, or what is no name.
 */
export function fetchNamedCache(
  apiVersion: string,
  [cache, ...more]: readonly NamedCache[],
): Pick<BytesPayload, 'first'> {
  if (!cache) return {};
  if (more.length > 0)
    throw invalidBody(more.map(({ field }) => ({ field, description: 'names a second context cache' })));
  const [, project = '', location = '', id = ''] =
    /^projects\/([^/]+)\/locations\/([^/]+)\/cachedContents\/([^/]+)$/.exec(cache.name) ?? [];
  if (!SHAPE.project.test(project) || !SHAPE.location.test(location) || !SHAPE.cachedContent.test(id))
    throw refuse(cache, 'must be projects/{project}/locations/{location}/cachedContents/{id}');
  return {
    first: {
      request: (call) => {
        if (!call.isHere(project, location))
          throw refuse(
            cache,
            'must be of the project, by its id or its number in the catalog, and of the location that serve the call',
          );
        return { method: 'GET', path: `/${apiVersion}/${parentName(call)}/cachedContents/${id}` };
      },
      check: (answer, call) => {
        expectOwn(answer, 'context cache', ({ displayName }) => {
          const owner = readOwner(displayName);
          return owner !== undefined && call.reaches(owner);
        });
      },
    },
  };
}

/**
 * Google gives context caches no labels; the display name is what their maker can say of them: `{team}/…`, or
 * `{team}+{agent}/…` of what an agent made.
 */
export function writeOwner({ owner: { team, agent } }: GrantedCall, displayName = ''): string {
  return `${team}${agent === undefined ? '' : `+${agent}`}/${displayName}`;
}

export function readOwner(displayName: unknown): Owner | undefined {
  if (typeof displayName !== 'string') return undefined;
  const [, team, agent] = /^([^/+]+)(?:\+([^/+]+))?\//.exec(displayName) ?? [];
  return team === undefined ? undefined : { team, ...(agent !== undefined && { agent }) };
}

function refuse({ field }: NamedCache, description: string) {
  return invalidBody([{ field, description }]);
}
