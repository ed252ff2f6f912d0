import { createHash } from 'node:crypto';
import { newClaudeId } from './error.ts';
import type { ClaudeModel } from './models.ts';
import type { ClaudeRequest } from './request.ts';
import { readAskedTurn } from './asked-turn.ts';
import type { MessagesBody, Tool, ToolSearchTool, WebSearchTool } from './schema.ts';
import { signThinking } from './thinking.ts';
import { blocksOf, countClaudeTokens, firstTokens, loadedTools, textOf } from './tokens.ts';
import { citeSources, type DocumentCitation } from './citations.ts';
import { isToolSearch, searchTools, type ToolSearch, type ToolSearchToolResult } from './tool-search.ts';
import { searchWeb, type ServerToolUse, type WebCitation, type WebSearchToolResult } from './web-search.ts';
import { type AskedTool, findAskedTools } from '../asked-tools.ts';
import { exampleOfSchema } from '../example-of-schema.ts';
import { jsonInWords } from '../json-in-words.ts';
import { wordsOf } from '../characters.ts';

/** A block of an answer. */
export type AnswerBlock =
  | {
      readonly type: 'text';
      readonly text: string;
      readonly citations?: readonly (WebCitation | DocumentCitation)[];
    }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object }
  | ServerToolUse
  | WebSearchToolResult
  | ToolSearchToolResult;

/** An answer of Claude. Source: https://platform.claude.com/docs/en/api/messages/create */
export interface ClaudeMessage {
  readonly id: string;
  readonly type: 'message';
  readonly role: 'assistant';
  readonly model: string;
  readonly content: readonly AnswerBlock[];
  readonly stop_reason: 'end_turn' | 'max_tokens' | 'stop_sequence' | 'tool_use';
  readonly stop_sequence: string | null;
  readonly usage: ClaudeUsage;
  readonly context_management?: { readonly applied_edits: readonly never[] };
}

/** The token usage of a message. */
export interface ClaudeUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly output_tokens: number;
  readonly server_tool_use?: { readonly web_search_requests: number; readonly web_fetch_requests: 0 };
}

const MOST_WORDS = 24;

/**
 * Answers a call with a text that depends only on the model and the whole prompt. A tool is used when the last text of
 * the user names it or the call demands it. Its input stands behind its name there, or is made from its schema. A deferred
 * tool is searched for first. Claude searches the web once where it may and uses no other tool. The text cites the page
 * that it finds, and else a document that may be cited.
 */
export function answerClaude(model: ClaudeModel, { body, inputTokens }: ClaudeRequest): ClaudeMessage {
  const thinking = think(model, body);
  const { used, searching, toolSearch } = chooseTools(body);
  const isForced = body.tool_choice?.type === 'any' || body.tool_choice?.type === 'tool';
  const said =
    used.length > 0 ? `I use ${used.map(({ tool }) => tool.name).join(', ')}.` : compose(model, body);
  const left = body.max_tokens - (thinking?.tokens ?? 0);
  const text = limit(isForced && used.length > 0 ? '' : said, body.stop_sequences ?? [], left);
  const uses =
    text.stop_reason === 'end_turn' ? useTools(used, left - countClaudeTokens(text.text)) : undefined;
  const search = searching && searchWeb(searching, readAskedTurn(body).text);
  const cited = search ? search.citation : citeSources(body);
  const content: AnswerBlock[] = [
    ...(thinking ? [thinking.block] : []),
    ...(toolSearch ? [toolSearch.use, toolSearch.result] : []),
    ...(search ? [search.use, search.result] : []),
    ...(text.text === ''
      ? []
      : [{ type: 'text' as const, text: text.text, ...(cited && { citations: [cited] }) }]),
    ...(uses?.blocks ?? []),
  ];
  return {
    id: newClaudeId('msg'),
    type: 'message',
    role: 'assistant',
    model: model.name,
    content,
    stop_reason: uses?.stop_reason ?? text.stop_reason,
    stop_sequence: text.stop_sequence,
    usage: {
      input_tokens: inputTokens + (search ? countClaudeTokens(JSON.stringify(search.result.content)) : 0),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: content.reduce((sum, block) => sum + tokensOf(block), thinking?.tokens ?? 0),
      ...(search && { server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 } }),
    },
    ...(body.context_management ? { context_management: { applied_edits: [] } } : {}),
  };
}

