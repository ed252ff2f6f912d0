import { z } from 'zod';
import { ChatCompletionsBody } from '../../src/dialects/vertex-bodies.ts';

/** https://platform.openai.com/docs/api-reference/chat/create */
const ToolCall = z
  .looseObject({
    id: z.string().optional().describe('Id of the call.'),
    index: z.int().optional().describe('In a stream, which call a piece belongs to.'),
    type: z.string().optional().describe('Always function.'),
    function: z
      .looseObject({
        name: z.string().optional().describe('Name of the function.'),
        arguments: z.string().optional().describe('Its arguments, as JSON; in a stream, a piece of it.'),
      })
      .describe('What to call.'),
  })
  .describe('What the model asks the client to call.');

const ChatMessage = z
  .looseObject({
    role: z.string().describe('system, developer, user, assistant or tool.'),
    content: z
      .union([
        z.string().nullable(),
        z
          .array(
            z.looseObject({
              type: z.string().describe('text or image_url.'),
              text: z.string().optional().describe('Text.'),
              image_url: z
                .looseObject({ url: z.string().describe('data: or gs:// address of the image.') })
                .optional()
                .describe('An image.'),
            }),
          )
          .min(1),
      ])
      .optional()
      .describe('What is said: text, or a list of texts and images.'),
    name: z.string().optional().describe('Name of who speaks.'),
    tool_calls: z.array(ToolCall).optional().describe('What the model asked to call.'),
    tool_call_id: z.string().optional().describe('Of a tool’s message, which call it answers.'),
  })
  .describe('One turn of a conversation.');

export const ChatCompletionRequest = ChatCompletionsBody.safeExtend({
  model: z.string().describe('The model, such as google/gemini-2.5-flash, its catalog name or its alias.'),
  messages: z.array(ChatMessage).min(1).describe('The conversation so far.'),
  stream: z.boolean().optional().describe('Whether to answer in server-sent events.'),
  stream_options: z
    .looseObject({
      include_usage: z.boolean().optional().describe('Whether the last event has the usage.'),
    })
    .optional()
    .describe('How to stream.'),
  temperature: z.number().optional().describe('Randomness, from 0 to 2.'),
  top_p: z.number().optional().describe('Sum of the probabilities that tokens are chosen from.'),
  max_tokens: z.int().optional().describe('The most tokens to put out.'),
  max_completion_tokens: z.int().optional().describe('The same; the newer name.'),
  n: z.int().optional().describe('How many answers to give.'),
  stop: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Texts at which the answer ends.'),
  seed: z.int().optional().describe('For answers that can be repeated as far as possible.'),
  presence_penalty: z.number().optional().describe('Against tokens that were there already.'),
  frequency_penalty: z.number().optional().describe('Against tokens that were there often.'),
  reasoning_effort: z.string().optional().describe('How much the model thinks: none, low, medium or high.'),
  tools: z
    .array(
      z.looseObject({
        type: z.string().describe('Always function.'),
        function: z
          .looseObject({
            name: z.string().describe('Name of the function.'),
            description: z.string().optional().describe('What it is for, for the model to read.'),
            parameters: z.looseObject({}).optional().describe('Its parameters, as JSON Schema.'),
          })
          .describe('A function.'),
      }),
    )
    .optional()
    .describe('Functions that the model may ask the client to call.'),
  tool_choice: z
    .union([z.string(), z.looseObject({})])
    .optional()
    .describe('none, auto, required, or the function that must be called.'),
  response_format: z
    .looseObject({
      type: z.string().describe('text, json_object or json_schema.'),
      json_schema: z.looseObject({}).optional().describe('What a JSON answer looks like.'),
    })
    .optional()
    .describe('The form of the answer.'),
}).describe('A conversation to continue.');

const CompletionUsage = z
  .looseObject({
    prompt_tokens: z.int().describe('Tokens of the prompt.'),
    completion_tokens: z.int().optional().describe('Tokens of the answer.'),
    total_tokens: z.int().describe('All of them.'),
    prompt_tokens_details: z
      .looseObject({})
      .optional()
      .describe('The prompt, such as what came from a cache.'),
    completion_tokens_details: z.looseObject({}).optional().describe('The answer, such as thoughts.'),
  })
  .describe('How many tokens went in and came out.');

const Common = {
  id: z.string().describe('Id of the answer.'),
  created: z.int().describe('When it was made, in seconds since 1970.'),
  model: z.string().describe('The model that answered.'),
  system_fingerprint: z.string().optional().describe('What it ran on.'),
};
const finishReason = z
  .string()
  .nullish()
  .describe('Why it ends: stop, length, tool_calls or content_filter; null before the end.');

export const ChatCompletion = z
  .looseObject({
    ...Common,
    object: z.literal('chat.completion').describe('Says what this is.'),
    choices: z
      .array(
        z.looseObject({
          index: z.int().describe('Its place among the answers.'),
          message: ChatMessage.describe('What the model says.'),
          finish_reason: finishReason,
        }),
      )
      .describe('The answers.'),
    usage: CompletionUsage.optional().describe('How many tokens the call used.'),
  })
  .describe('A continued conversation.');

const ChatCompletionChunk = z
  .looseObject({
    ...Common,
    object: z.literal('chat.completion.chunk').describe('Says what this is.'),
    choices: z
      .array(
        z.looseObject({
          index: z.int().describe('Which answer the piece belongs to.'),
          delta: z
            .looseObject({
              role: z.string().optional().describe('Who speaks, in the first piece.'),
              content: z.string().nullish().describe('A piece of text.'),
              tool_calls: z.array(ToolCall).optional().describe('Pieces of calls.'),
            })
            .describe('What is new.'),
          finish_reason: finishReason,
        }),
      )
      .describe('Pieces of the answers; empty in the event that has the usage.'),
    usage: z
      .looseObject({})
      .nullish()
      .describe('How many tokens went in and came out; in the last event, when it is asked for.'),
  })
  .describe('A piece of a streamed answer.');

export const ChatCompletionEvents = z
  .string()
  .meta({ 'x-event-data': '#/components/schemas/ChatCompletionChunk' })
  .describe('Server-sent events; the data of each is one ChatCompletionChunk, and [DONE] in the last one.');

/** Names the schemas of chat completions in the document of a surface. */
export function nameChatCompletions(components: z.core.$ZodRegistry<{ id: string }>): void {
  const schemas = {
    ChatMessage,
    ToolCall,
    CompletionUsage,
    ChatCompletionRequest,
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionEvents,
  };
  for (const [id, schema] of Object.entries(schemas)) components.add(schema, { id });
}
