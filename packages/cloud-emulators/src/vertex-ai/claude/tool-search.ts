import { findAskedTools } from '../asked-tools.ts';
import { readAskedTurn } from './asked-turn.ts';
import { newClaudeId } from './error.ts';
import type { MessagesBody, Tool, ToolSearchTool } from './schema.ts';
import { loadedTools } from './tokens.ts';
import type { ServerToolUse } from './web-search.ts';

/** The result of a search for tools. */
export interface ToolSearchToolResult {
  readonly type: 'tool_search_tool_result';
  readonly tool_use_id: string;
  readonly content: {
    readonly type: 'tool_search_tool_search_result';
    readonly tool_references: readonly { readonly type: 'tool_reference'; readonly tool_name: string }[];
  };
}

/** A search for tools, and the tools that it has found. */
export interface ToolSearch {
  readonly use: ServerToolUse;
  readonly result: ToolSearchToolResult;
  readonly found: readonly Tool[];
}

/** True for a tool by which Claude searches for others. */
export function isToolSearch(tool: Tool): tool is ToolSearchTool {
  return tool.name === 'tool_search_tool_regex' || tool.name === 'tool_search_tool_bm25';
}

/**
 * Searches for the deferred tools that the user's last text names. There is no search when it names none, when they are
 * loaded, or when the call has no tool for it.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool
 */
export function searchTools(body: Pick<MessagesBody, 'messages' | 'tools'>): ToolSearch | undefined {
  const search = body.tools?.find(isToolSearch);
  if (!search) return undefined;
  const loaded = new Set(loadedTools(body));
  const hidden = (body.tools ?? []).filter((tool) => !loaded.has(tool));
  const found = findAskedTools(readAskedTurn(body).wish, hidden).map(({ tool }) => tool);
  if (found.length === 0) return undefined;
  const names = found.map(({ name }) => name);
  const id = newClaudeId('srvtoolu');
  const isPattern = search.name === 'tool_search_tool_regex';
  return {
    use: {
      type: 'server_tool_use',
      id,
      name: search.name,
      input: isPattern ? { pattern: names.join('|') } : { query: names.join(' ') },
      caller: { type: 'direct' },
    },
    result: {
      type: 'tool_search_tool_result',
      tool_use_id: id,
      content: {
        type: 'tool_search_tool_search_result',
        tool_references: names.map((tool_name) => ({ type: 'tool_reference', tool_name })),
      },
    },
    found,
  };
}
