import type { DialectRequest } from '../prediction/dialect.ts';
import type { BytesPayload } from '../prediction/prediction.ts';
import type { JsonValue } from '../json/json-value.ts';
import { emptyObject, readJson } from '../json/read-json.ts';
import { batchJobs } from './batch-jobs.ts';
import { BODY_BOUNDS } from './body-bounds.ts';
import { cachedContents } from './cached-contents.ts';
import { publisherModels } from './publisher-models.ts';
import type { ReachingBody } from './reach/reach.ts';
import { readQuery } from './read-query.ts';
import type { ResourceOperation } from './resource-operation.ts';
import { validateSmallBody } from './validate-small-body.ts';
import { NoBody } from './vertex-bodies.ts';
import type { VertexPath } from './vertex-path.ts';

/** The methods of collections by the verb of the path; a call on a model or an endpoint has none. */
export const RESOURCE_OPERATIONS: Readonly<Record<string, ResourceOperation>> = {
  ...publisherModels,
  ...batchJobs,
  ...cachedContents,
};

/**
 * Reads the body of a call within the bounds of its method; an empty object for a method that takes none.
 * @throws GatewayError PAYLOAD_TOO_LARGE, INVALID_JSON, or INVALID_REQUEST.
 */
export async function readResourceBody(
  { body: purpose }: ResourceOperation,
  { body }: DialectRequest,
): Promise<JsonValue> {
  if (purpose !== undefined) return readJson(body, BODY_BOUNDS[purpose]);
  if (body.byteLength > 0)
    validateSmallBody(NoBody, await readJson(body, BODY_BOUNDS['a method that takes no body']));
  return emptyObject;
}

/** Makes the payload of a call on a collection. @throws GatewayError INVALID_REQUEST. */
export async function readResourceCall(
  operation: ResourceOperation,
  path: VertexPath,
  request: DialectRequest,
  { json, tools }: Pick<ReachingBody, 'json' | 'tools'>,
): Promise<BytesPayload> {
  const query = readQuery(operation.query, request.query);
  const payload = await operation.read({ path, request, json, tools }, query);
  return { kind: 'bytes', format: 'opaque', ...(!payload.format && { isPriced: false }), ...payload };
}
