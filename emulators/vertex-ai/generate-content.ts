import { JSON_ARRAY, SSE } from './framing.ts';
import { generate, generateStream } from './generate.ts';
import { errorBody } from './google-error.ts';
import { type GenerateRequest, readGenerateRequest } from './read-generate-request.ts';
import { readMessage } from './read-message.ts';
import { parseBody } from './request-body.ts';
import type { RestCall, RestOperation } from './rest-operation.ts';
import { findPublisherModel } from './sample-resources.ts';

const MODEL = 'projects/{project}/locations/{location}/publishers/{publisher}/models/{model}';

/** Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/generateContent */
export const generateContent: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODEL}:generateContent`],
  method: 'PredictionService.GenerateContent',
  serve: (call) => {
    const [model, request] = read(call);
    return { json: generate(model, request, call.served.now()) };
  },
};

/** Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/streamGenerateContent */
export const streamGenerateContent: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODEL}:streamGenerateContent`],
  method: 'PredictionService.StreamGenerateContent',
  streams: true,
  serve: (call) => {
    const [model, request] = read(call);
    return {
      elements: generateStream(model, request, call.served.now()),
      framing: isSse(call) ? SSE : JSON_ARRAY,
    };
  },
  // A stream of JSON is a list, so its error is the list's one element.
  failureBody: (error, call) => (isSse(call) ? errorBody(error) : [errorBody(error)]),
};

function isSse({ route }: RestCall): boolean {
  return route.query.get('alt') === 'sse';
}

function read({ served, route, body }: RestCall): [string, GenerateRequest] {
  const { id } = findPublisherModel(route.params, 'generateContent');
  const type = served.protos.message(route.version, 'GenerateContentRequest');
  return [id, readGenerateRequest(readMessage(type, parseBody(body)))];
}
