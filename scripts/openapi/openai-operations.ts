import { CHAT_ANSWER, CHAT_EVENTS, CHAT_QUESTION } from './chat-completion-examples.ts';
import { ChatCompletion, ChatCompletionEvents, ChatCompletionRequest } from './chat-completion-schemas.ts';
import { ALWAYS, WITH_BODY } from './failures.ts';
import {
  Embeddings,
  EmbeddingsRequest,
  Images,
  ImagesRequest,
  Model,
  Models,
  openaiComponents,
  OpenAiError,
} from './openai-schemas.ts';
import { RESPONSE_ANSWER, RESPONSE_EVENTS, RESPONSE_QUESTION } from './response-examples.ts';
import { Response, ResponseEvents, ResponseRequest } from './response-schemas.ts';
import type { Failure, FailureStatus, Operation, Surface } from './surface.ts';

const MODEL = { id: 'gemini-3.5-flash', object: 'model', created: 0, owned_by: 'google' };

const operations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/chat/completions',
    operationId: 'chat-completions-create',
    summary: 'Create a chat completion',
    description:
      'Generates the next message of a conversation. With `stream`, the answer is server-sent events that end with `[DONE]`.',
    tag: 'chat',
    request: {
      description: "The conversation, in the form of OpenAI's API.",
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
      description: "The texts, in the form of OpenAI's API.",
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
    path: '/v1/images/generations',
    operationId: 'images-generate',
    summary: 'Create images',
    description: 'Makes images of a text, each by a request of its own to a Gemini model of images.',
    tag: 'images',
    request: {
      description: "The text and the form of the images, in the form of OpenAI's API.",
      schema: ImagesRequest,
      example: { model: 'gemini-3.1-flash-image', prompt: 'An ocelot that naps at noon.', size: '1536x1024' },
    },
    answer: {
      description: 'The images. One that the filters of Google hold back is left out.',
      content: {
        'application/json': {
          schema: Images,
          example: {
            created: 1796083200,
            output_format: 'png',
            data: [{ b64_json: 'iVBORw0KGgo=' }],
            usage: {
              input_tokens: 7,
              input_tokens_details: { image_tokens: 0, text_tokens: 7 },
              output_tokens: 1120,
              total_tokens: 1127,
            },
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
    description:
      'Answers with the next items of a conversation, by Gemini or Claude. Nothing is stored: each request has all items. With `stream`, the answer is server-sent events.',
    tag: 'chat',
    request: {
      description: "The conversation, in the form of OpenAI's API.",
      schema: ResponseRequest,
      example: RESPONSE_QUESTION,
    },
    answer: {
      description: 'The response. With `stream`, its events as they arrive.',
      content: {
        'application/json': { schema: Response, example: RESPONSE_ANSWER },
        'text/event-stream': { schema: ResponseEvents, example: RESPONSE_EVENTS },
      },
    },
    failures: WITH_BODY,
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
    "Models of Vertex AI behind a governed gateway, for OpenAI's own clients. A Microsoft Entra ID token or an APIM subscription key replaces OpenAI's API key.",
  tags: [
    { name: 'chat', description: 'Conversations with a model.' },
    { name: 'embeddings', description: 'Texts as vectors.' },
    { name: 'images', description: 'Images of texts.' },
    { name: 'models', description: 'The models that the caller may use.' },
  ],
  pathParameters: {
    model: { description: "The model's catalog name or alias.", example: 'gemini-3.5-flash' },
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
