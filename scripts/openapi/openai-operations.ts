import { CHAT_ANSWER, CHAT_EVENTS, CHAT_QUESTION } from './chat-completion-examples.ts';
import { ChatCompletion, ChatCompletionEvents, ChatCompletionRequest } from './chat-completion-schemas.ts';
import { ALWAYS, WITH_BODY } from './failures.ts';
import {
  Embeddings,
  EmbeddingsRequest,
  Model,
  Models,
  openaiComponents,
  OpenAiError,
  ResponsesRequest,
} from './openai-schemas.ts';
import type { Failure, FailureStatus, Operation, Surface } from './surface.ts';

const MODEL = { id: 'gemini-2.5-flash', object: 'model', created: 0, owned_by: 'google' };

const operations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/chat/completions',
    operationId: 'chat-completions-create',
    summary: 'Create a chat completion',
    description:
      'Continues a conversation, whole or, with stream, as server-sent events that end with [DONE].',
    tag: 'chat',
    request: {
      description: 'The conversation, as OpenAI documents it.',
      schema: ChatCompletionRequest,
      example: CHAT_QUESTION,
    },
    answer: {
      description: 'The continued conversation, or its pieces as they come.',
      content: {
        'application/json': { schema: ChatCompletion, example: CHAT_ANSWER },
        'text/event-stream': { schema: ChatCompletionEvents, example: CHAT_EVENTS },
      },
    },
    failures: WITH_BODY,
  },
  {
    method: 'post',
    path: '/v1/embeddings',
    operationId: 'embeddings-create',
    summary: 'Create embeddings',
    description: 'Turns each text into a vector.',
    tag: 'embeddings',
    request: {
      description: 'The texts, as OpenAI documents them.',
      schema: EmbeddingsRequest,
      example: { model: 'text-embedding-005', input: 'Ocelots nap at noon.' },
    },
    answer: {
      description: 'The vectors, in the order of the texts.',
      content: {
        'application/json': {
          schema: Embeddings,
          example: {
            object: 'list',
            data: [{ object: 'embedding', index: 0, embedding: [0.0123, -0.0456, 0.0789] }],
            model: 'text-embedding-005',
            usage: { prompt_tokens: 5, total_tokens: 5 },
          },
        },
      },
    },
    failures: WITH_BODY,
  },
  {
    method: 'post',
    path: '/v1/responses',
    operationId: 'responses-create',
    summary: 'Create a response',
    description: 'The Responses API of OpenAI is not offered; use chat completions instead.',
    tag: 'chat',
    request: {
      description: 'The call, as OpenAI documents it.',
      schema: ResponsesRequest,
      example: { model: 'google/gemini-2.5-flash', input: 'Why is the sky blue?' },
    },
    answer: { description: 'There is none.', content: {} },
    failures: WITH_BODY,
    isServed: false,
  },
  {
    method: 'get',
    path: '/v1/models',
    operationId: 'models-list',
    summary: 'List models',
    description: 'Lists the models that the caller may use.',
    tag: 'models',
    answer: {
      description: 'The models.',
      content: { 'application/json': { schema: Models, example: { object: 'list', data: [MODEL] } } },
    },
    failures: ALWAYS,
  },
  {
    method: 'get',
    path: '/v1/models/{model}',
    operationId: 'models-get',
    summary: 'Get a model',
    description: 'Describes a model that the caller may use.',
    tag: 'models',
    answer: {
      description: 'The model.',
      content: { 'application/json': { schema: Model, example: MODEL } },
    },
    failures: ALWAYS,
  },
];

/** The OpenAI surface: models of Vertex AI for OpenAI's own clients. */
export const openaiSurface: Surface = {
  id: 'openai',
  title: 'OpenAI',
  description:
    "Models of Vertex AI behind a governed gateway, called as OpenAI's own clients call them. A Microsoft Entra ID token or an APIM subscription key takes the place of an API key of OpenAI.",
  tags: [
    { name: 'chat', description: 'Conversations with a model.' },
    { name: 'embeddings', description: 'Texts as vectors.' },
    { name: 'models', description: 'What the caller may use.' },
  ],
  pathParameters: {
    model: { description: 'Name or alias of the model.', example: 'gemini-2.5-flash' },
  },
  failures: { mediaType: 'application/json', schema: OpenAiError, example: describeError },
  components: openaiComponents,
  operations,
};

const TYPES: Partial<Readonly<Record<FailureStatus, string>>> = {
  429: 'rate_limit_error',
  503: 'service_unavailable_error',
};

function describeError({ status, code, message }: Failure): object {
  const type = TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error');
  return { error: { message, type, param: null, code } };
}