function compose(model: ClaudeModel, body: MessagesBody): string {
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([model.name, body.system, body.messages, body.tools]))
    .digest('hex')
    .slice(0, 16);
  const { text } = readAskedTurn(body);
  const words = wordsOf(text);
  const distinct = [...new Set(words.map((word) => word.toLowerCase()))].slice(0, MOST_WORDS);
  const { format } = body.output_config ?? {};
  if (format) return JSON.stringify(exampleOfSchema(format.schema));
  const json = jsonInWords(
    text,
    blocksOf(body.system ?? [])
      .map(textOf)
      .join('\n'),
  );
  if (json) {
    return JSON.stringify(
      json.schema === undefined ? { words: distinct, fingerprint } : exampleOfSchema(json.schema),
    );
  }
  const list = distinct.length === 0 ? 'none' : distinct.join(', ');
  return `You wrote ${words.length} words. The first different ones are: ${list}. This answer depends on your request and on nothing else; its fingerprint is ${fingerprint}.`;
}

/** A block of thinking, and the tokens that the model has thought. They are billed whether the block shows them or not. */
interface Thought {
  readonly block: Extract<AnswerBlock, { type: 'thinking' }>;
  readonly tokens: number;
}

/** Thinks before the answer. An omitted thought is an empty one with a signature. */
function think(model: ClaudeModel, body: MessagesBody): Thought | undefined {
  const { thinking: wanted } = body;
  if (wanted === undefined || wanted.type === 'disabled') return undefined;
  const count = wordsOf(readAskedTurn(body).text).length;
  const thought = `The last turn has ${count} words in ${body.messages.length} messages. The answer has to say so.`;
  const shown = (wanted.display ?? model.thinkingDisplay) === 'summarized' ? thought : '';
  return {
    block: { type: 'thinking', thinking: shown, signature: signThinking(shown) },
    tokens: countClaudeTokens(thought),
  };
}

/** A tool that the caller runs. */
type CallersTool = Exclude<Tool, WebSearchTool | ToolSearchTool>;

/** The tools that an answer uses: the caller's own, after a search for them, and else the search of the web. */
interface ChosenTools {
  readonly used: readonly AskedTool<CallersTool>[];
  readonly searching: WebSearchTool | undefined;
  readonly toolSearch: ToolSearch | undefined;
}

function chooseTools(body: MessagesBody): ChosenTools {
  const toolSearch = body.tool_choice?.type === 'none' ? undefined : searchTools(body);
  const tools = [...loadedTools(body), ...(toolSearch?.found ?? [])];
  const search = tools.find((tool) => tool.type === 'web_search_20250305');
  const { tool_choice: choice } = body;
  const isForced = choice?.type === 'tool' && choice.name === search?.name;
  const own = tools.filter(
    (tool): tool is CallersTool => tool.type !== 'web_search_20250305' && !isToolSearch(tool),
  );
  const used = isForced ? [] : chooseOwn(body, own);
  const mayNot = choice?.type === 'none' || (choice?.type === 'tool' && !isForced);
  const isAnswered = blocksOf(body.messages.at(-1)?.content ?? []).some(({ type }) => type === 'tool_result');
  return { used, searching: used.length > 0 || mayNot || isAnswered ? undefined : search, toolSearch };
}

/**
 * Chooses the tools of the caller to use: those that the call demands, otherwise those that the user's last text names.
 * There are none after a tool's result. A deferred tool is there once a search has found it.
 */
