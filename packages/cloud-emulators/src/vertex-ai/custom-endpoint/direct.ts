import { readMatrix, toTensor, type Matrix } from './tensor.ts';
import { JSON_ARRAY, SSE } from '../framing.ts';
import { badRequest, errorBody, GoogleError } from '../google-error.ts';
import { classify } from './iris-classifier.ts';
import { predict } from './predict.ts';
import { type Json, readMessage } from '../read-message.ts';
import { parseBody } from '../request-body.ts';
import type { RestCall, RestOperation } from '../rest-operation.ts';
import { findEndpoint } from '../sample-resources.ts';

const ENDPOINT = 'projects/{project}/locations/{location}/endpoints/{endpoint}';
/** The only method of the container's own gRPC service. */
const RAW_METHOD = '/iris.Classifier/Predict';

/**
 * The operation `directPredict` of an endpoint.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/directPredict
 */
export const directPredict: RestOperation = {
  httpMethod: 'POST',
  paths: [`${ENDPOINT}:directPredict`],
  method: 'PredictionService.DirectPredict',
  serve: (call) => ({ json: { outputs: [toTensor(classifyTensor(call, 'DirectPredictRequest'))] } }),
};

/**
 * The operation `serverStreamingPredict` of an endpoint, with one answer for each row of the input.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/serverStreamingPredict
 */
export const serverStreamingPredict: RestOperation = {
  httpMethod: 'POST',
  paths: [`${ENDPOINT}:serverStreamingPredict`],
  method: 'PredictionService.ServerStreamingPredict',
  streams: true,
  serve: (call) => {
    const { dtype, rows } = classifyTensor(call, 'StreamingPredictRequest');
    return {
      elements: rows.map((row) => ({ outputs: [toTensor({ dtype, rows: [row] })] })),
      framing: isSse(call) ? SSE : JSON_ARRAY,
    };
  },
  failureBody: (error, call) => (isSse(call) ? errorBody(error) : [errorBody(error)]),
};

/**
 * The operation `directRawPredict` of an endpoint. It passes bytes to the container's own method and back; those of the
 * iris classifier are JSON.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/directRawPredict
 */
export const directRawPredict: RestOperation = {
  httpMethod: 'POST',
  paths: [`${ENDPOINT}:directRawPredict`],
  method: 'PredictionService.DirectRawPredict',
  serve: ({ served, route, body }) => {
    const deployedModel = findEndpoint(route.name);
    const type = served.protos.message(route.version, 'DirectRawPredictRequest');
    const { methodName = '', input = '' } = readMessage(type, parseBody(body));
    if (methodName !== RAW_METHOD) {
      throw new GoogleError('UNIMPLEMENTED', `The container has the method ${RAW_METHOD} only.`);
    }
    const { instances } = readInput(Buffer.from(input as string, 'base64'));
    const { predictions } = predict(served.iris, deployedModel, instances);
    return { json: { output: Buffer.from(JSON.stringify({ predictions })).toString('base64') } };
  },
};

/** Classifies the rows of a request's one tensor. The result has the scores of the classes, in rows. */
function classifyTensor({ served, route, body }: RestCall, messageName: string): Matrix {
  findEndpoint(route.name);
  const message = readMessage(served.protos.message(route.version, messageName), parseBody(body));
  const inputs = (message.inputs ?? []) as readonly Json[];
  const [input] = inputs;
  if (!input || inputs.length > 1) throw wrong('inputs', 'expected one tensor.');
  if (message.parameters !== undefined) throw wrong('parameters', 'the model takes none.');
  const { dtype, rows } = readMatrix(input, served.iris.features.length, 'inputs[0]');
  return { dtype, rows: rows.map((row) => classify(served.iris, row)) };
}

function readInput(bytes: Buffer): { instances: readonly unknown[] } {
  const json = parseBody(bytes);
  const instances: unknown =
    typeof json === 'object' && json !== null && 'instances' in json ? json.instances : [];
  if (Array.isArray(instances)) return { instances };
  throw wrong('input', 'expected JSON with a list of instances.');
}

function isSse({ route }: RestCall): boolean {
  return route.query.get('alt') === 'sse';
}

function wrong(field: string, description: string): GoogleError {
  return badRequest([{ field, description: `Invalid value at '${field}': ${description}` }]);
}
