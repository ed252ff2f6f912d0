import { z } from 'zod';
import { ChatCompletionsBody } from '../../src/dialects/vertex-bodies.ts';

/** https://platform.openai.com/docs/api-reference/chat/create */
const ToolCall = z
  .looseObject({
    id: z.string().optional().describe('The id of the tool call.'),
    index: z.int().optional().describe('The position of the tool call in the message. Only streams have it.'),
    type: z.string().optional().describe('The type of the tool, always `function`.'),
    function: z
      .looseObject({
        name: z.string().optional().describe("The function's name."),
        arguments: z
          .string()
          .optional()
          .describe('The arguments as JSON text. In a stream, a piece of that text.'),
      })
      .describe('The function to call.'),
  })
  .describe('A call that the model asks the client to make.');

const ChatMessage = z
  .looseObject({
    role: z
      .string()
      .describe("The role of the message's author: `system`, `developer`, `user`, `assistant` or `tool`."),
    content: z
      .union([
        z.string().nullable(),
        z
          .array(
            z.looseObject({
              type: z.string().describe('The type of the part: `text` or `image_url`.'),
              text: z.string().optional().describe('The text.'),
              image_url: z
                .looseObject({
                  url: z.string().describe("The image's address, which begins with `data:` or `gs://`."),
                })
                .optional()
                .describe('An image.'),
            }),
          )
          .min(1),
      ])
      .optional()
      .describe('The content: text, or a list of texts and images.'),
    name: z.string().optional().describe("The name of the message's author."),
    tool_calls: z.array(ToolCall).optional().describe('The calls that the model asked for.'),
    tool_call_id: z.string().optional().describe("The id of the call that a tool's message answers."),
  })
  .describe('One message of a conversation.');

export const ChatCompletionRequest = ChatCompletionsBody.safeExtend({
  model: z.string().describe('The model, such as `google/gemini-3.5-flash`, its catalog name or its alias.'),
  messages: z.array(ChatMessage).min(1).describe('The messages of the conversation so far.'),
  stream: z.boolean().optional().describe('True to stream the answer as server-sent events.'),
  stream_options: z
    .looseObject({
      include_usage: z.boolean().optional().describe('True to have the token usage in the last event.'),
    })
    .optional()
    .describe('The options of streaming.'),
  temperature: z.number().optional().describe('The sampling temperature, from 0 to 2.'),
  top_p: z
    .number()
    .optional()
    .describe('The nucleus sampling threshold: the total probability of the candidate tokens.'),
  max_tokens: z.int().optional().describe('The maximum number of output tokens.'),
  max_completion_tokens: z
    .int()
    .optional()
    .describe('The maximum number of output tokens. It is the newer name of `max_tokens`.'),
  n: z.int().optional().describe('The number of answers to generate.'),
  stop: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('The stop sequences: texts at which generation stops.'),
  seed: z
    .int()
    .optional()
    .describe('The sampling seed. Equal seeds make answers repeatable as far as possible.'),
  presence_penalty: z.number().optional().describe('The penalty for tokens that appeared already.'),
  frequency_penalty: z.number().optional().describe('The penalty for tokens by how often they appeared.'),
  reasoning_effort: z
    .string()
    .optional()
    .describe('The reasoning effort: `none`, `low`, `medium` or `high`.'),
  tools: z
    .array(
      z.looseObject({
        type: z.string().describe('The type of the tool, always `function`.'),
        function: z
          .looseObject({
            name: z.string().describe("The function's name."),
            description: z.string().optional().describe("The function's purpose, for the model to read."),
            parameters: z.looseObject({}).optional().describe("The function's parameters, as JSON Schema."),
          })
          .describe('A function that the model may ask the client to call.'),
      }),
    )
    .optional()
    .describe('Functions that the model may ask the client to call.'),
  tool_choice: z
    .union([z.string(), z.looseObject({})])
    .optional()
    .describe('The choice of tools: `none`, `auto`, `required`, or the function that must be called.'),
  response_format: z
    .looseObject({
      type: z.string().describe('The type of the format: `text`, `json_object` or `json_schema`.'),
      json_schema: z.looseObject({}).optional().describe('The JSON Schema of the answer.'),
    })
    .optional()
    .describe('The format of the answer.'),
}).describe('A request for a chat completion.');

const CompletionUsage = z
  .looseObject({
    prompt_tokens: z.int().describe('The number of tokens in the prompt.'),
    completion_tokens: z.int().optional().describe('The number of tokens in the answer.'),
    total_tokens: z.int().describe('The total number of tokens.'),
    prompt_tokens_details: z
      .looseObject({})
      .optional()
      .describe("Details of the prompt's tokens, such as those read from a cache."),
    completion_tokens_details: z
      .looseObject({})
      .optional()
      .describe("Details of the answer's tokens, such as those of thoughts."),
  })
  .describe('The token usage of a call.');

const Common = {
  id: z.string().describe("The answer's id."),
  created: z.int().describe('The time of creation, in seconds since 1970.'),
  model: z.string().describe('The model that answered.'),
  system_fingerprint: z.string().optional().describe('The fingerprint of the backend that answered.'),
};
const finishReason = z
  .string()
  .nullish()
  .describe(
    'The reason that generation stopped: `stop`, `length`, `tool_calls` or `content_filter`. It is null before the end.',
  );

export const ChatCompletion = z
  .looseObject({
    ...Common,
    object: z.literal('chat.completion').describe('The type of the object.'),
    choices: z
      .array(
        z.looseObject({
          index: z.int().describe("The answer's position in the list, from 0."),
          message: ChatMessage.describe("The model's message."),
          finish_reason: finishReason,
        }),
      )
      .describe('The answers.'),
    usage: CompletionUsage.optional().describe('The token usage of the call.'),
  })
  .describe('A chat completion.');

const ChatCompletionChunk = z
  .looseObject({
    ...Common,
    object: z.literal('chat.completion.chunk').describe('The type of the object.'),
    choices: z
      .array(
        z.looseObject({
          index: z.int().describe('The position of the answer that the piece belongs to, from 0.'),
          delta: z
            .looseObject({
              role: z.string().optional().describe('The role of the author. Only the first piece has it.'),
              content: z.string().nullish().describe('A piece of text.'),
              tool_calls: z.array(ToolCall).optional().describe('Pieces of tool calls.'),
            })
            .describe('The new part of the message.'),
          finish_reason: finishReason,
        }),
      )
      .describe('Pieces of the answers. The event with the usage has none.'),
    usage: z
      .looseObject({})
      .nullish()
      .describe('The token usage of the call. Only the last event has it, and only on request.'),
  })
  .describe('A piece of a streamed answer.');

export const ChatCompletionEvents = z
  .string()
  .meta({ 'x-event-data': '#/components/schemas/ChatCompletionChunk' })
  .describe(
    'Server-sent events. The data of each is one ChatCompletionChunk; that of the last one is `[DONE]`.',
  );

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
