import { invalidBody } from '../errors/invalid-body.ts';
import type { CallTarget } from '../governance/call-target.ts';
import { namesSameModel, readModelName } from './read-model-name.ts';
import { readVertexPath, type VertexPath } from './vertex-path.ts';

/** What a call asks of which model or endpoint, where, in which version of the API. */
export type VertexTarget = CallTarget & Pick<VertexPath, 'apiVersion'>;

/**
 * Reads what a call on the native surface reaches for, without sending anything: from its method, its undecoded path
 * below `/vertex/` and, where that names the model, its parsed body.
 * @throws GatewayError OPERATION_NOT_FOUND, INVALID_PATH, or INVALID_REQUEST for a body that names no model or another
 *   model, project or location than the path.
 */
export function readTarget(method: string, path: string, body: unknown): VertexTarget {
  return completeTarget(readVertexPath(method, path), body);
}

/** The target of a path that is already read, completed by the body. @throws GatewayError INVALID_REQUEST. */
export function completeTarget(path: VertexPath, body: unknown): VertexTarget {
  const { apiVersion, project, location, operation, resource, publisher } = path;
  const where = { apiVersion, project, location, operation };
  const model = isObject(body) && Object.hasOwn(body, 'model') ? body.model : undefined;
  if (resource) {
    // An endpoint's own container may understand its `model` as it likes; the endpoint is what counts.
    if (resource.kind === 'model' && model !== undefined && !namesSameModel(model, where, resource))
      throw refuse('names another model than the path');
    return { ...where, resource };
  }
  if (typeof model !== 'string') throw refuse('must name the model');
  const named = readModelName(model, publisher);
  if (!named) throw refuse('must be a model, such as publishers/google/models/gemini-2.5-flash, or an alias');
  return {
    ...where,
    project: agree('project', where.project, named.project),
    location: agree('location', where.location, named.location),
    resource: named.resource,
  };
}

/** What only one of them says counts; the short form of a path leaves it to the body. */
function agree(part: string, inPath: string | undefined, inBody: string | undefined): string | undefined {
  if (inPath !== undefined && inBody !== undefined && inPath !== inBody)
    throw refuse(`names another ${part} than the path`);
  return inPath ?? inBody;
}

function isObject(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

function refuse(description: string) {
  return invalidBody([{ field: 'model', description }]);
}
