import { CHAT_ANSWER, CHAT_EVENTS, CHAT_QUESTION } from './chat-completion-examples.ts';
import { ChatCompletion, ChatCompletionEvents, ChatCompletionRequest } from './chat-completion-schemas.ts';
import { WITH_BODY } from './failures.ts';
import type { Operation } from './surface.ts';
import {
  ContainerRequest,
  ContainerResponse,
  DirectPredictParts,
  DirectPredictRequest,
  DirectPredictResponse,
  DirectRawPredictRequest,
  DirectRawPredictResponse,
  ExplainRequest,
  ExplainResponse,
  PredictRequest,
  PredictResponse,
} from './vertex-endpoint-schemas.ts';
import {
  COMPUTE_TOKENS,
  COUNT_TOKENS,
  GENERATE_CONTENT,
  PREDICT_LONG_RUNNING,
  STREAM_GENERATE_CONTENT,
} from './vertex-model-calls.ts';
import { PARENT } from './vertex-paths.ts';

const ENDPOINT = `${PARENT}/endpoints/{endpoint}`;
/** Endpoints are in regions. */
const REGION = { location: 'us-central1' };
/** The endpoint for tensors and bytes, which has no schema of instances. */
const TENSORS = { endpoint: '3456789012', ...REGION };
/** The endpoint that Google made for a tuned model. */
const TUNED = { endpoint: '4567890123', ...REGION };
const FLOWERS = { instances: [[5.1, 3.5, 1.4, 0.2]] };
const IRIS = {
  deployedModelId: '2345678901234567890',
  model: 'projects/123456789012/locations/us-central1/models/3456789012345678901',
  modelDisplayName: 'iris-classifier',
  modelVersionId: '1',
};
const SETOSA = { classes: ['setosa', 'versicolor', 'virginica'], scores: [0.9796, 0.0203, 0.0001] };
const FLOWER_TENSORS = {
  inputs: [{ dtype: 'FLOAT', shape: ['1', '4'], floatVal: [5.1, 3.5, 1.4, 0.2] }],
};
const SETOSA_TENSORS = { outputs: [{ dtype: 'FLOAT', shape: ['1', '3'], floatVal: SETOSA.scores }] };
const COMMON = {
  method: 'post',
  tag: 'endpoints',
  failures: WITH_BODY,
  pathExamples: REGION,
} as const;

