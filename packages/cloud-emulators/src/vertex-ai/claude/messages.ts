import { invalidRequest } from './error.ts';
import { sizeOfImage } from './image.ts';
import type { Block, CountTokensBody, Message } from './schema.ts';
import { isSigned } from './thinking.ts';
import { blocksOf } from './tokens.ts';
import { isFound } from './web-search.ts';

/** The types of blocks that each role may send. */
const ALLOWED: Readonly<Record<Message['role'], ReadonlySet<Block['type']>>> = {
  user: new Set(['text', 'image', 'document', 'search_result', 'tool_result']),
  assistant: new Set([
    'text',
    'tool_use',
    'thinking',
    'redacted_thinking',
    'server_tool_use',
    'web_search_tool_result',
    'tool_search_tool_result',
  ]),
};
/**
 * The size limit of an image.
 * Source: https://platform.claude.com/docs/en/build-with-claude/vision (limits of requests)
 */
const MAXIMUM_IMAGE_BYTES = 5 * 1024 * 1024;
const MAXIMUM_IMAGE_SIDE = 8000;

/**
 * Checks the rules for messages and tools that their schema does not express.
 * @throws ClaudeError invalid_request_error in the words of the service, as users report them
 */
export function checkClaudeMessages({ messages, tools = [], tool_choice }: Messages): void {
  if (messages.length === 0) throw invalidRequest('messages: at least one message is required');
  if (messages[0]?.role !== 'user') {
    throw invalidRequest('messages: first message must use the "user" role');
  }
  messages.forEach((message, i) => checkMessage(message, i, i === messages.length - 1));
  checkToolResults(messages);
  checkTools(tools, tool_choice);
}

type Messages = Pick<CountTokensBody, 'messages' | 'tools' | 'tool_choice'>;

function checkMessage({ role, content }: Message, i: number, isLast: boolean): void {
  const blocks = blocksOf(content);
  const isEmpty = content === '' || blocks.length === 0;
  if (isEmpty && !(isLast && role === 'assistant')) {
    throw invalidRequest(
      `messages.${i}: all messages must have non-empty content except for the optional final assistant message`,
    );
  }
  if (!isEmpty && blocks.some((block) => block.type === 'text' && block.text === '')) {
    throw invalidRequest('messages: text content blocks must be non-empty');
  }
  blocks.forEach((block, j) => {
    if (!ALLOWED[role].has(block.type)) {
      throw invalidRequest(
        `messages.${i}.content.${j}: \`${block.type}\` blocks are not permitted in \`${role}\` messages`,
      );
    }
    checkBlock(block, `messages.${i}.content.${j}`);
  });
  checkSearches(blocks, i);
  const last = blocks.at(-1);
  if (isLast && role === 'assistant' && last?.type === 'text' && /\s$/.test(last.text)) {
    throw invalidRequest('messages: final assistant content cannot end with trailing whitespace');
  }
}

function checkBlock(block: Block, path: string): void {
  if (block.type === 'image') checkImage(block, `${path}.image.source.base64`);
  if (block.type === 'document') checkDocument(block, path);
  if (block.type === 'thinking' && !isSigned(block)) {
    throw invalidRequest(`${path}: Invalid \`signature\` in \`thinking\` block`);
  }
  // This emulator never answers with such a block, so it cannot be an earlier answer's.
  if (block.type === 'redacted_thinking') {
    throw invalidRequest(`${path}: Invalid \`data\` in \`redacted_thinking\` block`);
  }
  if (block.type === 'tool_result') {
    blocksOf(block.content ?? []).forEach((inner, k) =>
      checkBlock(inner, `${path}.tool_result.content.${k}`),
    );
  }
}

/** Checks that the result of each search stands behind it in the same message, unchanged. The words are our own. */
function checkSearches(blocks: readonly Block[], i: number): void {
  const used = blocks.flatMap((block) => (block.type === 'server_tool_use' ? [block] : []));
  const found = blocks.flatMap((block) => (isSearchResult(block) ? [block] : []));
  const isOf = (use: SearchUse, { type, tool_use_id }: SearchResult) =>
    tool_use_id === use.id && type === resultTypeOf(use);
  const open = used.find((use) => !found.some((result) => isOf(use, result)));
  if (open !== undefined) {
    throw invalidRequest(
      `messages.${i}: \`${open.name}\` tool use with id \`${open.id}\` was found without a corresponding \`${resultTypeOf(open)}\` block`,
    );
  }
  for (const result of found) {
    const { type, tool_use_id, content } = result;
    if (!used.some((use) => isOf(use, result))) {
      throw invalidRequest(
        `messages.${i}: unexpected \`tool_use_id\` found in \`${type}\` blocks: ${tool_use_id}`,
      );
    }
    if (Array.isArray(content) && !content.every(isFound)) {
      throw invalidRequest(`messages.${i}: Invalid \`encrypted_content\` in \`search_result\` block`);
    }
  }
}

