import type { AuthorizedCall } from '../../governance/decide.ts';
import type { Conversation, Effort, FilePart, Item, Part } from './conversation.ts';
import { joinText, type JsonText, writeList, writeObject } from './json-text.ts';
import { notServed } from './not-served.ts';
import { writeClaudeSearch } from './web-search.ts';

/** The version of Anthropic's API: https://docs.claude.com/en/api/claude-on-vertex-ai */
const VERSION = '"vertex-2023-10-16"';
/** Claude must be told a bound. Every model of the catalog's generations gives as many tokens. */
const DEFAULT_MAXIMUM_TOKENS = 32_000;
/** The least that Claude takes, of budgets and as the difference to the bound of the answer. */
const MINIMUM_BUDGET = 1_024;

/** Budgets of thoughts in tokens, for models before Claude 4.6. */
const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: MINIMUM_BUDGET,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 24_576,
};
/** Efforts of models that decide themselves how much they think. */
const EFFORTS: Readonly<Record<Exclude<Effort, 'none'>, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'max',
};

const CACHED = '{"type":"ephemeral"}';

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly blocks: Record<string, JsonText | undefined>[];
}

/**
 * Writes a conversation as a body of Anthropic's Messages API: https://docs.claude.com/en/api/messages
 * @throws GatewayError UNSUPPORTED_PARAMETER.
 */
export function writeClaudeRequest(
  asked: Conversation,
  { resource }: Pick<AuthorizedCall, 'resource'>,
): Uint8Array {
  const { system, functions, webSearch, format, isRepeated, isStreamed, temperature, topP } = asked;
  if (format && !format.schema)
    throw notServed(
      ['text', 'format', 'type'],
      'Claude gives JSON of a schema only. Send json_schema with one',
    );
  const tools = [...functions.map(writeFunction), ...(webSearch ? [writeClaudeSearch(webSearch)] : [])];
  const maximumTokens = asked.maximumOutputTokens ?? DEFAULT_MAXIMUM_TOKENS;
  const model = resource.kind === 'model' ? resource.model : '';
  const { thinking, effort } = readThinking(asked, model, maximumTokens);
  const turns = readTurns(asked.items, thinking !== undefined);
  const instructions = system.map((text): Turn['blocks'][number] => ({ type: '"text"', text }));
  // The bound of what is cached: Claude reads the tools, then the system's text, then the messages.
  if (isRepeated)
    for (const last of [instructions.at(-1), turns.at(-1)?.blocks.at(-1)])
      if (last) last.cache_control = CACHED;
  return joinText(
    writeObject({
      anthropic_version: VERSION,
      max_tokens: String(maximumTokens),
      ...(instructions.length > 0 && { system: writeList(instructions.map(writeObject)) }),
      messages: writeList(
        turns.map(({ role, blocks }) =>
          writeObject({ role: `"${role}"`, content: writeList(blocks.map(writeObject)) }),
        ),
      ),
      ...(tools.length > 0 && {
        tools: writeList(tools),
        tool_choice: writeChoice(asked),
      }),
      ...(temperature !== undefined && { temperature: String(temperature) }),
      ...(topP !== undefined && { top_p: String(topP) }),
      ...(thinking && { thinking: JSON.stringify(thinking) }),
      ...((format ?? effort) !== undefined && {
        output_config: writeObject({
          effort: effort && JSON.stringify(effort),
          format: format?.schema && writeObject({ type: '"json_schema"', schema: format.schema }),
        }),
      }),
      ...(isStreamed && { stream: 'true' }),
    }),
  );
}

interface Thinking {
  readonly thinking?: object;
  readonly effort?: string;
}

/**
 * Decides how Claude thinks. From Claude 4.6 on, models decide how much; earlier ones take a budget. No model thinks where
 * a call of a function is demanded. One with a budget also wants the thoughts of its last calls back, or none.
 * https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use
 */
