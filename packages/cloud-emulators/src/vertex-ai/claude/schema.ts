import { z } from 'zod';

/**
 * The schemas of the bodies of Claude's calls. They are as strict as the service: an unknown field is not permitted.
 * Source: https://platform.claude.com/docs/en/api/messages/create and, for the differences at Google,
 * https://platform.claude.com/docs/en/build-with-claude/claude-models-on-google-cloud/google-managed
 */

const CacheControl = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() }),
  ])
  .nullish();

const TextBlock = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  citations: z.array(z.looseObject({})).nullish(),
  cache_control: CacheControl,
});

const ImageBlock = z.strictObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('base64'),
      media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
      data: z.string(),
    }),
  ]),
  cache_control: CacheControl,
});

/** Source: https://platform.claude.com/docs/en/build-with-claude/pdf-support */
const DocumentBlock = z.strictObject({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('base64'),
      media_type: z.literal('application/pdf'),
      data: z.string(),
    }),
    z.strictObject({ type: z.literal('text'), media_type: z.literal('text/plain'), data: z.string() }),
    z.strictObject({ type: z.literal('content'), content: z.union([z.string(), z.array(TextBlock)]) }),
  ]),
  title: z.string().nullish(),
  context: z.string().nullish(),
  citations: z.strictObject({ enabled: z.boolean().optional() }).nullish(),
  cache_control: CacheControl,
});

/** Source: https://platform.claude.com/docs/en/build-with-claude/search-results */
const SearchResultBlock = z.strictObject({
  type: z.literal('search_result'),
  source: z.string(),
  title: z.string(),
  content: z.array(TextBlock).min(1),
  citations: z.strictObject({ enabled: z.boolean().optional() }).nullish(),
  cache_control: CacheControl,
});

const ToolUseBlock = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
  cache_control: CacheControl,
});

/** A tool that a search has found. https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool */
const ToolReferenceBlock = z.strictObject({
  type: z.literal('tool_reference'),
  tool_name: z.string(),
  cache_control: CacheControl,
});

const ToolResultBlock = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  content: z
    .union([
      z.string(),
      z.array(
        z.discriminatedUnion('type', [
          TextBlock,
          ImageBlock,
          DocumentBlock,
          SearchResultBlock,
          ToolReferenceBlock,
        ]),
      ),
    ])
    .optional(),
  is_error: z.boolean().optional(),
  cache_control: CacheControl,
});

const ThinkingBlock = z.strictObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string(),
});

const RedactedThinkingBlock = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() });

/** Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool */
const Caller = z.strictObject({ type: z.literal('direct') }).optional();
const ServerToolUseBlock = z.strictObject({
  type: z.literal('server_tool_use'),
  id: z.string().regex(/^srvtoolu_[a-zA-Z0-9_]+$/),
  name: z.enum(['web_search', 'tool_search_tool_regex', 'tool_search_tool_bm25']),
  input: z.record(z.string(), z.unknown()),
  caller: Caller,
  cache_control: CacheControl,
});

const WebSearchToolResultBlock = z.strictObject({
  type: z.literal('web_search_tool_result'),
  tool_use_id: z.string().regex(/^srvtoolu_[a-zA-Z0-9_]+$/),
  content: z.union([
    z.strictObject({ type: z.literal('web_search_tool_result_error'), error_code: z.string() }),
    z.array(
      z.strictObject({
        type: z.literal('web_search_result'),
        url: z.string(),
        title: z.string(),
        encrypted_content: z.string(),
        page_age: z.string().nullish(),
      }),
    ),
  ]),
  caller: Caller,
  cache_control: CacheControl,
});

/** Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool */
const ToolSearchToolResultBlock = z.strictObject({
  type: z.literal('tool_search_tool_result'),
  tool_use_id: z.string().regex(/^srvtoolu_[a-zA-Z0-9_]+$/),
  content: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('tool_search_tool_search_result'),
      tool_references: z.array(ToolReferenceBlock),
    }),
    z.strictObject({
      type: z.literal('tool_search_tool_result_error'),
      error_code: z.string(),
      error_message: z.string().nullish(),
    }),
  ]),
  cache_control: CacheControl,
});

