import {
  defineMessage,
  harmless,
  harmlessBecause,
  INPUT_OR_DATA,
  LABELS,
  refused,
  SOURCE,
  toolOf,
  trimmed,
  type Message,
  type Rule,
} from './rules.ts';

const HELD_BY_ANTHROPIC = refused('names a resource that Anthropic stores, which has no owner here');
const OTHER_MODEL = refused('must be left out: a call reaches only the model that it names');
const HISTORY = harmlessBecause('names the source of an earlier result, which nothing reads again');
const CALLERS_BROWSER = harmlessBecause('describes the browser that the caller runs');

/**
 * The scope says for whom a prompt is cached. Vertex AI has no such member and caches for the project alone.
 * https://github.com/anthropics/claude-code/issues/21625
 */
const CACHE_CONTROL = { cache_control: trimmed('scope') };

const blocks: Rule = { is: 'message', of: () => BLOCK };
const tools: Rule = { is: 'message', of: () => CLAUDE_TOOL };
const text: Rule = { is: 'harmless' };

/** The source of an image or a document. A search result has a text in its place, its name. */
const SOURCE_OF_CONTENT = defineMessage(
  {
    ...harmless('data media_type type'),
    content: blocks,
    file_id: HELD_BY_ANTHROPIC,
    url: INPUT_OR_DATA,
  },
  { text: HISTORY },
);

/**
 * A content block of any kind. The input and the result of the caller's own tools are data.
 * https://docs.claude.com/en/api/messages
 */
const BLOCK: Message = defineMessage(
  {
    ...harmless(`
      caller context data encrypted_content encrypted_stdout error_code error_message file_type
      from id input is_error is_file_update lines mcp_server_name name new_lines new_start num_lines old_lines
      old_start page_age retrieved_at return_code server_name signature start_line stderr stdout stop_reason
      text thinking title to tool_name tool_use_id toolset_name total_lines transformations trigger type
    `),
    ...CACHE_CONTROL,
    citations: HISTORY,
    content: blocks,
    file_id: HELD_BY_ANTHROPIC,
    source: { is: 'message', of: () => SOURCE_OF_CONTENT },
    state_changes: CALLERS_BROWSER,
    tabs: CALLERS_BROWSER,
    tool: tools,
    tool_changes: blocks,
    tool_references: blocks,
    tools: harmlessBecause('lists the tools that a server offered earlier'),
    url: HISTORY,
  },
  { text },
);

const TOOL_MEMBERS = {
  ...harmless(`
    allowed_callers allowed_domains blocked_domains citations configs default_config
    defer_loading description display_height_px display_number display_width_px eager_input_streaming
    enable_zoom input_examples input_schema max_characters max_content_tokens max_uses mcp_server_name name
    response_inclusion server_name strict url_sources use_cache user_location
  `),
  ...CACHE_CONTROL,
  definition: tools,
  model: OTHER_MODEL,
  tools: harmlessBecause('lists the tools that a server offers'),
};

function claudeTool(tool: Parameters<typeof toolOf>[0]): Message {
  return defineMessage({ ...TOOL_MEMBERS, type: toolOf(tool) });
}

const FUNCTION = defineMessage({ ...TOOL_MEMBERS, type: text, name: toolOf('functionDeclarations') });
/** A reference to a declared tool or toolset. */
const REFERENCE = defineMessage({ ...TOOL_MEMBERS, type: text });

/** Tools by Anthropic's name without its version: https://docs.claude.com/en/docs/agents-and-tools/tool-use */
const TOOLS: Readonly<Record<string, Message>> = {
  custom: FUNCTION,
  bash: FUNCTION,
  text_editor: FUNCTION,
  memory: FUNCTION,
  tool_search_tool_bm25: FUNCTION,
  tool_search_tool_regex: FUNCTION,
  computer: claudeTool('computerUse'),
  computer_toolset: claudeTool('computerUse'),
  browser_toolset: claudeTool('computerUse'),
  code_execution: claudeTool('codeExecution'),
  web_search: claudeTool('webSearch'),
  web_fetch: claudeTool('webFetch'),
  // A toolset refers to a server, which is judged in `mcp_servers`.
  mcp_toolset: REFERENCE,
  tool_reference: REFERENCE,
  mcp_tool_reference: REFERENCE,
  mcp_toolset_reference: REFERENCE,
  tool_definition: REFERENCE,
};

const UNKNOWN_TOOL = defineMessage({ type: refused('is not a tool that the gateway knows') });

const CLAUDE_TOOL: Message = defineMessage(
  {},
  {
    variant: (type = 'custom') => {
      const family = type.replace(/_\d{8}$/, '');
      return (Object.hasOwn(TOOLS, family) ? TOOLS[family] : undefined) ?? UNKNOWN_TOOL;
    },
  },
);

const MCP_SERVER = defineMessage({
  ...harmless('authorization_token name tool_configuration type'),
  url: SOURCE,
});

/** The rules for the body of a message or of a count of its tokens: https://docs.claude.com/en/api/messages */
export const CLAUDE_REQUEST = defineMessage({
  ...harmless(`
    anthropic_beta anthropic_version billing_policy compaction context_management max_tokens
    metadata output_config output_format service_tier speed stop_sequences stream temperature thinking
    tool_choice top_k top_p
  `),
  ...CACHE_CONTROL,
  model: harmlessBecause('must be the model that the gateway authorizes'),
  container: HELD_BY_ANTHROPIC,
  diagnostics: HELD_BY_ANTHROPIC,
  fallback_credit_token: HELD_BY_ANTHROPIC,
  fallbacks: OTHER_MODEL,
  inference_geo: refused('must be left out: the call’s location decides where it is served'),
  labels: LABELS,
  mcp_servers: toolOf('mcpServers', () => MCP_SERVER),
  messages: { is: 'message', of: () => defineTurn() },
  system: blocks,
  thread: HELD_BY_ANTHROPIC,
  tools,
  user_profile_id: HELD_BY_ANTHROPIC,
  workspace_id: HELD_BY_ANTHROPIC,
});

function defineTurn(): Message {
  return TURN;
}

const TURN = defineMessage({
  ...harmless('clear_at output_config role'),
  ...CACHE_CONTROL,
  content: blocks,
});
