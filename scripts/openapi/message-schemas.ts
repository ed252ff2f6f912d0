import { z } from 'zod';
import { AnyBody } from '../../src/dialects/vertex-bodies.ts';

const ContentBlock = z
  .looseObject({
    type: z.string().describe('text, image, document, thinking, tool_use or tool_result.'),
    text: z.string().optional().describe('Of a text, what it says.'),
    source: z.looseObject({}).optional().describe('Of an image or document, where its bytes are.'),
    id: z.string().optional().describe('Of a use of a tool, its id.'),
    name: z.string().optional().describe('Of a use of a tool, the name of the tool.'),
    input: z.looseObject({}).optional().describe('Of a use of a tool, the input after its schema.'),
    tool_use_id: z.string().optional().describe('Of a result, the id of the use.'),
    thinking: z.string().optional().describe('Of thinking, the thought.'),
    signature: z.string().optional().describe('Of thinking, what proves it in later turns.'),
  })
  .describe('A piece of a message.');

const InputMessage = z
  .looseObject({
    role: z.string().describe('user or assistant.'),
    content: z
      .union([z.string(), z.array(ContentBlock)])
      .describe('What is said: text, or a list of pieces.'),
  })
  .describe('One turn of a conversation.');

const MessageTool = z
  .looseObject({
    name: z.string().describe('Name of the tool.'),
    description: z.string().optional().describe('What it is for, for the model to read.'),
    input_schema: z.looseObject({}).optional().describe('Its input, as JSON Schema.'),
  })
  .describe('What the model may use to answer.');

/** The members that a request to count tokens has as well: https://docs.claude.com/en/api/messages-count-tokens */
const counted = {
  system: z
    .union([z.string(), z.array(ContentBlock)])
    .optional()
    .describe('What the model is told before the conversation.'),
  tools: z.array(MessageTool).optional().describe('What the model may use.'),
  tool_choice: z.looseObject({}).optional().describe('Whether tools may or must be used.'),
  thinking: z.looseObject({}).optional().describe('Whether and how much the model thinks.'),
};

/** https://docs.claude.com/en/api/messages */
const generated = {
  stream: z.boolean().optional().describe('Whether to answer in server-sent events.'),
  stop_sequences: z.array(z.string()).optional().describe('Texts at which the answer ends.'),
  temperature: z.number().optional().describe('Randomness, from 0 to 1.'),
  top_p: z.number().optional().describe('Sum of the probabilities that tokens are chosen from.'),
  top_k: z.int().optional().describe('Count of the likeliest tokens that are chosen from.'),
  metadata: z.looseObject({}).optional().describe('What is known of the person who asks.'),
};

const model = z.string().describe('The model: its own name, its catalog name or its alias.');
const messages = z.array(InputMessage).min(1).describe('The conversation so far.');
const maximumTokens = z.int().min(1).describe('The most tokens to put out.');

/** https://docs.claude.com/en/api/claude-on-vertex-ai */
export const RawPredictRequest = AnyBody.safeExtend({
  anthropic_version: z.string().optional().describe('Of messages to Claude: vertex-2023-10-16.'),
  model: model.optional().describe('Where tokens are counted, the model; the path names it otherwise.'),
  max_tokens: maximumTokens.optional(),
  messages: messages.optional(),
  ...counted,
  ...generated,
}).describe("What the model's publisher takes; the fields are those of Anthropic's messages.");

export const MessageRequest = z
  .looseObject({ model, max_tokens: maximumTokens, messages, ...counted, ...generated })
  .describe('A conversation to continue.');

export const CountMessageTokensRequest = z
  .looseObject({ model, messages, ...counted })
  .describe('A conversation whose tokens to count.');

const MessageUsage = z
  .looseObject({
    input_tokens: z.int().optional().describe('Tokens that went in.'),
    output_tokens: z.int().optional().describe('Tokens that came out.'),
    cache_creation_input_tokens: z.int().nullish().describe('Tokens that were put into a cache.'),
    cache_read_input_tokens: z.int().nullish().describe('Tokens that came from a cache.'),
  })
  .describe('How many tokens went in and came out.');

const answered = {
  id: z.string().describe('Id of the answer.'),
  type: z.string().describe('Always message.'),
  role: z.string().describe('Always assistant.'),
  model: z.string().describe('The model that answered.'),
  content: z.array(ContentBlock).describe('What the model says.'),
  stop_reason: z
    .string()
    .nullable()
    .describe('Why it ends: end_turn, max_tokens, stop_sequence, tool_use or refusal.'),
  stop_sequence: z.string().nullable().describe('The text at which it ended.'),
  usage: MessageUsage.describe('How many tokens the call used.'),
};

export const Message = z.looseObject(answered).describe("The model's turn.");

/** The answer of any publisher's model, so no member is required. */
export const RawPredictResponse = z
  .looseObject({
    ...z.object(answered).partial().shape,
    input_tokens: z.int().optional().describe('Where tokens are counted, how many.'),
  })
  .describe("What the model's publisher answers; the fields are those of Anthropic's messages.");

export const MessageTokenCount = z
  .looseObject({ input_tokens: z.int().describe('How many tokens.') })
  .describe('Tokens of a conversation.');

/** https://docs.claude.com/en/docs/build-with-claude/streaming */
const MessageEvent = z
  .looseObject({
    type: z
      .string()
      .describe(
        'message_start, content_block_start, content_block_delta, content_block_stop, message_delta, message_stop, ping or error.',
      ),
    message: z.looseObject({}).optional().describe('In message_start, the message as it begins.'),
    index: z.int().optional().describe('Which piece of the message it is about.'),
    content_block: z.looseObject({}).optional().describe('In content_block_start, the piece as it begins.'),
    delta: z.looseObject({}).optional().describe('What is new.'),
    usage: MessageUsage.optional().describe('How many tokens were used so far.'),
    error: z.looseObject({}).optional().describe('In error, what went wrong.'),
  })
  .describe('One event of a streamed message.');

export const MessageEvents = z
  .string()
  .meta({ 'x-event-data': '#/components/schemas/MessageEvent' })
  .describe('Server-sent events, each named by its type; the data of each is one MessageEvent.');

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