/** The operations of custom endpoints, of tuned models' endpoints, and of the OpenAI-compatible endpoint. */
export const endpointOperations: readonly Operation[] = [
  {
    ...COMMON,
    path: `${ENDPOINT}:predict`,
    operationId: 'endpoints-predict',
    summary: 'Predict with a custom endpoint',
    description: 'Sends instances to the model deployed to an endpoint and returns its predictions.',
    request: { description: 'The instances.', schema: PredictRequest, example: FLOWERS },
    answer: {
      description: 'The predictions, one for each instance.',
      content: {
        'application/json': { schema: PredictResponse, example: { predictions: [SETOSA], ...IRIS } },
      },
    },
  },
  {
    ...COMMON,
    path: `${ENDPOINT}:rawPredict`,
    operationId: 'endpoints-raw-predict',
    summary: 'Raw predict with a custom endpoint',
    description: "Sends a body of any form to an endpoint's container and returns the container's answer.",
    request: {
      description: "The container's input, in a form of its own.",
      schema: ContainerRequest,
      example: FLOWERS,
    },
    answer: {
      description: "The container's answer, in a form of its own.",
      content: { 'application/json': { schema: ContainerResponse, example: { predictions: [SETOSA] } } },
    },
  },
  {
    ...COMMON,
    path: `${ENDPOINT}:streamRawPredict`,
    // Shared endpoints don't support streams, so this is a dedicated one.
    pathExamples: { endpoint: '6789012345', ...REGION },
    operationId: 'endpoints-stream-raw-predict',
    summary: 'Raw predict with a custom endpoint, as a stream',
    description: "Sends a body of any form to an endpoint's container and streams the container's answer.",
    request: {
      description: "The container's input, in a form of its own.",
      schema: ContainerRequest,
      example: FLOWERS,
    },
    answer: {
      description: "The container's answer as it arrives.",
      content: { 'application/json': { schema: ContainerResponse, example: { predictions: [SETOSA] } } },
    },
  },
  {
    ...COMMON,
    path: `${ENDPOINT}:explain`,
    operationId: 'endpoints-explain',
    summary: 'Explain with a custom endpoint',
    description: 'Returns predictions and the share of each feature in them.',
    request: { description: 'The instances.', schema: ExplainRequest, example: FLOWERS },
    answer: {
      description: 'The predictions and their explanations, one for each instance.',
      content: {
        'application/json': {
          schema: ExplainResponse,
          example: {
            explanations: [
              {
                attributions: [
                  {
                    baselineOutputValue: 0.3333,
                    instanceOutputValue: 0.9796,
                    featureAttributions: {
                      sepal_length: 0.0412,
                      sepal_width: 0.0731,
                      petal_length: 0.3187,
                      petal_width: 0.2133,
                    },
                    outputIndex: [0],
                    outputDisplayName: 'setosa',
                    approximationError: 0.0012,
                    outputName: 'scores',
                  },
                ],
              },
            ],
            deployedModelId: IRIS.deployedModelId,
            predictions: [SETOSA],
          },
        },
      },
    },
  },
  {
    ...COMMON,
    path: `${ENDPOINT}:directPredict`,
    operationId: 'endpoints-direct-predict',
    pathExamples: TENSORS,
    summary: 'Direct predict with a custom endpoint',
    description: 'Sends tensors to the model deployed to an endpoint and returns its tensors.',
    request: { description: 'The tensors.', schema: DirectPredictRequest, example: FLOWER_TENSORS },
    answer: {
      description: "The model's tensors.",
      content: { 'application/json': { schema: DirectPredictResponse, example: SETOSA_TENSORS } },
    },
  },
  {
    ...COMMON,
    path: `${ENDPOINT}:directRawPredict`,
    operationId: 'endpoints-direct-raw-predict',
    pathExamples: TENSORS,
    summary: 'Direct raw predict with a custom endpoint',
    description: "Calls a method of an endpoint's container with bytes and returns its bytes.",
    request: {
      description: 'The method and its input.',
      schema: DirectRawPredictRequest,
      example: {
        methodName: '/iris.Classifier/Predict',
        input: Buffer.from(JSON.stringify(FLOWERS)).toString('base64'),
      },
    },
    answer: {
      description: "The method's output.",
      content: {
        'application/json': {
          schema: DirectRawPredictResponse,
          example: { output: Buffer.from(JSON.stringify({ predictions: [SETOSA] })).toString('base64') },
        },
      },
    },
  },
  {
    ...COMMON,
    path: `${ENDPOINT}:serverStreamingPredict`,
    operationId: 'endpoints-server-streaming-predict',
    pathExamples: TENSORS,
    summary: 'Predict with a custom endpoint, as a stream',
    description: 'Sends tensors to the model deployed to an endpoint and streams its tensors.',
    request: { description: 'The tensors.', schema: DirectPredictRequest, example: FLOWER_TENSORS },
    answer: {
      description: "The model's tensors as they arrive.",
      content: { 'application/json': { schema: DirectPredictParts, example: [SETOSA_TENSORS] } },
    },
  },
  ...[GENERATE_CONTENT, STREAM_GENERATE_CONTENT, COUNT_TOKENS, COMPUTE_TOKENS, PREDICT_LONG_RUNNING].map(
    (call): Operation => ({
      ...COMMON,
      ...call,
      path: `${ENDPOINT}${call.verb}`,
      operationId: `endpoints-${call.operationId}`,
      summary: `${call.summary} with a tuned model`,
      pathExamples: TUNED,
    }),
  ),
  {
    ...COMMON,
    path: `${ENDPOINT}/chat/completions`,
    operationId: 'endpoints-chat-completions',
    summary: "Create a chat completion in OpenAI's form",
    description:
      "Generates the next message of a conversation, in the form of OpenAI's API. The endpoint `openapi` serves the model that the body names. Any other endpoint serves its deployed model.",
    pathExamples: { endpoint: 'openapi', location: 'us' },
    request: {
      description: 'The conversation.',
      schema: ChatCompletionRequest,
      example: CHAT_QUESTION,
    },
    answer: {
      description: 'The completion. With `stream`, its pieces as they arrive.',
      content: {
        'application/json': { schema: ChatCompletion, example: CHAT_ANSWER },
        'text/event-stream': { schema: ChatCompletionEvents, example: CHAT_EVENTS },
      },
    },
  },
];
