import type { CallTarget, ModelResource } from '../governance/call-target.ts';
import { SHAPE } from './vertex-shapes.ts';

/** What the `model` of a body names; project and location where it gives them. */
export interface NamedModel {
  readonly project?: string;
  readonly location?: string;
  readonly resource: CallTarget['resource'];
}

/**
 * Reads a model's name as the bodies of Vertex AI give it: `projects/…/locations/…` before a resource,
 * `publishers/{p}/models/{m}`, `endpoints/{e}`, `{publisher}/{model}`, `models/{m}`, or a name alone.
 * @param publisher whose model a name alone is; without it, it is a catalog name or an alias.
 * @returns undefined for anything else; nothing is decoded, so that an encoded name is none.
 */
export function readModelName(name: string, publisher?: string): NamedModel | undefined {
  const parts = name.split('/');
  if (parts[0] !== 'projects') return wrap(readResource(parts, publisher));
  const [, project, locations, location, ...rest] = parts;
  if (locations !== 'locations' || !has('project', project) || !has('location', location)) return undefined;
  const resource = rest.length > 1 && rest[0] !== 'models' ? readResource(rest, publisher) : undefined;
  return resource && { project, location, resource };
}

/** Whether a body's `model` says again what the path said. */
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

function has(part: keyof typeof SHAPE, value: string | undefined): value is string {
  return value !== undefined && SHAPE[part].test(value);
}

function wrap(resource: CallTarget['resource'] | undefined): NamedModel | undefined {
  return resource && { resource };
}
