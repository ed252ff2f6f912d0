import type { Dialect, DialectRequest } from '../prediction/interfaces.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { readBody, type BodyPurpose } from './body-bounds.ts';
import { completeTarget } from './read-target.ts';
import { writeStreamError } from './stream-errors.ts';
import { writeVertexError } from './vertex-errors.ts';
import { readVertexPath, type VertexPath } from './vertex-path.ts';
import { readPayload } from './vertex-payload.ts';
import { findResourceOperation, readResourceBody, readResourceCall } from './vertex-resources.ts';

/** The native Vertex AI surface: Google's own paths and bodies. */
export const vertexDialect: Dialect = {
  name: 'vertex',
  async readPrediction(request: DialectRequest): Promise<Prediction> {
    const path = readVertexPath(request.method, request.path);
    const operation = findResourceOperation(path);
    if (operation) {
      const json = await readResourceBody(operation, request);
      const target = completeTarget(path, json);
      return { ...target, payload: await readResourceCall(operation, path, request, json) };
    }
    const json = isOpaque(path, request) ? undefined : await readBody(request.body, purposeOf(path));
    const target = completeTarget(path, json);
    return { ...target, payload: await readPayload(target, path.verb, request, json) };
  },
  writeError: writeVertexError,
  writeStreamError,
};

/** What containers are asked; a tuned Gemini model, which is on an endpoint too, is asked as Gemini is. */
function purposeOf({ resource, verb }: VertexPath): BodyPurpose | undefined {
  if (verb === 'fetchPredictOperation') return 'the name of an operation';
  const isOfContainers =
    /^(predict|explain|(stream)?rawPredict|direct(Raw)?Predict|serverStreamingPredict)$/i;
  return resource?.kind === 'endpoint' && isOfContainers.test(verb) ? 'a custom endpoint' : undefined;
}

/** A container of one's own may take what is no JSON. */
function isOpaque({ operation, resource }: VertexPath, { header }: DialectRequest): boolean {
  if (resource?.kind !== 'endpoint' || !/^(stream)?rawPredict$/i.test(operation)) return false;
  return !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(header('content-type') ?? 'application/json');
}
