import { GatewayError } from '../errors/gateway-error.ts';
import type { Dialect, DialectRequest } from '../prediction/interfaces.ts';
import type { Payload, Prediction } from '../prediction/prediction.ts';
import { readJson } from './read-json.ts';
import { GenerateContentBody, PredictBody, validateBody } from './vertex-bodies.ts';
import { writeVertexError, writeVertexStreamError } from './vertex-errors.ts';
import { readVertexPath } from './vertex-path.ts';

/** The native Vertex AI surface: Google's own paths and bodies. */
export const vertexDialect: Dialect = {
  name: 'vertex',
  readPrediction(request: DialectRequest): Prediction {
    const { apiVersion, ...target } = readVertexPath(request.method, request.path);
    return { ...target, apiVersion, payload: readPayload(target.operation, request) };
  },
  writeError: writeVertexError,
  writeStreamError: writeVertexStreamError,
};

function readPayload(operation: string, { query, body }: DialectRequest): Payload {
  const json = readJson(body);
  if (operation === 'predict') return { kind: 'instances', ...validateBody(PredictBody, json) };
  validateBody(GenerateContentBody, json);
  return { kind: 'bytes', bytes: body, streamFraming: readFraming(query) };
}

function readFraming(query: URLSearchParams): 'sse' | 'json-array' {
  const alt = query.get('alt') ?? 'json';
  if (alt === 'sse') return 'sse';
  if (alt === 'json') return 'json-array';
  throw new GatewayError('INVALID_REQUEST', 'The query parameter alt takes json or sse.', {
    violations: [{ field: 'alt', description: 'takes json or sse' }],
  });
}
