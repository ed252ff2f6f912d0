import { z } from 'zod';
import { AnyBody } from '../../src/dialects/vertex-bodies.ts';

const ContentBlock = z
  .looseObject({
    type: z
      .string()
      .describe(
        'The type of the content block: `text`, `image`, `document`, `thinking`, `tool_use` or `tool_result`.',
      ),
    text: z.string().optional().describe('The text of a text block.'),
    source: z.looseObject({}).optional().describe('The source of the bytes of an image or document.'),
    id: z.string().optional().describe('The id of a tool use.'),
    name: z.string().optional().describe('The name of the tool of a tool use.'),
    input: z.looseObject({}).optional().describe("The input of a tool use, which follows the tool's schema."),
    tool_use_id: z.string().optional().describe('The id of the tool use that a result answers.'),
    thinking: z.string().optional().describe('The text of a thinking block.'),
    signature: z
      .string()
      .optional()
      .describe('The signature of a thinking block, which verifies it in later requests.'),
  })
  .describe('A content block of a message.');

const InputMessage = z
  .looseObject({
    role: z.string().describe("The role of the message's author: `user` or `assistant`."),
    content: z
      .union([z.string(), z.array(ContentBlock)])
      .describe('The content: text, or a list of content blocks.'),
  })
  .describe('One message of a conversation.');

const MessageTool = z
  .looseObject({
    name: z.string().describe("The tool's name."),
    description: z.string().optional().describe("The tool's purpose, for the model to read."),
    input_schema: z.looseObject({}).optional().describe("The tool's input, as JSON Schema."),
  })
  .describe('A tool that the model may use.');

/** The members that a request to count tokens has as well: https://docs.claude.com/en/api/messages-count-tokens */
const counted = {
  system: z
    .union([z.string(), z.array(ContentBlock)])
    .optional()
    .describe('The system prompt, which precedes the conversation.'),
  tools: z.array(MessageTool).optional().describe('The tools that the model may use.'),
  tool_choice: z
    .looseObject({})
    .optional()
    .describe('The choice of tools: `auto`, `any`, `none` or a tool that must be used.'),
  thinking: z.looseObject({}).optional().describe('The configuration of extended thinking.'),
};

/** https://docs.claude.com/en/api/messages */
const generated = {
  stream: z.boolean().optional().describe('True to stream the answer as server-sent events.'),
  stop_sequences: z
    .array(z.string())
    .optional()
    .describe('The stop sequences: texts at which generation stops.'),
  temperature: z.number().optional().describe('The sampling temperature, from 0 to 1.'),
  top_p: z
    .number()
    .optional()
    .describe('The nucleus sampling threshold: the total probability of the candidate tokens.'),
  top_k: z.int().optional().describe('The number of the most likely tokens that are candidates.'),
  metadata: z.looseObject({}).optional().describe("Metadata of the request, such as the user's id."),
};

const model = z.string().describe("The model's own name, its catalog name or its alias.");
const messages = z.array(InputMessage).min(1).describe('The messages of the conversation so far.');
const maximumTokens = z.int().min(1).describe('The maximum number of output tokens.');

/** https://docs.claude.com/en/api/claude-on-vertex-ai */
export const RawPredictRequest = AnyBody.safeExtend({
  anthropic_version: z
    .string()
    .optional()
    .describe(
      'The version of the Messages API on Vertex AI, `vertex-2023-10-16`. Messages to Claude need it.',
    ),
  model: model
    .optional()
    .describe('The model whose tokens to count. In other calls, the path names the model.'),
  max_tokens: maximumTokens.optional(),
  messages: messages.optional(),
  ...counted,
  ...generated,
}).describe("A request in the form of the model's publisher. The fields are those of Anthropic's messages.");

export const MessageRequest = z
  .looseObject({ model, max_tokens: maximumTokens, messages, ...counted, ...generated })
  .describe('A request for a message.');

export const CountMessageTokensRequest = z
  .looseObject({ model, messages, ...counted })
  .describe('A conversation whose tokens to count.');

const MessageUsage = z
  .looseObject({
    input_tokens: z.int().optional().describe('The number of input tokens.'),
    output_tokens: z.int().optional().describe('The number of output tokens.'),
    cache_creation_input_tokens: z
      .int()
      .nullish()
      .describe('The number of input tokens that were written to a cache.'),
    cache_read_input_tokens: z
      .int()
      .nullish()
      .describe('The number of input tokens that were read from a cache.'),
  })
  .describe('The token usage of a call.');

const answered = {
  id: z.string().describe("The answer's id."),
  type: z.string().describe('The type of the object, always `message`.'),
  role: z.string().describe('The role of the author, always `assistant`.'),
  model: z.string().describe('The model that answered.'),
  content: z.array(ContentBlock).describe("The content blocks of the model's message."),
  stop_reason: z
    .string()
    .nullable()
    .describe(
      'The reason that generation stopped: `end_turn`, `max_tokens`, `stop_sequence`, `tool_use` or `refusal`.',
    ),
  stop_sequence: z.string().nullable().describe('The stop sequence that ended generation, if one did.'),
  usage: MessageUsage.describe('The token usage of the call.'),
};

export const Message = z.looseObject(answered).describe("The model's message.");

/** The answer of any publisher's model, so no member is required. */
export const RawPredictResponse = z
  .looseObject({
    ...z.object(answered).partial().shape,
    input_tokens: z.int().optional().describe('The number of tokens, in answers to token counting.'),
  })
  .describe("An answer in the form of the model's publisher. The fields are those of Anthropic's messages.");

export const MessageTokenCount = z
  .looseObject({ input_tokens: z.int().describe('The number of tokens.') })
  .describe('The number of tokens in a conversation.');

/** https://docs.claude.com/en/docs/build-with-claude/streaming */
const MessageEvent = z
  .looseObject({
    type: z
      .string()
      .describe(
        'The type of the event: `message_start`, `content_block_start`, `content_block_delta`, `content_block_stop`, `message_delta`, `message_stop`, `ping` or `error`.',
      ),
    message: z.looseObject({}).optional().describe('The message without content, in `message_start`.'),
    index: z.int().optional().describe('The position of the content block that the event is about, from 0.'),
    content_block: z
      .looseObject({})
      .optional()
      .describe('The content block without content, in `content_block_start`.'),
    delta: z.looseObject({}).optional().describe('The new part of the message or content block.'),
    usage: MessageUsage.optional().describe('The token usage so far.'),
    error: z.looseObject({}).optional().describe('The error, in `error`.'),
  })
  .describe('One event of a streamed message.');

export const MessageEvents = z
  .string()
  .meta({ 'x-event-data': '#/components/schemas/MessageEvent' })
  .describe('Server-sent events, each named by its type. The data of each is one MessageEvent.');

/** Names the schemas of messages in the document of a surface that serves Claude. */
export function nameMessages(components: z.core.$ZodRegistry<{ id: string }>): void {
  const schemas = {
    ContentBlock,
    InputMessage,
    MessageTool,
    MessageUsage,
    MessageEvent,
    MessageEvents,
    RawPredictRequest,
    RawPredictResponse,
    MessageRequest,
    Message,
    CountMessageTokensRequest,
    MessageTokenCount,
  };
  for (const [id, schema] of Object.entries(schemas)) components.add(schema, { id });
}
