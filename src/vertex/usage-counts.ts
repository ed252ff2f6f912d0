import type { Usage } from '../prediction/answer.ts';

export type Json = Readonly<Record<string, unknown>>;

export type Counts = { readonly [Name in keyof Usage]?: number | undefined };

/** No model takes or gives as many tokens at once; a number beyond it is a mistake, or there to use up somebody's limit. */
export const MAXIMUM_COUNT = 100_000_000;

/** A number as Vertex AI or a container tells it; undefined for one that can't be a count. */
function count(value: unknown): number | undefined {
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0;
  return isCount && value <= MAXIMUM_COUNT ? value : undefined;
}

export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/**
 * Google's `usageMetadata`. Results of tools are no part of its prompt, and of a new context cache the total alone is
 * reported: both went in. Thoughts are counted apart; they are output to everybody else, and are paid for as output.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#UsageMetadata
 */
export function countGemini(usage: Json): Counts {
  const thinkingTokens = count(usage.thoughtsTokenCount);
  const outputTokens = sum(count(usage.candidatesTokenCount), thinkingTokens);
  const totalTokens = count(usage.totalTokenCount);
  const prompt = count(usage.promptTokenCount);
  return {
    inputTokens:
      prompt === undefined
        ? difference(totalTokens, outputTokens)
        : sum(prompt, count(usage.toolUsePromptTokenCount)),
    outputTokens,
    totalTokens,
    cachedTokens: count(usage.cachedContentTokenCount),
    thinkingTokens,
  };
}

/**
 * `usage` of OpenAI's chat completions, which most other models and containers speak. Thoughts of Gemini are in its total
 * alone: https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview
 * https://platform.openai.com/docs/api-reference/chat/object
 */
function countChat(usage: Json): Counts {
  const prompt = count(usage.prompt_tokens);
  const completion = count(usage.completion_tokens);
  const totalTokens = count(usage.total_tokens);
  const rest = difference(totalTokens, prompt);
  return {
    inputTokens: prompt ?? difference(totalTokens, completion),
    // An embedding has none, and its rest is 0.
    outputTokens: prompt === undefined || !rest ? completion : greatest(completion, rest),
    totalTokens,
    cachedTokens: count(asObject(usage.prompt_tokens_details).cached_tokens),
    thinkingTokens: count(asObject(usage.completion_tokens_details).reasoning_tokens),
  };
}

/**
 * `usage` of Anthropic's messages, whose input is without what was read from and written to a cache, and of OpenAI's
 * responses, whose input is with it.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 * https://platform.openai.com/docs/api-reference/responses/object
 */
export function countMessages(usage: Json): Counts {
  const read = count(usage.cache_read_input_tokens);
  const { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: long } = asObject(
    usage.cache_creation,
  );
  const hourCacheWriteTokens = count(long);
  const cacheWriteTokens =
    count(usage.cache_creation_input_tokens) ?? sum(count(short), hourCacheWriteTokens);
  const fresh = count(usage.input_tokens);
  const details = asObject(usage.output_tokens_details);
  return {
    inputTokens: fresh === undefined ? undefined : sum(fresh, read, cacheWriteTokens),
    outputTokens: count(usage.output_tokens),
    totalTokens: count(usage.total_tokens),
    cachedTokens: read ?? count(asObject(usage.input_tokens_details).cached_tokens),
    cacheWriteTokens,
    hourCacheWriteTokens,
    thinkingTokens: count(details.thinking_tokens) ?? count(details.reasoning_tokens),
  };
}

/** A `usage` of whichever of the two kinds it is; one that is both has the first one's members for the second one's. */
export function countUsage(usage: Json): Counts {
  return 'prompt_tokens' in usage || 'completion_tokens' in usage || !('input_tokens' in usage)
    ? countChat(usage)
    : countMessages(usage);
}

