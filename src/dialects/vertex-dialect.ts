import type { Dialect, DialectRequest } from '../prediction/dialect.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { readBody, type BodyPurpose } from './body-bounds.ts';
import { fillSilence } from './fill-silence.ts';
import { messageOfCall } from './reach/message-of-call.ts';
import { readReach } from './reach/read-reach.ts';
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
      const body = await readReach(messageOfCall(path), await readResourceBody(operation, request));
      const target = completeTarget(path, body.json);
      const payload = await readResourceCall(operation, path, request, body.json);
      return { ...target, payload, check: body.check };
    }
    if (isOpaque(path, request)) {
      const target = completeTarget(path, undefined);
      return { ...target, payload: await readPayload(target, path.verb, request, undefined) };
    }
    const body = await readReach(messageOfCall(path), await readBody(request.body, purposeOf(path)));
    const target = completeTarget(path, body.json);
    return { ...target, payload: await readPayload(target, path.verb, request, body), check: body.check };
  },
  writeError: writeVertexError,
  writeStreamError,
  fillSilence,
};

/** Custom containers have bounds of their own. A tuned Gemini model is on an endpoint as well and has Gemini's bounds. */
function purposeOf({ resource, verb }: VertexPath): BodyPurpose | undefined {
  if (verb === 'fetchPredictOperation') return 'the name of an operation';
  const containerVerbs =
    /^(predict|explain|(stream)?rawPredict|direct(Raw)?Predict|serverStreamingPredict)$/i;
  return resource?.kind === 'endpoint' && containerVerbs.test(verb) ? 'a custom endpoint' : undefined;
}

/** True for a body that is not JSON by its content type, which only a custom container may take. */
function isOpaque({ operation, resource }: VertexPath, { header }: DialectRequest): boolean {
  if (resource?.kind !== 'endpoint' || !/^(stream)?rawPredict$/i.test(operation)) return false;
  return !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(header('content-type') ?? 'application/json');
}
