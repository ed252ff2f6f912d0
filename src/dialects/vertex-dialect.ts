import { GatewayError } from '../errors/gateway-error.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { Dialect, DialectRequest } from '../prediction/interfaces.ts';
import type { Payload, RequestedCall } from '../prediction/prediction.ts';
import { readJson } from './read-json.ts';
import { completeTarget, type VertexTarget } from './read-target.ts';
import { AnyBody, GenerateContentBody, PredictBody, validateBody } from './vertex-bodies.ts';
import { writeVertexError, writeVertexStreamError } from './vertex-errors.ts';
import { readVertexPath } from './vertex-path.ts';

const GENERATE_OPERATIONS = new Set(['generateContent', 'streamGenerateContent']);

/** The native Vertex AI surface: Google's own paths and bodies. */
export const vertexDialect: Dialect = {
  name: 'vertex',
  readPrediction({ method, path, query, body }: DialectRequest): RequestedCall {
    const read = readVertexPath(method, path);
    const json = readJson(body);
    const target = completeTarget(read, json);
    return { ...target, payload: readPayload(target, query, body, json) };
  },
  writeError: writeVertexError,
  writeStreamError: writeVertexStreamError,
};

/** Whether the gateway serves an operation, or only decides on it. */
export function isServed({ operation, resource }: CallTarget): boolean {
  return resource.kind === 'endpoint'
    ? operation === 'predict'
    : resource.kind === 'model' && GENERATE_OPERATIONS.has(operation);
}

/** Of what is not served yet, the envelope alone is checked. */
function readPayload(
  target: VertexTarget,
  query: URLSearchParams,
  body: Uint8Array,
  json: unknown,
): Payload | undefined {
  if (!isServed(target)) {
    validateBody(AnyBody, json);
    return undefined;
  }
  if (target.resource.kind === 'endpoint') return { kind: 'instances', ...validateBody(PredictBody, json) };
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