function readThinking(asked: Conversation, model: string, maximumTokens: number): Thinking {
  const { effort, isSummarized, choice, items } = asked;
  const isForced =
    (asked.functions.length > 0 || asked.webSearch !== undefined) && choice.mode === 'required';
  if (isAdaptive(model)) {
    const wanted = effort === undefined || effort === 'none' ? undefined : EFFORTS[effort];
    const thinks = !isForced && effort !== 'none' && (wanted !== undefined || isSummarized);
    return {
      ...(thinks && { thinking: { type: 'adaptive', ...(isSummarized && { display: 'summarized' }) } }),
      ...(wanted !== undefined && { effort: wanted }),
    };
  }
  if (effort === undefined || effort === 'none' || isForced || lacksThoughts(items)) return {};
  const budget = Math.min(BUDGETS[effort], maximumTokens - MINIMUM_BUDGET);
  return budget < MINIMUM_BUDGET ? {} : { thinking: { type: 'enabled', budget_tokens: budget } };
}

/** True for Claude 4.6 and later, by names such as `claude-opus-4-6` and `claude-sonnet-5-5`. */
function isAdaptive(model: string): boolean {
  const [, major = '0', minor = '0'] = /^claude-[a-z]+-(\d+)(?:-(\d{1,2}))?(?!\d)/.exec(model) ?? [];
  return Number(major) > 4 || (Number(major) === 4 && Number(minor) >= 6);
}

/** True when calls since the user's last message have no thoughts before them. */
function lacksThoughts(items: readonly Item[]): boolean {
  const start = items.findLastIndex((item) => item.kind === 'message' && item.role === 'user');
  const since = items.slice(start + 1);
  const hasCalls = since.some(({ kind }) => kind === 'call');
  return hasCalls && !since.some((item) => item.kind === 'reasoning' && item.carried.by === 'anthropic');
}

function readTurns(items: readonly Item[], thinks: boolean): Turn[] {
  const turns: Turn[] = [];
  for (const item of items) {
    const blocks = blocksOf(item, thinks);
    if (blocks.length === 0) continue;
    const role =
      item.kind === 'result' || (item.kind === 'message' && item.role === 'user') ? 'user' : 'assistant';
    const last = turns.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else turns.push({ role, blocks: [...blocks] });
  }
  return turns;
}

function blocksOf(item: Item, thinks: boolean): Record<string, JsonText>[] {
  switch (item.kind) {
    case 'message':
      return item.parts.map(writePart);
    case 'reasoning':
      return thinks && item.carried.by === 'anthropic' ? item.carried.blocks.map(writeBlock) : [];
    case 'call':
      return [
        {
          type: '"tool_use"',
          id: JSON.stringify(item.callId),
          name: JSON.stringify(item.name),
          input: item.input,
        },
      ];
    case 'result':
      return [
        {
          type: '"tool_result"',
          tool_use_id: JSON.stringify(item.callId),
          content: writeList(item.parts.map((part) => writeObject(writePart(part)))),
        },
      ];
  }
}

function writeBlock(block: Readonly<Record<string, string>>): Record<string, JsonText> {
  return Object.fromEntries(Object.entries(block).map(([name, value]) => [name, JSON.stringify(value)]));
}

function writePart(part: Part): Record<string, JsonText> {
  return part.kind === 'text' ? { type: '"text"', text: part.text } : writeFile(part);
}

/** https://docs.claude.com/en/docs/build-with-claude/pdf-support and …/vision */
function writeFile({ mediaType, data, uri }: FilePart): Record<string, JsonText> {
  const isImage = mediaType.startsWith('image/');
  if (!isImage && mediaType !== 'application/pdf')
    throw notServed(['input'], `Claude reads images and PDF, not ${mediaType}. Send the content as text`);
  const source =
    uri === undefined
      ? writeObject({ type: '"base64"', media_type: JSON.stringify(mediaType), data })
      : writeObject({ type: '"url"', url: uri });
  return { type: isImage ? '"image"' : '"document"', source };
}

function writeFunction({ name, description, parameters }: Conversation['functions'][number]): JsonText {
  return writeObject({
    name: JSON.stringify(name),
    description,
    input_schema: parameters ?? '{"type":"object","properties":{}}',
  });
}

function writeChoice({ choice: { mode, name }, isParallel }: Conversation): JsonText {
  const types = { auto: 'auto', none: 'none', required: name === undefined ? 'any' : 'tool' } as const;
  return JSON.stringify({
    type: types[mode],
    ...(name !== undefined && { name }),
    ...(isParallel === false && mode !== 'none' && { disable_parallel_tool_use: true }),
  });
}
