import { callIrisContainer } from './iris.ts';
import { callTextContainer } from './text.ts';
import type { Framing } from '../framing.ts';
import { errorBody } from '../google-error.ts';
import { faultError } from '../grpc-fault.ts';
import type { RestAnswer, RestCall, RestOperation } from '../rest-operation.ts';
import type { Container } from '../sample-endpoints.ts';
import { findContainer, findTextGenerator } from '../sample-resources.ts';

const ENDPOINT = 'projects/{project}/locations/{location}/endpoints/{endpoint}';
const PIECES = 4;

/**
 * The operation `rawPredict` of an endpoint. The body goes to the container unchanged, and its answer comes back
 * unchanged.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/rawPredict
 */
export const rawPredictOnEndpoint: RestOperation = {
  httpMethod: 'POST',
  paths: [`${ENDPOINT}:rawPredict`],
  method: 'PredictionService.RawPredict',
  serve: (call) => {
    const { container, deployedModel } = findContainer(call.route.name);
    if (container === 'text-generator') return withIds(call, deployedModel, callText(call));
    const { status, json } = callIrisContainer(call, deployedModel);
    const bytes = Buffer.from(JSON.stringify(json));
    return withIds(call, deployedModel, { status, bytes, contentType: 'application/json' });
  },
};

/**
 * The operation `streamRawPredict` of an endpoint. Each piece that the container writes is sent at once.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/streamRawPredict
 */
export const streamRawPredictOnEndpoint: RestOperation = {
  httpMethod: 'POST',
  paths: [`${ENDPOINT}:streamRawPredict`],
  method: 'PredictionService.StreamRawPredict',
  streams: true,
  wantsStream: () => true,
  serve: (call) => {
    const { container, deployedModel } = findContainer(call.route.name);
    if (container === 'text-generator') return withIds(call, deployedModel, callText(call));
    const { status, json } = callIrisContainer(call, deployedModel);
    return withIds(call, deployedModel, {
      status,
      elements: inPieces(JSON.stringify(json)),
      framing: AS_IT_IS,
    });
  },
};

/**
 * The operation that serves chat completions of a deployed model, such as one of Model Garden.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.endpoints.chat/completions
 */
export const chatCompletionsOnEndpoint: RestOperation = {
  httpMethod: 'POST',
  paths: [`${ENDPOINT}/chat/completions`],
  method: 'PredictionService.ChatCompletions',
  wantsStream: (body) => /"stream"\s*:\s*true/.test(body.toString()),
  serve: (call) => {
    const { project = '', location = '', endpoint = '' } = call.route.params;
    const deployedModel = findTextGenerator(
      `projects/${project}/locations/${location}/endpoints/${endpoint}`,
    );
    return withIds(call, deployedModel, callText(call));
  },
  failureBody: (error) => [errorBody(error)],
};

/** The framing of a stream whose elements are the text of the body itself. */
const AS_IT_IS: Framing = {
  contentType: 'application/json',
  frame: (piece) => String(piece),
  end: '',
  failure: (fault) => JSON.stringify(fault.body ?? errorBody(faultError(fault))),
};

function callText({ body, served }: RestCall): RestAnswer {
  return callTextContainer(body, served.now());
}

/** Adds the headers by which Vertex AI names the endpoint and the deployed model. */
function withIds(
  { route }: RestCall,
  { deployedModelId }: Container['deployedModel'],
  answer: RestAnswer,
): RestAnswer {
  const headers = {
    'x-vertex-ai-endpoint-id': route.params.endpoint ?? '',
    'x-vertex-ai-deployed-model-id': deployedModelId,
  };
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function inPieces(text: string): string[] {
  const length = Math.ceil(text.length / PIECES);
  return Array.from({ length: Math.ceil(text.length / length) }, (_piece, i) =>
    text.slice(i * length, (i + 1) * length),
  );
}
