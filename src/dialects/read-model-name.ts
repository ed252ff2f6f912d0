import type { CallTarget, ModelResource } from '../governance/call-target.ts';
import { NAME_PATTERNS } from './name-patterns.ts';

/** The resource that the `model` of a body names, and the project and location if the name has them. */
export interface NamedModel {
  readonly project?: string;
  readonly location?: string;
  readonly resource: CallTarget['resource'];
}

/**
 * Reads a model's name in the forms that bodies on Vertex AI have: `publishers/{p}/models/{m}` and `endpoints/{e}`, each
 * also after `projects/{p}/locations/{l}/`; `{publisher}/{model}`; `models/{m}`; or a name alone.
 * @param publisher the publisher of a name alone; when left out, that is a catalog name or an alias.
 * @returns undefined for any other text. Nothing is percent-decoded.
 */
export function readModelName(name: string, publisher?: string): NamedModel | undefined {
  const parts = name.split('/');
  if (parts[0] !== 'projects') return wrap(readResource(parts, publisher));
  const [, project, locations, location, ...rest] = parts;
  if (locations !== 'locations' || !has('project', project) || !has('location', location)) return undefined;
  const resource = rest.length > 1 && rest[0] !== 'models' ? readResource(rest, publisher) : undefined;
  return resource && { project, location, resource };
}

/** True for a `model` of a body that names the same model, project and location as the path. */
export function namesSameModel(
  name: string | undefined,
  { project, location }: Pick<CallTarget, 'project' | 'location'>,
  { publisher, model }: ModelResource,
): boolean {
  const named = name === undefined ? undefined : readModelName(name, publisher);
  return (
    named?.resource.kind === 'model' &&
    named.resource.publisher === publisher &&
    named.resource.model === model &&
    (named.project ?? project) === project &&
    (named.location ?? location) === location
  );
}

function readResource(
  parts: readonly string[],
  defaultPublisher: string | undefined,
): CallTarget['resource'] | undefined {
  const [first, second, third, fourth] = parts;
  if (parts.length === 1) return readName(first, defaultPublisher);
  if (parts.length === 2 && first === 'models') return readName(second, defaultPublisher);
  if (parts.length === 2 && first === 'endpoints')
    return has('endpoint', second) ? { kind: 'endpoint', endpoint: second } : undefined;
  if (parts.length === 2) return readModel(first, second);
  if (parts.length === 4 && first === 'publishers' && third === 'models') return readModel(second, fourth);
  return undefined;
}

function readModel(publisher: string | undefined, model: string | undefined): ModelResource | undefined {
  return has('publisher', publisher) && has('model', model) ? { kind: 'model', publisher, model } : undefined;
}

function readName(
  name: string | undefined,
  publisher: string | undefined,
): CallTarget['resource'] | undefined {
  if (publisher !== undefined) return readModel(publisher, name);
  return has('name', name) ? { kind: 'name', name } : undefined;
}

function has(part: keyof typeof NAME_PATTERNS, value: string | undefined): value is string {
  return value !== undefined && NAME_PATTERNS[part].test(value);
}

function wrap(resource: CallTarget['resource'] | undefined): NamedModel | undefined {
  return resource && { resource };
}
