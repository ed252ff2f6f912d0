import { GatewayError } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { Owner } from '../governance/owners.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { BytesPayload } from '../prediction/prediction.ts';
import type { ToolField } from './check-tools.ts';
import { expectOwn } from './own-resource.ts';
import type { NamedCache } from './reach/reach.ts';
import { parentName } from './resource-names.ts';
import { NAME_PATTERNS } from './name-patterns.ts';

/**
 * Returns the part of a payload that fetches the context cache a body names, before the call itself. Its `check` lets
 * the call go on only where the caller reaches the cache's owner, and where residency lets the cache's tools have the
 * caller's prompt. The cache must be in the project and location that serve the call.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-use
 * @returns an empty object for a body that names no cache.
 * @throws GatewayError INVALID_REQUEST for a second name, or for a text that is no name of a cache. `check` throws
 * RESOURCE_NOT_FOUND and TOOL_NOT_ALLOWED.
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
          const mark = readMark(displayName);
          if (mark === undefined || !call.reaches(mark.owner)) return false;
          if (!call.maySendTo(mark.destinations)) throw outsideResidency(cache);
          return true;
        });
      },
    },
  };
}

/** The text that the gateway writes in front of a context cache's display name. Context caches have no labels. */
interface Mark {
  readonly owner: Owner;
  /** The locations besides the cache's own in which its tools work on prompts, as `listDestinations` names them. */
  readonly destinations: readonly string[];
}

/**
 * Writes the mark in front of a display name: `{team}/…`, or `{team}+{agent}@{location},{location}/…` for an agent's cache
 * with tools that work elsewhere.
 */
export function writeMark(call: AuthorizedCall, tools: readonly ToolField[], displayName = ''): string {
  const { team, agent } = call.owner;
  const destinations = new Set(
    tools.flatMap(({ tool, sources = [] }) =>
      call.listDestinations(
        tool,
        sources.map(({ name }) => name),
      ),
    ),
  );
  const elsewhere = destinations.size === 0 ? '' : `@${[...destinations].join()}`;
  return `${team}${agent === undefined ? '' : `+${agent}`}${elsewhere}/${displayName}`;
}

/** Reads the mark that `writeMark` wrote; undefined for a display name without one. */
export function readMark(displayName: unknown): Mark | undefined {
  if (typeof displayName !== 'string') return undefined;
  const [, team, agent, elsewhere] = /^([^/+@]+)(?:\+([^/+@]+))?(?:@([^/@]+))?\//.exec(displayName) ?? [];
  if (team === undefined) return undefined;
  return {
    owner: { team, ...(agent !== undefined && { agent }) },
    destinations: elsewhere?.split(',') ?? [],
  };
}

function outsideResidency({ field }: NamedCache): GatewayError {
  const description =
    'names a context cache with a tool that does not stay in the locations of your residency rules';
  return new GatewayError(
    'TOOL_NOT_ALLOWED',
    `The member ${field} of the body ${description}. Use a cache without that tool.`,
    { violations: [{ field, description }] },
  );
}

function refuse({ field }: NamedCache, description: string) {
  return invalidBody([{ field, description }]);
}
