import { z } from 'zod';
import { claudeModelOperations, nameClaudeModels } from './anthropic-model-operations.ts';
import { REQUEST_ID, WITH_BODY } from './failures.ts';
import { ANSWER_OF_CLAUDE, EVENTS_OF_CLAUDE, QUESTION_TO_CLAUDE } from './message-examples.ts';
import {
  CountMessageTokensRequest,
  Message,
  MessageEvents,
  MessageRequest,
  MessageTokenCount,
  nameMessages,
} from './message-schemas.ts';
import type { Failure, FailureStatus, Operation, OptionalParameter, Surface } from './surface.ts';

const anthropicComponents = z.registry<{ id: string }>();
nameMessages(anthropicComponents);
nameClaudeModels(anthropicComponents);

const AnthropicError = z
  .looseObject({
    type: z.literal('error').describe('The type of the object.'),
    error: z
      .looseObject({
        type: z.string().describe("The error type, one of Anthropic's."),
        message: z.string().describe('The cause of the failure and its remedy.'),
      })
      .describe('The error.'),
    request_id: z.string().describe("The call's id. Its audit record has the same id."),
  })
  .describe("An error in the form of Anthropic's API: https://docs.claude.com/en/api/errors")
  .register(anthropicComponents, { id: 'AnthropicError' });

const VERSION: OptionalParameter = {
  name: 'anthropic-version',
  in: 'header',
  description: "The version of Anthropic's API. Its clients send it.",
  schema: { type: 'string' },
  example: '2023-06-01',
};

const operations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/messages',
    operationId: 'messages-create',
    summary: 'Create a message',
    description:
      'Generates the next message of a conversation. With `stream`, the answer is server-sent events.',
    tag: 'messages',
    parameters: [VERSION],
    request: {
      description: "The conversation, in the form of Anthropic's API.",
      schema: MessageRequest,
      example: { model: 'claude-sonnet-5-5', ...QUESTION_TO_CLAUDE },
    },
    answer: {
      description: "The model's message. With `stream`, its events as they arrive.",
      content: {
        'application/json': { schema: Message, example: ANSWER_OF_CLAUDE },
        'text/event-stream': { schema: MessageEvents, example: EVENTS_OF_CLAUDE },
      },
    },
    failures: WITH_BODY,
  },
  {
    method: 'post',
    path: '/v1/messages/count_tokens',
    operationId: 'messages-count-tokens',
    summary: 'Count the tokens of a message',
    description: 'Counts the tokens of a conversation without generating an answer.',
    tag: 'messages',
    parameters: [VERSION],
    request: {
      description: "The conversation, in the form of Anthropic's API.",
      schema: CountMessageTokensRequest,
      example: { model: 'claude-sonnet-5-5', messages: QUESTION_TO_CLAUDE.messages },
    },
    answer: {
      description: 'The number of tokens.',
      content: { 'application/json': { schema: MessageTokenCount, example: { input_tokens: 13 } } },
    },
    failures: WITH_BODY,
  },
  ...claudeModelOperations,
];

/** The Anthropic surface: Claude on Vertex AI for Anthropic's own clients. */
export const anthropicSurface: Surface = {
  id: 'anthropic',
  title: 'Anthropic',
  description:
    "Claude on Vertex AI behind a governed gateway, for Anthropic's own clients. A Microsoft Entra ID token or an APIM subscription key replaces Anthropic's API key.",
  tags: [
    { name: 'messages', description: 'Conversations with Claude.' },
    { name: 'models', description: 'The models that the caller may use.' },
  ],
  pathParameters: {
    model: { description: "The model's catalog name or alias.", example: 'claude-haiku-4-5' },
  },
  failures: { mediaType: 'application/json', schema: AnthropicError, example: describeError },
  components: anthropicComponents,
  operations,
};

const TYPES: Partial<Readonly<Record<FailureStatus, string>>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

function describeError({ status, message }: Failure): object {
  const type = TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return { type: 'error', error: { type, message }, request_id: REQUEST_ID };
}
