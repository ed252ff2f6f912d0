import { ModelListQuery, ModelQuery } from '../../src/dialects/list-query.ts';
import { WITH_BODY, WITH_QUERY } from './failures.ts';
import { queryParameters } from './query-parameters.ts';
import type { Operation } from './surface.ts';
import { ANSWER_OF_CLAUDE, EVENTS_OF_CLAUDE, QUESTION_TO_CLAUDE } from './message-examples.ts';
import { MessageEvents, RawPredictRequest, RawPredictResponse } from './message-schemas.ts';
import {
  COMPUTE_TOKENS,
  COUNT_TOKENS,
  GENERATE_CONTENT,
  type ModelCall,
  PREDICT_LONG_RUNNING,
  STREAM_GENERATE_CONTENT,
  VIDEO_OPERATION,
} from './vertex-model-calls.ts';
import {
  EmbedContentRequest,
  EmbedContentResponse,
  FetchPredictOperationRequest,
  LongRunningOperation,
  ModelPredictRequest,
  ModelPredictResponse,
  PublisherModel,
  PublisherModels,
} from './vertex-model-schemas.ts';
import { inBothForms, PAGE_TOKEN, PAGING } from './vertex-paths.ts';

const MODEL = '/publishers/{publisher}/models/{model}';
const CLAUDE = { location: 'us', publisher: 'anthropic', model: 'claude-sonnet-5-5' };
const VEO = { model: 'veo-3.1-generate-001', location: 'us-central1' };
const FLASH = {
  name: 'publishers/google/models/gemini-3.5-flash',
  versionId: 'default',
  openSourceCategory: 'PROPRIETARY',
  launchStage: 'GA',
  versionState: 'VERSION_STATE_STABLE',
  publisherModelTemplate: 'projects/{project}/locations/{location}/publishers/google/models/gemini-3.5-flash',
};
const CONTENT_OF_CLAUDE = {
  'application/json': { schema: RawPredictResponse, example: ANSWER_OF_CLAUDE },
  'text/event-stream': { schema: MessageEvents, example: EVENTS_OF_CLAUDE },
};
const LANGUAGE = { description: 'The language of descriptions, such as `en`.', example: 'en' };
const MESSAGE = { anthropic_version: 'vertex-2023-10-16', ...QUESTION_TO_CLAUDE };

