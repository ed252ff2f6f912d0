import { countCharacters } from '../characters.ts';
import { sizeOfImage } from './image.ts';
import type { Block, CountTokensBody, Tool } from './schema.ts';

/** Anthropic's average for a token. Source: https://platform.claude.com/docs/en/about-claude/glossary#tokens */
const CHARACTERS_PER_TOKEN = 3.5;
/**
 * The pixels of an image that count as one token.
 * Source: https://platform.claude.com/docs/en/build-with-claude/vision#calculate-image-costs
 */
const PIXELS_PER_TOKEN = 750;
/**
 * The least that a page of a PDF counts; a PDF counts as one page, since it is not opened.
 * Source: https://platform.claude.com/docs/en/build-with-claude/pdf-support#estimate-your-costs
 */
const TOKENS_OF_PDF = 1_500;

/** A prompt: the fields that a call of a model and a count of tokens have in common. */
export type ClaudePrompt = Pick<CountTokensBody, 'messages' | 'system' | 'tools'>;

/** Counts the tokens of a text. */
export function countClaudeTokens(text: string): number {
  return Math.ceil(countCharacters(text) / CHARACTERS_PER_TOKEN);
}

/** Cuts a text to its first characters that make up the given number of tokens. */
export function firstTokens(text: string, tokens: number): string {
  return Array.from(text)
    .slice(0, Math.floor(tokens * CHARACTERS_PER_TOKEN))
    .join('');
}

/** Counts the tokens of a prompt: its texts, its tools, its images and its documents. The thinking of earlier turns does not count. */
export function countPromptTokens(prompt: ClaudePrompt): number {
  const blocks = prompt.messages.flatMap(({ content }) => blocksOf(content));
  const texts = [
    ...blocksOf(prompt.system ?? []).map(textOf),
    ...blocks.map(textOf),
    ...loadedTools(prompt).map((tool) => JSON.stringify(tool)),
  ];
  const files = blocks.flatMap(filesOf).map(tokensOfFile);
  return files.reduce((sum, tokens) => sum + tokens, countClaudeTokens(texts.join('\n')));
}

/**
 * Gives the tools that the model can see: a deferred one only when the result of an earlier search refers to it.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool
 */
export function loadedTools({
  messages,
  tools = [],
}: Pick<ClaudePrompt, 'messages' | 'tools'>): readonly Tool[] {
  if (tools.every(({ defer_loading }) => defer_loading !== true)) return tools;
  const results = messages.flatMap(({ content }) => blocksOf(content)).flatMap(referencesOf);
  const found = new Set(
    results.flatMap((block) => (block.type === 'tool_reference' ? [block.tool_name] : [])),
  );
  return tools.filter(({ name, defer_loading }) => defer_loading !== true || found.has(name));
}

/** Gives what a block refers to: the content of a tool's result, or the tools that Claude's own search has found. */
function referencesOf(block: Block): readonly Block[] {
  if (block.type !== 'tool_search_tool_result') return contentOfResult(block);
  return block.content.type === 'tool_search_tool_search_result' ? block.content.tool_references : [];
}

function contentOfResult(block: Block): readonly Block[] {
  return block.type === 'tool_result' ? blocksOf(block.content ?? []) : [];
}

/** Gives content as blocks; a string becomes one block of text. */
export function blocksOf(content: string | readonly Block[]): readonly Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** Gives the text of a block as the model reads it; empty where it has none. */
export function textOf(block: Block): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'document':
      return [block.title, block.context, textOfSource(block.source)]
        .filter((text) => typeof text === 'string')
        .join('\n');
    case 'search_result':
      return [block.source, block.title, ...block.content.map(({ text }) => text)].join('\n');
    case 'tool_use':
    case 'server_tool_use':
      return `${block.name} ${JSON.stringify(block.input)}`;
    case 'web_search_tool_result':
    case 'tool_search_tool_result':
      return JSON.stringify(block.content);
    case 'tool_result':
      return blocksOf(block.content ?? [])
        .map(textOf)
        .join('\n');
    default:
      return '';
  }
}

function textOfSource(source: Extract<Block, { type: 'document' }>['source']): string | undefined {
  if (source.type === 'content') return blocksOf(source.content).map(textOf).join('\n');
  return source.type === 'text' ? source.data : undefined;
}

/** A block that counts by its file, not by its text. */
type FileBlock = Extract<Block, { type: 'image' | 'document' }>;

function filesOf(block: Block): FileBlock[] {
  if (block.type === 'image' || block.type === 'document') return [block];
  return contentOfResult(block).flatMap(filesOf);
}

function tokensOfFile({ source }: FileBlock): number {
  if (source.type === 'text' || source.type === 'content') return 0;
  if (source.media_type === 'application/pdf') return TOKENS_OF_PDF;
  const size = sizeOfImage(source.media_type, Buffer.from(source.data, 'base64'));
  return size ? Math.ceil((size.width * size.height) / PIXELS_PER_TOKEN) : 0;
}
