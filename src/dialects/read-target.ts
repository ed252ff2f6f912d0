import { invalidBody } from '../errors/invalid-body.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { JsonValue } from '../json/json-value.ts';
import { namesSameModel, readModelName } from './read-model-name.ts';
import { readVertexPath, type VertexPath } from './vertex-path.ts';

/** Longer than any name of Vertex AI. */
export const MAXIMUM_NAME_BYTES = 2_048;

/** What a call asks of which model or endpoint, where, in which version of the API. */
export type VertexTarget = CallTarget & Pick<VertexPath, 'apiVersion'>;

/**
 * Reads what a call on the native surface reaches for, without sending anything: from its method, its undecoded path
 * below `/vertex/` and, where that names the model, its body.
 * @throws GatewayError OPERATION_NOT_FOUND, INVALID_PATH, or INVALID_REQUEST for a body that names no model or another
 *   model, project or location than the path.
 */
export function readTarget(method: string, path: string, body: JsonValue | undefined): VertexTarget {
  return completeTarget(readVertexPath(method, path), body);
}

/** The target of a path that is already read, completed by the body. @throws GatewayError INVALID_REQUEST. */
export function completeTarget(path: VertexPath, body: JsonValue | undefined): VertexTarget {
  const { apiVersion, project, location, operation, resource, publisher } = path;
  const where = { apiVersion, project, location, operation };
  const member = body?.member('model');
  const model = member?.readText(MAXIMUM_NAME_BYTES);
  if (resource) {
    // An endpoint's own container may understand its `model` as it likes; the endpoint is what counts.
    if (resource.kind === 'model' && member && !namesSameModel(model, where, resource))
      throw refuse('names another model than the path');
    return { ...where, resource };
  }
  if (member?.kind !== 'string') throw refuse('must name the model');
  const named = model === undefined ? undefined : readModelName(model, publisher);
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

function refuse(description: string) {
  return invalidBody([{ field: 'model', description }]);
}