const calls: readonly (ModelCall & Pick<Operation, 'pathExamples'>)[] = [
  GENERATE_CONTENT,
  STREAM_GENERATE_CONTENT,
  {
    verb: ':predict',
    operationId: 'predict',
    summary: "Predict with a publisher's model",
    description: 'Sends instances, such as texts to embed or prompts for images, and returns predictions.',
    pathExamples: { model: 'gemini-embedding-001', location: 'us-central1' },
    request: {
      description: 'The instances.',
      schema: ModelPredictRequest,
      example: {
        instances: [{ content: 'Ocelots nap at noon.', task_type: 'RETRIEVAL_DOCUMENT', title: 'Ocelots' }],
        parameters: { outputDimensionality: 256 },
      },
    },
    answer: {
      description: 'The predictions.',
      content: {
        'application/json': {
          schema: ModelPredictResponse,
          example: {
            predictions: [
              {
                embeddings: {
                  values: [0.0123, -0.0456, 0.0789],
                  statistics: { token_count: 5, truncated: false },
                },
              },
            ],
            metadata: { billableCharacterCount: 17 },
          },
        },
      },
    },
  },
  {
    verb: ':rawPredict',
    operationId: 'raw-predict',
    summary: "Raw predict with a publisher's model",
    description:
      "Sends a body in the publisher's own form, such as Anthropic's messages, and returns the publisher's answer.",
    pathExamples: CLAUDE,
    request: {
      description: "The body, in the publisher's own form.",
      schema: RawPredictRequest,
      example: MESSAGE,
    },
    answer: {
      description: "The publisher's answer. Claude streams it if the body asks for a stream.",
      content: CONTENT_OF_CLAUDE,
    },
  },
  {
    verb: ':streamRawPredict',
    operationId: 'stream-raw-predict',
    summary: "Raw predict with a publisher's model, as a stream",
    description:
      "Sends a body in the publisher's own form, such as Anthropic's messages, and streams the publisher's answer.",
    pathExamples: CLAUDE,
    request: {
      description: "The body, in the publisher's own form.",
      schema: RawPredictRequest,
      example: { ...MESSAGE, stream: true },
    },
    answer: {
      description:
        "The publisher's answer as it arrives. Claude answers in one piece unless the body asks for a stream.",
      content: CONTENT_OF_CLAUDE,
    },
  },
  COUNT_TOKENS,
  COMPUTE_TOKENS,
  {
    verb: ':embedContent',
    operationId: 'embed-content',
    summary: 'Embed content',
    description: 'Turns content into a vector.',
    pathExamples: { model: 'gemini-embedding-2' },
    request: {
      description: 'The content to embed.',
      schema: EmbedContentRequest,
      example: { content: { parts: [{ text: 'Ocelots nap at noon.' }] } },
    },
    answer: {
      description: 'The vector.',
      content: {
        'application/json': {
          schema: EmbedContentResponse,
          example: {
            embedding: { values: [0.0123, -0.0456, 0.0789] },
            usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 },
          },
        },
      },
    },
  },
  { ...PREDICT_LONG_RUNNING, pathExamples: VEO },
  {
    verb: ':fetchPredictOperation',
    operationId: 'fetch-predict-operation',
    summary: 'Fetch a long-running prediction',
    description:
      'Returns the state of an operation of predictLongRunning and, when it has succeeded, its result.',
    pathExamples: VEO,
    request: {
      description: 'The operation.',
      schema: FetchPredictOperationRequest,
      example: { operationName: VIDEO_OPERATION },
    },
    answer: {
      description: 'The operation in its current state.',
      content: {
        'application/json': {
          schema: LongRunningOperation,
          example: {
            name: VIDEO_OPERATION,
            done: true,
            response: {
              '@type': 'type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse',
              videos: [{ gcsUri: 'gs://sample-batches/output/ocelot.mp4', mimeType: 'video/mp4' }],
            },
          },
        },
      },
    },
  },
];

const reads: readonly Omit<Operation, 'method' | 'tag' | 'failures'>[] = [
  {
    path: '/publishers/{publisher}/models',
    operationId: 'list',
    summary: "List a publisher's models",
    description: 'Lists the models of a publisher that the caller may use.',
    parameters: queryParameters(ModelListQuery, {
      ...PAGING,
      listAllVersions: { description: 'True to list every version of a model.', example: 'true' },
      languageCode: LANGUAGE,
    }),
    answer: {
      description: 'The models.',
      content: {
        'application/json': {
          schema: PublisherModels,
          example: { publisherModels: [FLASH], nextPageToken: PAGE_TOKEN },
        },
      },
    },
  },
  {
    path: MODEL,
    operationId: 'get',
    summary: "Get a publisher's model",
    description: "Returns a publisher's model that the caller may use.",
    parameters: queryParameters(ModelQuery, { languageCode: LANGUAGE }),
    answer: {
      description: 'The model.',
      content: { 'application/json': { schema: PublisherModel, example: FLASH } },
    },
  },
];

/** The operations of publishers' models, each in the long form and in the short one. */
export const modelOperations: readonly Operation[] = [
  ...calls.map(({ verb, ...call }) => ({
    ...call,
    method: 'post' as const,
    path: `${MODEL}${verb}`,
    failures: WITH_BODY,
  })),
  ...reads.map((read) => ({ ...read, method: 'get' as const, failures: WITH_QUERY })),
].flatMap((operation) =>
  inBothForms({
    ...operation,
    operationId: `publisher-models-${operation.operationId}`,
    tag: 'publisher-models',
  }),
);

/** The WebSocket operation, which the edge refuses: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/live-api */
export const liveOperation: Operation = {
  method: 'get',
  path: '/ws/google.cloud.aiplatform.{version}.LlmBidiService/BidiGenerateContent',
  operationId: 'bidi-generate-content',
  summary: 'Live conversation over a WebSocket',
  description:
    'The Live API of Gemini. The gateway opens no WebSocket. Every caller gets 501, even if the request asks for an upgrade, and the call is recorded. Stream answers instead.',
  tag: 'publisher-models',
  answer: { description: 'The call is never answered with 200.', content: {} },
  failures: [401, 403, 429, 500, 501, 503],
  isServed: false,
};
