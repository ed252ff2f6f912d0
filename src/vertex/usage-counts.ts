import type { Usage } from '../prediction/answer.ts';

/** A JSON object, or a list, read by its members. */
export type Json = Readonly<Record<string, unknown>>;

/** The counts of a usage before they are made to agree; an undefined one is not known. */
export type Counts = { readonly [Name in keyof Usage]?: number | undefined };

/** The largest count. No model takes or gives as many tokens at once, so a larger number is a mistake or an abuse. */
export const MAXIMUM_COUNT = 100_000_000;

/** Returns a reported number; undefined for a value that can't be a count. */
function count(value: unknown): number | undefined {
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0;
  return isCount && value <= MAXIMUM_COUNT ? value : undefined;
}

/** Returns a value's members; an empty object for a value that has none. */
export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/**
 * Counts Google's `usageMetadata`. Its prompt is without the results of tools, which are input too. For a new context
 * cache it reports the total alone, which is all input. It counts thoughts apart from output; they are paid for as output.
 * The total is the sum of the four, so that one that is left out is the rest of it.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#UsageMetadata
 */
export function countGemini(usage: Json): Counts {
  const thinkingTokens = count(usage.thoughtsTokenCount);
  const candidates = count(usage.candidatesTokenCount);
  const totalTokens = count(usage.totalTokenCount);
  const prompt = count(usage.promptTokenCount);
  const inputTokens = prompt === undefined ? undefined : sum(prompt, count(usage.toolUsePromptTokenCount));
  const known = sum(candidates, thinkingTokens);
  const rest = candidates === undefined ? difference(totalTokens, inputTokens) : undefined;
  const outputTokens = inputTokens === undefined || !rest ? known : greatest(known, rest);
  return {
    inputTokens: inputTokens ?? difference(totalTokens, outputTokens),
    outputTokens,
    totalTokens,
    cachedTokens: count(usage.cachedContentTokenCount),
    thinkingTokens,
    audioInputTokens: count(usage.audioPromptTokens),
    cachedAudioTokens: count(usage.cachedAudioTokens),
    audioOutputTokens: count(usage.audioCandidatesTokens),
    imageOutputTokens: count(usage.imageCandidatesTokens),
    searches: count(usage.searches),
    storedSeconds: count(usage.storedSeconds),
  };
}

/**
 * Counts the `usage` of OpenAI's chat completions, a format that most other models and containers have. Gemini's thoughts
 * are in its total alone: https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview
 * https://platform.openai.com/docs/api-reference/chat/object
 */
function countChat(usage: Json): Counts {
  const prompt = count(usage.prompt_tokens);
  const completion = count(usage.completion_tokens);
  const totalTokens = count(usage.total_tokens);
  const rest = difference(totalTokens, prompt);
  return {
    inputTokens: prompt ?? difference(totalTokens, completion),
    // An embedding has no output: its total is its prompt, so the rest is 0.
    outputTokens: prompt === undefined || !rest ? completion : greatest(completion, rest),
    totalTokens,
    cachedTokens: count(asObject(usage.prompt_tokens_details).cached_tokens),
    thinkingTokens: count(asObject(usage.completion_tokens_details).reasoning_tokens),
    audioInputTokens: count(asObject(usage.prompt_tokens_details).audio_tokens),
    audioOutputTokens: count(asObject(usage.completion_tokens_details).audio_tokens),
    searches: count(usage.searches),
  };
}

/**
 * Counts the `usage` of Anthropic's messages, whose input is without the tokens read from and written to a cache, and of
 * OpenAI's responses, whose input includes them.
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
    searches: count(asObject(usage.server_tool_use).web_search_requests),
  };
}

/** Counts a `usage` of chat completions, or else of messages. One with the members of both is counted as the former. */
export function countUsage(usage: Json): Counts {
  return 'prompt_tokens' in usage || 'completion_tokens' in usage || !('input_tokens' in usage)
    ? countChat(usage)
    : countMessages(usage);
}

/** Adds up the counts of several answers. A sum may be larger than MAXIMUM_COUNT. */
export function addCounts(all: readonly Counts[]): Counts {
  const sums: Partial<Record<string, number>> = {};
  // The counts are added one by one, because a container may give more of them than a function takes arguments.
  for (const counts of all)
    for (const [name, value] of Object.entries(counts)) sums[name] = sum(sums[name], value);
  return sums;
}

interface Counted {
  readonly [name: string]: 'count' | Counted;
}

/** The members that are read from a `usage`, a `usageMetadata` and the summed usage of predictions. */
const COUNTED: Counted = {
  ...counts('promptTokenCount', 'candidatesTokenCount', 'totalTokenCount', 'thoughtsTokenCount'),
  ...counts('toolUsePromptTokenCount', 'cachedContentTokenCount'),
  ...counts('prompt_tokens', 'completion_tokens', 'total_tokens', 'input_tokens', 'output_tokens'),
  ...counts('audioPromptTokens', 'cachedAudioTokens', 'audioCandidatesTokens', 'imageCandidatesTokens'),
  ...counts('searches', 'storedSeconds'),
  prompt_tokens_details: counts('cached_tokens', 'audio_tokens'),
  completion_tokens_details: counts('reasoning_tokens', 'audio_tokens'),
  server_tool_use: counts('web_search_requests'),
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

/** The valid counts of a reported usage. */
export interface CountedUsage {
  /** The members that are counted, under their reported names. Other members are not kept. */
  readonly usage: Json;
  /** True when a value at the place of a count can't be one, so that more may have been used. */
  readonly isDoubtful: boolean;
}

/** Reads a reported usage. A value that can't be a count is left out, as if it had not been reported. */
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
 * Makes counts agree: a part is no more than its whole, and the total no less than its parts. The counts may come from a
 * custom container, so they need not agree by themselves.
 */
export function toUsage({
  cachedTokens,
  cacheWriteTokens,
  hourCacheWriteTokens,
  audioInputTokens,
  cachedAudioTokens,
  audioOutputTokens,
  imageOutputTokens,
  ...reported
}: Counts): Usage {
  const { inputTokens, outputTokens, totalTokens, thinkingTokens } = reported;
  const read = atMost(cachedTokens, inputTokens);
  const written = atMost(cacheWriteTokens, difference(inputTokens, read));
  const audioIn = atMost(audioInputTokens, inputTokens);
  const images = atMost(imageOutputTokens, outputTokens);
  const all = {
    ...reported,
    audioInputTokens: audioIn,
    cachedAudioTokens: atMost(cachedAudioTokens, atMost(read, audioIn)),
    imageOutputTokens: images,
    audioOutputTokens: atMost(audioOutputTokens, difference(outputTokens, images)),
    totalTokens: greatest(totalTokens, sum(inputTokens, outputTokens)),
    cachedTokens: read,
    cacheWriteTokens: written,
    hourCacheWriteTokens: atMost(hourCacheWriteTokens, written),
    thinkingTokens: atMost(thinkingTokens, outputTokens),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/**
 * Returns true when input and output are both known and are less than the total: nobody knows what the rest is, so more may
 * have been used of either.
 */
export function hasUnknownRest({ inputTokens, outputTokens, totalTokens = 0 }: Usage): boolean {
  return inputTokens !== undefined && outputTokens !== undefined && inputTokens + outputTokens < totalTokens;
}

/** Adds up the known values; undefined when none is known. */
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

/** Returns the part, but no more than the whole; undefined when either is not known. */
function atMost(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined ? undefined : Math.min(part, whole);
}
