import { invalidBody } from '../errors/invalid-body.ts';
import type { Owner } from '../governance/owners.ts';
import type { BytesPayload, GrantedCall } from '../prediction/prediction.ts';
import { formatPath } from '../errors/format-path.ts';
import type { JsonValue } from '../json/json-value.ts';
import { expectOwn } from './own-resource.ts';
import { parentName } from './resource-names.ts';
import { SHAPE } from './vertex-shapes.ts';

/** Where bodies name a context cache: Gemini's, and chat completions with what Google adds to them. */
const PLACES = [[], ['google'], ['extra_body', 'google'], ['extraBody', 'google']] as const;
const NAMES = ['cachedContent', 'cached_content'] as const;
/** Longer than any name of Vertex AI. */
const MAXIMUM_NAME_BYTES = 2_048;

interface NamedCache {
  readonly field: string;
  readonly name: string;
}

/**
 * A context cache holds what its owner put into it: whoever names one must reach that owner's things, in the project and
 * location that serve the call. Nothing for a body that names none.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-use
 * @throws GatewayError INVALID_REQUEST for more names than one, or what is no name.
 */
export function fetchNamedCache(
  apiVersion: string,
  body: JsonValue | undefined,
): Pick<BytesPayload, 'first'> {
  const [cache, ...more] = findNames(body);
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

function findNames(body: JsonValue | undefined): NamedCache[] {
  return PLACES.flatMap((place) => {
    const holder = place.reduce<JsonValue | undefined>((at, part) => at?.member(part), body);
    return NAMES.flatMap((name) => {
      const value = holder?.member(name);
      if (!value) return [];
      const field = formatPath([...place, name]);
      if (value.kind !== 'string') throw invalidBody([{ field, description: 'must be a text' }]);
      return { field, name: value.readText(MAXIMUM_NAME_BYTES) ?? '' };
    });
  });
}

function refuse({ field }: NamedCache, description: string) {
  return invalidBody([{ field, description }]);
}
