import { invalidBody } from '../errors/invalid-body.ts';
import type { Owner } from '../governance/owners.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { BytesPayload } from '../prediction/prediction.ts';
import { expectOwn } from './own-resource.ts';
import type { NamedCache } from './reach/find-reach.ts';
import { parentName } from './resource-names.ts';
import { NAME_PATTERNS } from './name-patterns.ts';

/**
 * Returns the part of a payload that fetches the context cache a body names, before the call itself. Its `check` lets
 * the call go on only where the caller reaches the cache's owner; the cache must be in the project and location that
 * serve the call.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-use
 * @returns an empty object for a body that names no cache.
 * @throws GatewayError INVALID_REQUEST for a second name, or for a text that is no name of a cache.
 */
export function checkNamedCache(
  apiVersion: string,
  [cache, ...more]: readonly NamedCache[],
): Pick<BytesPayload, 'prerequisite'> {
  if (!cache) return {};
  if (more.length > 0)
    throw invalidBody(
      more.map(({ field }) => ({
        field,
        description: 'must be left out: a call can have one context cache',
      })),
    );
  const [, project = '', location = '', id = ''] =
    /^projects\/([^/]+)\/locations\/([^/]+)\/cachedContents\/([^/]+)$/.exec(cache.name) ?? [];
  if (
    !NAME_PATTERNS.project.test(project) ||
    !NAME_PATTERNS.location.test(location) ||
    !NAME_PATTERNS.cachedContent.test(id)
  )
    throw refuse(cache, 'must be projects/{project}/locations/{location}/cachedContents/{id}');
  return {
    prerequisite: {
      request: (call) => {
        if (!call.isHere(project, location))
          throw refuse(
            cache,
            'must name the project, by its id or its number in the catalog, and the location that serve the call',
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
 * Writes the owner in front of a context cache's display name: `{team}/…`, or `{team}+{agent}/…` for an agent. Context
 * caches have no labels.
 */
export function writeOwner({ owner: { team, agent } }: AuthorizedCall, displayName = ''): string {
  return `${team}${agent === undefined ? '' : `+${agent}`}/${displayName}`;
}

/** Reads the owner that `writeOwner` wrote; undefined for a display name without one. */
export function readOwner(displayName: unknown): Owner | undefined {
  if (typeof displayName !== 'string') return undefined;
  const [, team, agent] = /^([^/+]+)(?:\+([^/+]+))?\//.exec(displayName) ?? [];
  return team === undefined ? undefined : { team, ...(agent !== undefined && { agent }) };
}

function refuse({ field }: NamedCache, description: string) {
  return invalidBody([{ field, description }]);
}
