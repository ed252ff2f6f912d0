import protobuf from 'protobufjs/light.js';
import type { INamespace } from 'protobufjs/light.js';

const field = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });
const anything = (id: number) => field('google.protobuf.Value', id);

/** OpenAI's parameters that Google ignores. Source: https://platform.openai.com/docs/api-reference/chat/create */
const IGNORED = [
  'audio',
  'logit_bias',
  'metadata',
  'moderation',
  'parallel_tool_calls',
  'prediction',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'store',
  'user',
  'verbosity',
];

/**
 * The descriptors of a chat completions request, so that it is read as strictly as Google's front end reads other
 * messages. The fields are those of Google's list of supported parameters; a field of several types is a Value.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview#supported-parameters
 */
const descriptors = {
  nested: {
    google: {
      nested: {
        protobuf: { nested: { Value: { fields: {} }, Struct: { fields: {} } } },
      },
    },
    ChatCompletionRequest: {
      fields: {
        messages: repeated('Message', 1),
        model: field('string', 2),
        max_tokens: field('int32', 3),
        max_completion_tokens: field('int32', 4),
        temperature: field('double', 5),
        top_p: field('double', 6),
        n: field('int32', 7),
        seed: field('int32', 8),
        frequency_penalty: field('double', 9),
        presence_penalty: field('double', 10),
        stop: anything(11),
        stream: field('bool', 12),
        stream_options: field('StreamOptions', 13),
        reasoning_effort: field('string', 14),
        response_format: field('ResponseFormat', 15),
        tools: repeated('Tool', 16),
        tool_choice: anything(17),
        extra_body: field('ExtraBody', 18),
        google: field('Extensions', 19),
        functions: anything(20),
        function_call: anything(21),
        web_search_options: anything(22),
        modalities: anything(23),
        logprobs: field('bool', 24),
        top_logprobs: field('int32', 25),
        ...Object.fromEntries(IGNORED.map((name, i) => [name, anything(100 + i)])),
      },
    },
    Message: {
      fields: {
        role: field('string', 1),
        content: anything(2),
        name: field('string', 3),
        tool_calls: repeated('ToolCall', 4),
        tool_call_id: field('string', 5),
        refusal: anything(6),
        extra_content: anything(7),
      },
    },
    ToolCall: {
      fields: {
        id: field('string', 1),
        type: field('string', 2),
        function: field('FunctionCall', 3),
        index: field('int32', 4),
        extra_content: anything(5),
      },
    },
    FunctionCall: { fields: { name: field('string', 1), arguments: field('string', 2) } },
    StreamOptions: { fields: { include_usage: field('bool', 1), include_obfuscation: field('bool', 2) } },
    ResponseFormat: { fields: { type: field('string', 1), json_schema: field('JsonSchema', 2) } },
    JsonSchema: {
      fields: {
        name: field('string', 1),
        description: field('string', 2),
        schema: field('google.protobuf.Struct', 3),
        strict: field('bool', 4),
      },
    },
    Tool: { fields: { type: field('string', 1), function: field('FunctionDeclaration', 2) } },
    FunctionDeclaration: {
      fields: {
        name: field('string', 1),
        description: field('string', 2),
        parameters: field('google.protobuf.Struct', 3),
        strict: field('bool', 4),
      },
    },
    ExtraBody: { fields: { google: field('Extensions', 1) } },
    Extensions: {
      fields: {
        cached_content: field('string', 1),
        safety_settings: anything(2),
        thinking_config: anything(3),
        thought_tag_marker: field('string', 4),
      },
    },
  },
} satisfies INamespace;

export const ChatCompletionRequest = protobuf.Root.fromJSON(descriptors)
  .resolveAll()
  .lookupType('ChatCompletionRequest');

/** A request for chat completions, as `readMessage` returns it. */
export interface ChatCompletionMessage {
  readonly messages?: readonly ChatMessage[];
  readonly model?: string;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly n?: number;
  readonly seed?: number;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  readonly stop?: unknown;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly reasoning_effort?: string;
  readonly response_format?: { readonly type?: string; readonly json_schema?: { readonly schema?: object } };
  readonly tools?: readonly ChatTool[];
  readonly tool_choice?: unknown;
  readonly extra_body?: { readonly google?: Extensions };
  readonly google?: Extensions;
  readonly functions?: unknown;
  readonly function_call?: unknown;
  readonly web_search_options?: unknown;
  readonly modalities?: unknown;
  readonly logprobs?: boolean;
  readonly top_logprobs?: number;
}

export interface ChatMessage {
  readonly role?: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly {
    readonly id?: string;
    readonly function?: { readonly name?: string; readonly arguments?: string };
  }[];
  readonly tool_call_id?: string;
}

interface ChatTool {
  readonly type?: string;
  readonly function?: { readonly name?: string; readonly description?: string; readonly parameters?: object };
}

/**
 * The parameters that only Google has.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview#gemini-specific_parameters
 */
interface Extensions {
  readonly cached_content?: string;
  readonly safety_settings?: unknown;
  readonly thinking_config?: unknown;
  readonly thought_tag_marker?: string;
}
