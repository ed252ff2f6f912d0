import type { Dialect, DialectRequest } from '../prediction/interfaces.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { readJson } from './read-json.ts';
import { completeTarget } from './read-target.ts';
import { writeStreamError } from './stream-errors.ts';
import { writeVertexError } from './vertex-errors.ts';
import { readVertexPath, type VertexPath } from './vertex-path.ts';
import { readPayload } from './vertex-payload.ts';
import { findResourceOperation, readResourceBody, readResourceCall } from './vertex-resources.ts';

/** The native Vertex AI surface: Google's own paths and bodies. */
export const vertexDialect: Dialect = {
  name: 'vertex',
  readPrediction(request: DialectRequest): Prediction {
    const path = readVertexPath(request.method, request.path);
    const operation = findResourceOperation(path);
    if (operation) {
      const json = readResourceBody(operation, request);
      const target = completeTarget(path, json);
      return { ...target, payload: readResourceCall(operation, path, request, json) };
    }
    const json = isOpaque(path, request) ? undefined : readJson(request.body);
    const target = completeTarget(path, json);
    return { ...target, payload: readPayload(target, path.verb, request, json) };
  },
  writeError: writeVertexError,
  writeStreamError,
};

/** A container of one's own may take what is no JSON. */
function isOpaque({ operation, resource }: VertexPath, { header }: DialectRequest): boolean {
  if (resource?.kind !== 'endpoint' || !/^(stream)?rawPredict$/i.test(operation)) return false;
  return !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(header('content-type') ?? 'application/json');
}
