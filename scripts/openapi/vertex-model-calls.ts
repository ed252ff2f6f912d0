import type { Operation, OptionalParameter } from './surface.ts';
import {
  ComputeTokensRequest,
  ComputeTokensResponse,
  CountTokensRequest,
  CountTokensResponse,
  GenerateContentEvents,
  GenerateContentParts,
  GenerateContentRequest,
  GenerateContentResponse,
  LongRunningOperation,
  ModelPredictRequest,
} from './vertex-model-schemas.ts';

/** A call that publishers' models and tuned models' endpoints both take. */
export type ModelCall = Pick<
  Operation,
  'operationId' | 'summary' | 'description' | 'request' | 'answer' | 'parameters'
> & { readonly verb: string };

export const VIDEO_OPERATION =
  'projects/sample-project/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/5a9e8f52-7c1c-4c0a-9f6e-2f1d7d0b8a11.assistants-use.xUw3uTFnDMuWhSDrdY1kbA';
const QUESTION = { contents: [{ role: 'user', parts: [{ text: 'Why is the sky blue?' }] }] };
const ANSWER = {
  candidates: [
    {
      content: { role: 'model', parts: [{ text: 'Air scatters blue light more than red light.' }] },
      finishReason: 'STOP',
    },
  ],
  usageMetadata: {
    promptTokenCount: 6,
    candidatesTokenCount: 9,
    totalTokenCount: 15,
    trafficType: 'ON_DEMAND',
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: 6 }],
    candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 9 }],
  },
  modelVersion: 'gemini-3.5-flash',
  createTime: '2025-11-24T16:00:00.000000Z',
  responseId: 'gIEkaaLwFMqTmecPvv2R8Ao',
};
const ALT: OptionalParameter = {
  name: 'alt',
  in: 'query',
  description: 'The form of the stream: `json` for a JSON array, `sse` for server-sent events.',
  schema: { type: 'string', enum: ['json', 'sse'] },
  example: 'sse',
};
const CONVERSATION = {
  description: 'The conversation, in the form of Vertex AI.',
  schema: GenerateContentRequest,
  example: QUESTION,
};

export const GENERATE_CONTENT: ModelCall = {
  verb: ':generateContent',
  operationId: 'generate-content',
  summary: 'Generate content',
  description: 'Generates an answer and returns it whole.',
  request: CONVERSATION,
  answer: {
    description: 'The answer and its token usage.',
    content: { 'application/json': { schema: GenerateContentResponse, example: ANSWER } },
  },
};

export const STREAM_GENERATE_CONTENT: ModelCall = {
  verb: ':streamGenerateContent',
  operationId: 'stream-generate-content',
  summary: 'Generate content as a stream',
  description: 'Generates an answer and streams its parts.',
  parameters: [ALT],
  request: CONVERSATION,
  answer: {
    description: 'The parts of the answer. The last one has the token usage.',
    content: {
      'application/json': { schema: GenerateContentParts, example: [ANSWER] },
      'text/event-stream': {
        schema: GenerateContentEvents,
        example: `data: ${JSON.stringify(ANSWER)}\n\n`,
      },
    },
  },
};

export const COUNT_TOKENS: ModelCall = {
  verb: ':countTokens',
  operationId: 'count-tokens',
  summary: 'Count tokens',
  description: 'Counts the tokens of a request without generating anything.',
  request: {
    description: 'The content whose tokens to count.',
    schema: CountTokensRequest,
    example: QUESTION,
  },
  answer: {
    description: 'The number of tokens.',
    content: {
      'application/json': {
        schema: CountTokensResponse,
        example: {
          totalTokens: 6,
          totalBillableCharacters: 16,
          promptTokensDetails: [{ modality: 'TEXT', tokenCount: 6 }],
        },
      },
    },
  },
};

export const COMPUTE_TOKENS: ModelCall = {
  verb: ':computeTokens',
  operationId: 'compute-tokens',
  summary: 'Compute tokens',
  description: 'Splits a request into its tokens without generating anything.',
  request: {
    description: 'The content to split into tokens.',
    schema: ComputeTokensRequest,
    example: QUESTION,
  },
  answer: {
    description: 'The tokens and their ids.',
    content: {
      'application/json': {
        schema: ComputeTokensResponse,
        example: {
          tokensInfo: [
            {
              role: 'user',
              tokens: ['V2h5', 'IGlz', 'IHRoZQ==', 'IHNreQ==', 'IGJsdWU=', 'Pw=='],
              tokenIds: ['11355', '603', '573', '8203', '3868', '235336'],
            },
          ],
        },
      },
    },
  },
};

export const PREDICT_LONG_RUNNING: ModelCall = {
  verb: ':predictLongRunning',
  operationId: 'predict-long-running',
  summary: 'Predict long running',
  description: 'Starts a long-running prediction, such as a video, and returns its operation.',
  request: {
    description: 'The instances, and the parameters of the prediction.',
    schema: ModelPredictRequest,
    example: {
      instances: [{ prompt: 'An ocelot naps in the noon sun.' }],
      parameters: { sampleCount: 1, durationSeconds: 8 },
    },
  },
  answer: {
    description: 'The operation, by which the result is fetched later.',
    content: {
      'application/json': {
        schema: LongRunningOperation,
        example: {
          name: VIDEO_OPERATION,
        },
      },
    },
  },
};