const Block = z.discriminatedUnion('type', [
  TextBlock,
  ImageBlock,
  DocumentBlock,
  SearchResultBlock,
  ToolUseBlock,
  ToolResultBlock,
  ThinkingBlock,
  RedactedThinkingBlock,
  ServerToolUseBlock,
  WebSearchToolResultBlock,
  ToolSearchToolResultBlock,
]);
/** A content block of a message, or of the result of a tool. */
export type Block = z.infer<typeof Block> | z.infer<typeof ToolReferenceBlock>;

const Message = z.strictObject({
  role: z.enum(['user', 'assistant']),
  content: z.union([z.string(), z.array(Block)]),
});
/** A message of a conversation. */
export type Message = z.infer<typeof Message>;

const CustomTool = z.strictObject({
  type: z.literal('custom').nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  description: z.string().optional(),
  input_schema: z.looseObject({ type: z.literal('object') }),
  eager_input_streaming: z.boolean().nullish(),
  defer_loading: z.boolean().optional(),
  cache_control: CacheControl,
});

/**
 * A tool whose input Anthropic defines and the caller runs.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/text-editor-tool and …/bash-tool
 */
const DEFINED = { defer_loading: z.boolean().optional(), cache_control: CacheControl };
const TextEditorTool = z.strictObject({
  ...DEFINED,
  type: z.enum(['text_editor_20250429', 'text_editor_20250728']),
  name: z.literal('str_replace_based_edit_tool'),
  max_characters: z.int().min(1).nullish(),
});
const BashTool = z.strictObject({ ...DEFINED, type: z.literal('bash_20250124'), name: z.literal('bash') });

/** Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/memory-tool */
const MemoryTool = z.strictObject({
  ...DEFINED,
  type: z.literal('memory_20250818'),
  name: z.literal('memory'),
});

/** Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/computer-use-tool */
const COMPUTER = {
  ...DEFINED,
  name: z.literal('computer'),
  display_height_px: z.int().min(1),
  display_width_px: z.int().min(1),
  display_number: z.int().min(0).nullish(),
};
const ComputerTool = z.strictObject({ ...COMPUTER, type: z.literal('computer_20250124') });
const ZoomingComputerTool = z.strictObject({
  ...COMPUTER,
  type: z.literal('computer_20251124'),
  enable_zoom: z.boolean().optional(),
});

/** Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool */
const RegexToolSearch = z.strictObject({
  ...DEFINED,
  type: z.enum(['tool_search_tool_regex_20251119', 'tool_search_tool_regex']),
  name: z.literal('tool_search_tool_regex'),
});
const WordToolSearch = z.strictObject({
  ...DEFINED,
  type: z.enum(['tool_search_tool_bm25_20251119', 'tool_search_tool_bm25']),
  name: z.literal('tool_search_tool_bm25'),
});
/** The search for deferred tools that Claude runs itself. */
export type ToolSearchTool = z.infer<typeof RegexToolSearch> | z.infer<typeof WordToolSearch>;

const Domains = z.array(z.string().min(1)).nullish();
/**
 * The search that Claude runs itself, without the filters of later versions, which Vertex AI does not have.
 * Source: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/web-search
 */
const WebSearchTool = z.strictObject({
  ...DEFINED,
  type: z.literal('web_search_20250305'),
  name: z.literal('web_search'),
  allowed_domains: Domains,
  blocked_domains: Domains,
  max_uses: z.int().min(1).nullish(),
  user_location: z
    .strictObject({
      type: z.literal('approximate'),
      city: z.string().nullish(),
      country: z.string().nullish(),
      region: z.string().nullish(),
      timezone: z.string().nullish(),
    })
    .nullish(),
});
/** The search that Claude runs itself. */
export type WebSearchTool = z.infer<typeof WebSearchTool>;

