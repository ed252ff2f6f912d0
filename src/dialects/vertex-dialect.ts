import type { CallTarget } from '../governance/call-target.ts';
import type { Dialect, DialectRequest } from '../prediction/interfaces.ts';
import type { RequestedCall } from '../prediction/prediction.ts';
import { readJson } from './read-json.ts';
import { completeTarget } from './read-target.ts';
import { writeStreamError } from './stream-errors.ts';
import { writeVertexError } from './vertex-errors.ts';
import { readVertexPath, type VertexPath } from './vertex-path.ts';
import { readPayload } from './vertex-payload.ts';

/** Decided on, because a body names their model, and not served. */
const NOT_SERVED = new Set(['batchPredict', 'cacheContent']);

/** The native Vertex AI surface: Google's own paths and bodies. */
export const vertexDialect: Dialect = {
  name: 'vertex',
  readPrediction(request: DialectRequest): RequestedCall {
    const path = readVertexPath(request.method, request.path);
    const json = isOpaque(path, request) ? undefined : readJson(request.body);
    const target = completeTarget(path, json);
    return {
      ...target,
      payload: isServed(target) ? readPayload(target, path.verb, request, json) : undefined,
    };
  },
  writeError: writeVertexError,
  writeStreamError,
};

/** Whether the gateway serves an operation, or only decides on it. */
export function isServed({ operation }: CallTarget): boolean {
  return !NOT_SERVED.has(operation);
}

/** A container of one's own may take what is no JSON. */
function isOpaque({ operation, resource }: VertexPath, { header }: DialectRequest): boolean {
  if (resource?.kind !== 'endpoint' || !/^(stream)?rawPredict$/i.test(operation)) return false;
  return !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(header('content-type') ?? 'application/json');
}