/** What several answers used together; a sum may be more than a count can be. */
export function addCounts(all: readonly Counts[]): Counts {
  const sums: Partial<Record<string, number>> = {};
  // One by one: a container may give more of them than a function takes arguments.
  for (const counts of all)
    for (const [name, value] of Object.entries(counts)) sums[name] = sum(sums[name], value);
  return sums;
}

interface Counted {
  readonly [name: string]: 'count' | Counted;
}

/** What is read of a `usage` or `usageMetadata`, and what is counted of predictions: a count, or an object of counts. */
const COUNTED: Counted = {
  ...counts('promptTokenCount', 'candidatesTokenCount', 'totalTokenCount', 'thoughtsTokenCount'),
  ...counts('toolUsePromptTokenCount', 'cachedContentTokenCount'),
  ...counts('prompt_tokens', 'completion_tokens', 'total_tokens', 'input_tokens', 'output_tokens'),
  prompt_tokens_details: counts('cached_tokens'),
  completion_tokens_details: counts('reasoning_tokens'),
  input_tokens_details: counts('cached_tokens'),
  output_tokens_details: counts('thinking_tokens', 'reasoning_tokens'),
  ...counts('cache_read_input_tokens', 'cache_creation_input_tokens'),
  cache_creation: counts('ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'),
  ...counts('instances', 'inputTokens', 'outputTokens', 'totalTokens'),
  ...counts('cachedTokens', 'cacheWriteTokens', 'hourCacheWriteTokens', 'thinkingTokens'),
};

function counts(...names: readonly string[]): Counted {
  return Object.fromEntries(names.map((name) => [name, 'count']));
}

/** What a `usage` tells, as far as it can be so. */
export interface CountedUsage {
  /** The members that are counted: whatever else a container puts beside them, with every event anew, is not kept. */
  readonly usage: Json;
  /** Whether something stood where a count belongs and was none, so that more may have been used. */
  readonly isDoubtful: boolean;
}

/** Where counts enter: what can't be one is left out, as if it had not been reported. */
export function readUsage(reported: unknown): CountedUsage {
  return readCounts(reported, COUNTED);
}

function readCounts(reported: unknown, counted: Counted): CountedUsage {
  if (reported === undefined || reported === null) return { usage: {}, isDoubtful: false };
  if (typeof reported !== 'object' || Array.isArray(reported)) return { usage: {}, isDoubtful: true };
  const usage: Record<string, unknown> = {};
  let isDoubtful = false;
  for (const [name, kind] of Object.entries(counted)) {
    const value = (reported as Json)[name];
    if (value === undefined || value === null) continue;
    if (kind === 'count') {
      const known = count(value);
      if (known === undefined) isDoubtful = true;
      else usage[name] = known;
    } else {
      const read = readCounts(value, kind);
      usage[name] = read.usage;
      isDoubtful ||= read.isDoubtful;
    }
  }
  return { usage, isDoubtful };
}

/**
 * Makes counts agree: a part is no more than its whole, and the total no less than its parts. Whoever tells them may be a
 * container of anybody's.
 */
export function toUsage({
  cachedTokens,
  cacheWriteTokens,
  hourCacheWriteTokens,
  ...reported
}: Counts): Usage {
  const { inputTokens, outputTokens, totalTokens, thinkingTokens } = reported;
  const read = atMost(cachedTokens, inputTokens);
  const written = atMost(cacheWriteTokens, difference(inputTokens, read));
  const all = {
    ...reported,
    totalTokens: greatest(totalTokens, sum(inputTokens, outputTokens)),
    cachedTokens: read,
    cacheWriteTokens: written,
    hourCacheWriteTokens: atMost(hourCacheWriteTokens, written),
    thinkingTokens: atMost(thinkingTokens, outputTokens),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Of what is known; undefined where nothing is. */
function sum(...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}

function greatest(...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function difference(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined ? undefined : Math.max(0, whole - (part ?? 0));
}

/** A part of what is not known is not known either. */
function atMost(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined ? undefined : Math.min(part, whole);
}