type SearchUse = Extract<Block, { type: 'server_tool_use' }>;
type SearchResult = Extract<Block, { type: 'web_search_tool_result' | 'tool_search_tool_result' }>;

function isSearchResult(block: Block): block is SearchResult {
  return block.type === 'web_search_tool_result' || block.type === 'tool_search_tool_result';
}

function resultTypeOf({ name }: SearchUse): SearchResult['type'] {
  return name === 'web_search' ? 'web_search_tool_result' : 'tool_search_tool_result';
}

/** Source of the words: https://github.com/anthropics/claude-code/issues/5174 */
function checkDocument({ source }: Extract<Block, { type: 'document' }>, path: string): void {
  if (
    source.type === 'base64' &&
    !Buffer.from(source.data.slice(0, 8), 'base64').toString().startsWith('%PDF')
  ) {
    throw invalidRequest(`${path}.pdf.source.base64.data: The PDF specified was not valid.`);
  }
}

function checkImage({ source }: Extract<Block, { type: 'image' }>, path: string): void {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(source.data)) throw invalidRequest(`${path}: invalid base64 data`);
  const bytes = Buffer.from(source.data, 'base64');
  if (bytes.length > MAXIMUM_IMAGE_BYTES) {
    throw invalidRequest(
      `${path}: image exceeds 5 MB maximum: ${bytes.length} bytes > ${MAXIMUM_IMAGE_BYTES} bytes`,
    );
  }
  const size = sizeOfImage(source.media_type, bytes);
  if (!size) {
    throw invalidRequest(`${path}.data: Image does not match the provided media type ${source.media_type}`);
  }
  if (Math.max(size.width, size.height) > MAXIMUM_IMAGE_SIDE) {
    throw invalidRequest(
      `${path}.data: At least one of the image dimensions exceed max allowed size: ${MAXIMUM_IMAGE_SIDE} pixels`,
    );
  }
}

/** Checks that the result of each tool use stands in the next message, and that each result follows its use. */
function checkToolResults(messages: readonly Message[]): void {
  [...messages, undefined].forEach((message, i) => {
    const used = blocksOf(messages[i - 1]?.content ?? []).flatMap((block) =>
      block.type === 'tool_use' ? [block.id] : [],
    );
    const results = blocksOf(message?.content ?? []).map((block) =>
      block.type === 'tool_result' ? block.tool_use_id : undefined,
    );
    const stray = results.findIndex((id) => id !== undefined && !used.includes(id));
    if (stray >= 0) {
      throw invalidRequest(
        `messages.${i}.content.${stray}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${results[stray] ?? ''}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
    const open = used.filter((id) => !results.includes(id));
    if (open.length > 0) {
      throw invalidRequest(
        `messages.${i - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
  });
}

function checkTools(tools: NonNullable<Messages['tools']>, choice: Messages['tool_choice']): void {
  tools.forEach((tool, i) => {
    if (tool.type !== 'web_search_20250305' || !tool.allowed_domains || !tool.blocked_domains) return;
    throw invalidRequest(
      `tools.${i}.web_search_20250305: Only one of \`allowed_domains\` and \`blocked_domains\` can be provided.`,
    );
  });
  const names = tools.map(({ name }) => name);
  if (new Set(names).size < names.length) throw invalidRequest('tools: Tool names must be unique.');
  if (tools.length > 0 && tools.every(({ defer_loading }) => defer_loading === true)) {
    throw invalidRequest('All tools have defer_loading set. At least one tool must be non-deferred.');
  }
  if (choice !== undefined && choice.type !== 'none' && tools.length === 0) {
    throw invalidRequest('tool_choice: tool_choice may only be specified while providing tools.');
  }
  if (choice?.type === 'tool' && !names.includes(choice.name)) {
    throw invalidRequest(`Tool '${choice.name}' not found in provided tools`);
  }
}
