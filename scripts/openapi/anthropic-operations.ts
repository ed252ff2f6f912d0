import { z } from 'zod';
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

const AnthropicError = z
  .looseObject({
    type: z.literal('error').describe('Says what this is.'),
    error: z
      .looseObject({
        type: z.string().describe("Kind of the error, one of Anthropic's."),
        message: z.string().describe('What went wrong and what to do about it.'),
      })
      .describe('What is wrong.'),
    request_id: z.string().describe('Id of the call, which is that of its audit record.'),
  })
  .describe("An error, as Anthropic's clients read it: https://docs.claude.com/en/api/errors")
  .register(anthropicComponents, { id: 'AnthropicError' });

const VERSION: OptionalParameter = {
  name: 'anthropic-version',
  in: 'header',
  description: "Version of Anthropic's API, which its clients send.",
  schema: { type: 'string' },
  example: '2023-06-01',
};

const operations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/messages',
    operationId: 'messages-create',
    summary: 'Create a message',
    description: 'Continues a conversation, whole or, with stream, as server-sent events.',
    tag: 'messages',
    parameters: [VERSION],
    request: {
      description: 'The conversation, as Anthropic documents it.',
      schema: MessageRequest,
      example: { model: 'claude-sonnet-4-5', ...QUESTION_TO_CLAUDE },
    },
    answer: {
      description: "The model's turn, or its pieces as they come.",
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
    description: 'Counts the tokens of a conversation without continuing it.',
    tag: 'messages',
    parameters: [VERSION],
    request: {
      description: 'The conversation, as Anthropic documents it.',
      schema: CountMessageTokensRequest,
      example: { model: 'claude-sonnet-4-5', messages: QUESTION_TO_CLAUDE.messages },
    },
    answer: {
      description: 'How many tokens.',
      content: { 'application/json': { schema: MessageTokenCount, example: { input_tokens: 13 } } },
    },
    failures: WITH_BODY,
  },
];

/** The Anthropic surface: Claude on Vertex AI for Anthropic's own clients. */
export const anthropicSurface: Surface = {
  id: 'anthropic',
  title: 'Anthropic',
  description:
    "Claude on Vertex AI behind a governed gateway, called as Anthropic's own clients call it. A Microsoft Entra ID token or an APIM subscription key takes the place of an API key of Anthropic.",
  tags: [{ name: 'messages', description: 'Conversations with Claude.' }],
  pathParameters: {},
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