const Tool = z.discriminatedUnion('type', [
  CustomTool,
  TextEditorTool,
  BashTool,
  MemoryTool,
  ComputerTool,
  ZoomingComputerTool,
  WebSearchTool,
  RegexToolSearch,
  WordToolSearch,
]);
/** A tool that Claude may use. */
export type Tool = z.infer<typeof Tool>;

const Parallel = { disable_parallel_tool_use: z.boolean().optional() };
const ToolChoice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto'), ...Parallel }),
  z.strictObject({ type: z.literal('any'), ...Parallel }),
  z.strictObject({ type: z.literal('tool'), name: z.string(), ...Parallel }),
  z.strictObject({ type: z.literal('none') }),
]);

/** Source: https://platform.claude.com/docs/en/build-with-claude/thinking */
const Display = { display: z.enum(['summarized', 'omitted']).optional() };
const Thinking = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('disabled') }),
  z.strictObject({ type: z.literal('enabled'), budget_tokens: z.int().min(1024), ...Display }),
  z.strictObject({ type: z.literal('adaptive'), ...Display }),
]);

/**
 * Source: https://platform.claude.com/docs/en/build-with-claude/effort and
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/structured_outputs
 */
const OutputConfig = z.strictObject({
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
  format: z.strictObject({ type: z.literal('json_schema'), schema: z.looseObject({}) }).nullish(),
});

/** The fields that a call of a model and a count of tokens have in common. */
const PROMPT = {
  messages: z.array(Message),
  system: z.union([z.string(), z.array(TextBlock)]).optional(),
  tools: z.array(Tool).optional(),
  tool_choice: ToolChoice.optional(),
  thinking: Thinking.optional(),
};

const VERSION = z.enum(['vertex-2023-10-16', '2026-10-21']);

const MESSAGES = {
  ...PROMPT,
  anthropic_version: VERSION,
  max_tokens: z.int().min(1),
  output_config: OutputConfig.optional(),
  metadata: z.strictObject({ user_id: z.string().max(256).nullish() }).optional(),
  service_tier: z.enum(['auto', 'standard_only']).optional(),
  stop_sequences: z.array(z.string()).optional(),
  stream: z.boolean().optional(),
};

const SAMPLING = {
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).optional(),
};

/** The only fields of a beta that have an effect here. Source: https://platform.claude.com/docs/en/build-with-claude/context-editing */
const CONTEXT_MANAGEMENT = {
  context_management: z
    .strictObject({ edits: z.array(z.looseObject({ type: z.string() })).optional() })
    .nullish(),
};

type Whole = typeof MESSAGES & typeof SAMPLING & typeof CONTEXT_MANAGEMENT;
/** The body of a request for a message. */
export type MessagesBody = z.infer<z.ZodObject<Whole, z.core.$strict>>;

/**
 * Gives the schema of a call of a model. Anthropic documents `vertex-2023-10-16` for requests to Vertex AI. Its SDK for
 * Vertex AI sends `2026-10-21` since 1.0, which has no sampling parameters.
 * Source: https://platform.claude.com/docs/en/api/versioning
 */
export function messagesSchema(version: unknown, betas: readonly string[]): z.ZodType<MessagesBody> {
  const shape: Partial<Whole> = {
    ...MESSAGES,
    ...(version === '2026-10-21' ? {} : SAMPLING),
    ...(betas.includes('context-management-2025-06-27') ? CONTEXT_MANAGEMENT : {}),
  };
  // The fields that a version lacks are optional, so the whole type holds for every version.
  return z.strictObject(shape as Whole);
}

/** The body of a count of tokens. Source: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/count-tokens */
export const CountTokensBody = z.strictObject({
  ...PROMPT,
  model: z.string(),
  anthropic_version: VERSION.optional(),
});
export type CountTokensBody = z.infer<typeof CountTokensBody>;
