import { z } from 'zod';

/** A member that the gateway accepts and that changes nothing. */
const hint = () => z.string().optional().describe('A hint for OpenAI itself. It changes nothing here.');

const Item = z
  .looseObject({
    type: z
      .string()
      .describe(
        'The type of the item: `message`, `function_call`, `function_call_output`, `custom_tool_call`, `custom_tool_call_output` or `reasoning`.',
      ),
  })
  .describe('An item of a conversation: https://platform.openai.com/docs/api-reference/responses/create');

/** https://platform.openai.com/docs/api-reference/responses/create */
export const ResponseRequest = z
  .strictObject({
    model: z
      .string()
      .describe('The model, such as `google/gemini-3.5-flash`, its catalog name or its alias.'),
    input: z
      .union([z.string().min(1), z.array(Item).min(1)])
      .describe('The conversation: a text of the user, or a list of items.'),
    instructions: z.string().optional().describe('Instructions to the model, before those among the items.'),
    stream: z.boolean().optional().describe('True to stream the answer as server-sent events.'),
    store: z
      .boolean()
      .optional()
      .describe('Nothing is stored, whatever the value; the response says `store: false`.'),
    include: z
      .array(z.enum(['reasoning.encrypted_content']))
      .optional()
      .describe('Reasoning items have their `encrypted_content` in any case.'),
    tools: z
      .array(
        z.looseObject({
          type: z.string().describe('The type of the tool: `function`, `custom` or `namespace`.'),
          name: z.string().describe('The name of the tool.'),
        }),
      )
      .optional()
      .describe('Tools that the model may ask the client to use.'),
    tool_choice: z
      .enum(['none', 'auto', 'required'])
      .optional()
      .describe('The choice of tools. An object names one tool, or those that are allowed.'),
    parallel_tool_calls: z
      .boolean()
      .optional()
      .describe('False to have one tool called at a time, of Claude only.'),
    max_output_tokens: z.int().min(1).optional().describe('The maximum number of output tokens.'),
    temperature: z.number().min(0).max(2).optional().describe('The sampling temperature, from 0 to 2.'),
    top_p: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('The nucleus sampling threshold: the total probability of the candidate tokens.'),
    reasoning: z
      .strictObject({
        effort: z
          .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'])
          .optional()
          .describe('The effort that the model is to make in its thoughts.'),
        summary: z
          .enum(['auto', 'concise', 'detailed', 'none'])
          .optional()
          .describe('Asks for a summary of the thoughts.'),
      })
      .optional()
      .describe('The options of reasoning.'),
    text: z
      .strictObject({
        format: z
          .looseObject({ type: z.literal('text').describe('The type of the format.') })
          .optional()
          .describe('The format: `text`, `json_object`, or `json_schema` with a `schema`.'),
        verbosity: hint(),
      })
      .optional()
      .describe('The options of the text.'),
    truncation: z.literal('disabled').optional().describe('The conversation is sent as it is.'),
    metadata: z
      .record(z.string(), z.string())
      .optional()
      .describe('Notes of the client, which the response repeats.'),
    prompt_cache_key: z
      .string()
      .optional()
      .describe('Says that calls with the same beginning follow. Claude caches the beginning then.'),
    user: hint(),
    safety_identifier: hint(),
  })
  .describe('A request of the Responses API.');

const Usage = z
  .looseObject({
    input_tokens: z.int().describe('The number of tokens in the input.'),
    output_tokens: z.int().describe('The number of tokens in the output, those of thoughts included.'),
    total_tokens: z.int().describe('The total number of tokens.'),
  })
  .nullable()
  .describe('The token usage of the call. It is null before the end.');

export const Response = z
  .looseObject({
    id: z.string().describe('The id of the response. Nothing is stored under it.'),
    object: z.literal('response').describe('The type of the object.'),
    created_at: z.int().describe('The time of creation, in seconds since 1970.'),
    status: z
      .enum(['in_progress', 'completed', 'incomplete', 'failed'])
      .describe('The state of the response.'),
    model: z.string().describe('The model that the request named.'),
    output: z
      .array(z.looseObject({ type: z.string().describe('The type of the item.') }))
      .describe('The items that the model made.'),
    store: z.literal(false).describe('Nothing is stored.'),
    usage: Usage,
  })
  .describe('A response: https://platform.openai.com/docs/api-reference/responses/object');

const ResponseEvent = z
  .looseObject({
    type: z.string().describe('The type of the event, such as `response.output_text.delta`.'),
    sequence_number: z.int().describe('The number of the event, from 0.'),
  })
  .describe('An event: https://platform.openai.com/docs/api-reference/responses-streaming');

export const ResponseEvents = z
  .string()
  .describe('Server-sent events. The data of each is one ResponseEvent; the last is `response.completed`.')
  .meta({ 'x-event-data': '#/components/schemas/ResponseEvent' });

/** Names the schemas of responses in the surface's document. */
export function nameResponses(components: z.core.$ZodRegistry<{ id: string }>): void {
  ResponseRequest.register(components, { id: 'ResponseRequest' });
  Response.register(components, { id: 'Response' });
  ResponseEvent.register(components, { id: 'ResponseEvent' });
  ResponseEvents.register(components, { id: 'ResponseEvents' });
}