function chooseOwn(body: MessagesBody, tools: readonly CallersTool[]): readonly AskedTool<CallersTool>[] {
  const { tool_choice: choice = { type: 'auto' as const } } = body;
  if (choice.type === 'none') return [];
  const named = findAskedTools(readAskedTurn(body).wish, tools);
  if (choice.type === 'tool') {
    const asked = named.find(({ tool }) => tool.name === choice.name);
    return asked ? [asked] : tools.filter(({ name }) => name === choice.name).map((tool) => ({ tool }));
  }
  const chosen =
    choice.type === 'any' && named.length === 0 ? tools.slice(0, 1).map((tool) => ({ tool })) : named;
  return choice.disable_parallel_tool_use === true ? chosen.slice(0, 1) : chosen;
}

/** Cuts a text at the first stop sequence, or at the limit. */
function limit(text: string, stops: readonly string[], tokens: number) {
  const [first] = stops
    .map((stop) => ({ stop, at: text.indexOf(stop) }))
    .filter(({ stop, at }) => stop !== '' && at >= 0)
    .sort((a, b) => a.at - b.at);
  const stopped = first ? text.slice(0, first.at) : text;
  const limited = firstTokens(stopped, tokens);
  if (limited.length < stopped.length) {
    return { text: limited, stop_reason: 'max_tokens' as const, stop_sequence: null };
  }
  return first
    ? { text: stopped, stop_reason: 'stop_sequence' as const, stop_sequence: first.stop }
    : { text: stopped, stop_reason: 'end_turn' as const, stop_sequence: null };
}

/** Builds the tool uses that fit into the limit; undefined without tools. */
function useTools(used: readonly AskedTool<CallersTool>[], tokens: number) {
  if (used.length === 0) return undefined;
  const blocks: AnswerBlock[] = [];
  let left = tokens;
  for (const { tool, input } of used) {
    const block = {
      type: 'tool_use' as const,
      id: newClaudeId('toolu'),
      name: tool.name,
      input: input ?? (exampleOfSchema(inputSchemaOf(tool)) as object),
    };
    left -= tokensOf(block);
    if (left < 0) return { blocks, stop_reason: 'max_tokens' as const };
    blocks.push(block);
  }
  return { blocks, stop_reason: 'tool_use' as const };
}

/**
 * The inputs of the tools that Anthropic defines.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/text-editor-tool, …/bash-tool, …/memory-tool and
 * …/computer-use-tool
 */
const EDITOR_INPUT = {
  type: 'object',
  properties: { command: { enum: ['view'] }, path: { type: 'string' } },
  required: ['command', 'path'],
};
const MEMORY_INPUT = {
  type: 'object',
  properties: { command: { enum: ['view'] }, path: { enum: ['/memories'] } },
  required: ['command', 'path'],
};
const COMPUTER_INPUT = {
  type: 'object',
  properties: { action: { enum: ['screenshot'] } },
  required: ['action'],
};
const BASH_INPUT = { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] };

function inputSchemaOf(tool: CallersTool): object {
  if ('input_schema' in tool) return tool.input_schema;
  switch (tool.type) {
    case 'bash_20250124':
      return BASH_INPUT;
    case 'memory_20250818':
      return MEMORY_INPUT;
    case 'computer_20250124':
    case 'computer_20251124':
      return COMPUTER_INPUT;
    default:
      return EDITOR_INPUT;
  }
}

/** Counts the tokens of a block; a thought counts on its own, and a search counts as input. */
function tokensOf(block: AnswerBlock): number {
  switch (block.type) {
    case 'text':
      return countClaudeTokens(block.text);
    case 'thinking':
    case 'web_search_tool_result':
    case 'tool_search_tool_result':
      return 0;
    case 'tool_use':
    case 'server_tool_use':
      return countClaudeTokens(`${block.name} ${JSON.stringify(block.input)}`);
  }
}
