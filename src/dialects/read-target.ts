import { invalidBody } from '../errors/invalid-body.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { JsonValue } from '../json/json-value.ts';
import { namesSameModel, readModelName } from './read-model-name.ts';
import { readVertexPath, type VertexPath } from './vertex-path.ts';

/** A bound that no resource name of Vertex AI reaches, in bytes of JSON. */
export const MAXIMUM_NAME_BYTES = 2_048;

/** The target of a call on the native surface: operation, model or endpoint, project, location and version of the API. */
export type VertexTarget = CallTarget & Pick<VertexPath, 'apiVersion'>;

/**
 * Reads the target of a call on the native surface, without sending anything.
 * @param path the undecoded path below `/vertex/`.
 * @param body needed where it names the model.
 * @throws GatewayError OPERATION_NOT_FOUND, INVALID_PATH, or INVALID_REQUEST for a body that names no model or another
 *   model, project or location than the path.
 */
export function readTarget(method: string, path: string, body: JsonValue | undefined): VertexTarget {
  return completeTarget(readVertexPath(method, path), body);
}

/** Completes the target that a path gives by the `model` of the body. @throws GatewayError INVALID_REQUEST. */
export function completeTarget(path: VertexPath, body: JsonValue | undefined): VertexTarget {
  const { apiVersion, project, location, operation, resource, publisher } = path;
  const where = { apiVersion, project, location, operation };
  const member = body?.member('model');
  const model = member?.readText(MAXIMUM_NAME_BYTES);
  if (resource) {
    // The `model` of a body for an endpoint is the container's own matter.
    if (resource.kind === 'model' && member && !namesSameModel(model, where, resource))
      throw refuse('names another model than the path');
    return { ...where, resource };
  }
  if (member?.kind !== 'string') throw refuse('must name the model');
  const named = model === undefined ? undefined : readModelName(model, publisher);
  if (!named) throw refuse('must be a model, such as publishers/google/models/gemini-2.5-flash, or an alias');
  return {
    ...where,
    project: reconcile('project', where.project, named.project),
    location: reconcile('location', where.location, named.location),
    resource: named.resource,
  };
}

/** Path and body must not contradict each other; the short form of a path leaves project and location to the body. */
function reconcile(part: string, inPath: string | undefined, inBody: string | undefined): string | undefined {
  if (inPath !== undefined && inBody !== undefined && inPath !== inBody)
    throw refuse(`names another ${part} than the path`);
  return inPath ?? inBody;
}

function refuse(description: string) {
  return invalidBody([{ field: 'model', description }]);
}
