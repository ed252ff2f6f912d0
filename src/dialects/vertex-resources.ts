import type { DialectRequest } from '../prediction/interfaces.ts';
import type { BytesPayload } from '../prediction/prediction.ts';
import { batchJobs } from './batch-jobs.ts';
import { cachedContents } from './cached-contents.ts';
import { publisherModels } from './publisher-models.ts';
import { readJson } from './read-json.ts';
import { readQuery } from './read-query.ts';
import type { ResourceOperation } from './resource-operation.ts';
import { NoBody, validateBody } from './vertex-bodies.ts';
import type { VertexPath } from './vertex-path.ts';

const OPERATIONS: Readonly<Record<string, ResourceOperation>> = {
  ...publisherModels,
  ...batchJobs,
  ...cachedContents,
};

/** The method of a resource that a path calls; undefined where it asks a model or an endpoint. */
export function findResourceOperation({ verb }: VertexPath): ResourceOperation | undefined {
  return OPERATIONS[verb];
}

export function readResourceBody({ hasBody }: ResourceOperation, { body }: DialectRequest): unknown {
  if (hasBody) return readJson(body);
  if (body.byteLength > 0) validateBody(NoBody, readJson(body));
  return undefined;
}

export function readResourceCall(
  operation: ResourceOperation,
  path: VertexPath,
  request: DialectRequest,
  json: unknown,
): BytesPayload {
  const query = readQuery(operation.query, request.query);
  return { kind: 'bytes', format: 'opaque', ...operation.read({ path, request, json }, query) };
}
