import { createHash } from 'node:crypto';
import { wordsOf } from '../characters.ts';
import { newClaudeId } from './error.ts';
import type { ToolSearchTool, WebSearchTool } from './schema.ts';

/** A search of the web or for tools that Claude runs, in an answer or as it comes back in a later call. */
export interface ServerToolUse {
  readonly type: 'server_tool_use';
  readonly id: string;
  readonly name: 'web_search' | ToolSearchTool['name'];
  readonly input: object;
  readonly caller: { readonly type: 'direct' };
}

/** A page that a search found. Its content is for Claude alone to read, when it comes back. */
export interface WebSearchResult {
  readonly type: 'web_search_result';
  readonly url: string;
  readonly title: string;
  readonly encrypted_content: string;
  readonly page_age: null;
}

/** The result of a search. */
export interface WebSearchToolResult {
  readonly type: 'web_search_tool_result';
  readonly tool_use_id: string;
  readonly content: readonly WebSearchResult[];
  readonly caller: { readonly type: 'direct' };
}

/** A passage's source. */
export interface WebCitation {
  readonly type: 'web_search_result_location';
  readonly url: string;
  readonly title: string;
  readonly encrypted_index: string;
  readonly cited_text: string;
}

/** A search and what it found. */
export interface WebSearch {
  readonly use: ServerToolUse;
  readonly result: WebSearchToolResult;
  readonly citation: WebCitation;
}

const MOST_WORDS = 8;
const DOMAINS = ['example.com', 'example.org', 'example.net'];

/**
 * Makes up a search for the words of a prompt. Its one page is well-formed, leads nowhere, and is of a domain that the tool
 * allows.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool
 */
export function searchWeb(tool: WebSearchTool, prompt: string): WebSearch {
  const query = wordsOf(prompt).slice(0, MOST_WORDS).join(' ');
  const blocked = tool.blocked_domains ?? [];
  const domain = tool.allowed_domains?.[0] ?? DOMAINS.find((one) => !blocked.includes(one)) ?? 'example.edu';
  const url = `https://${domain}/${createHash('sha256').update(query).digest('hex').slice(0, 12)}`;
  const title = `About ${query === '' ? 'nothing' : query}`;
  const id = newClaudeId('srvtoolu');
  const caller = { type: 'direct' } as const;
  return {
    use: { type: 'server_tool_use', id, name: 'web_search', input: { query }, caller },
    result: {
      type: 'web_search_tool_result',
      tool_use_id: id,
      content: [
        { type: 'web_search_result', url, title, encrypted_content: encryptContent(url), page_age: null },
      ],
      caller,
    },
    citation: {
      type: 'web_search_result_location',
      url,
      title,
      encrypted_index: createHash('sha256').update('index').update(url).digest('base64'),
      cited_text: title,
    },
  };
}

/** Makes the content of a page that Claude alone can read. */
function encryptContent(url: string): string {
  return createHash('sha256').update('web-search').update(url).digest('base64');
}

/** True for a page with the content that this emulator gave it. */
export function isFound({ url, encrypted_content }: { url: string; encrypted_content: string }): boolean {
  return encrypted_content === encryptContent(url);
}
