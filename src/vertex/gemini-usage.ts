import { asObject, type Json } from './usage-counts.ts';

/**
 * Reads the usage of an answer of Gemini, or of a new context cache: the `usageMetadata` and, beside its counts, the tokens
 * of each modality that has a price of its own, the searches of the web, and the time for which a cache is kept.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#UsageMetadata
 */
export function geminiUsage({ usageMetadata, candidates, createTime, expireTime }: Json): unknown {
  if (usageMetadata !== undefined && (typeof usageMetadata !== 'object' || Array.isArray(usageMetadata)))
    return usageMetadata;
  const reported = asObject(usageMetadata);
  const extra = {
    audioPromptTokens: tokensOf(reported.promptTokensDetails, 'AUDIO'),
    cachedAudioTokens: tokensOf(reported.cacheTokensDetails, 'AUDIO'),
    audioCandidatesTokens: tokensOf(reported.candidatesTokensDetails, 'AUDIO'),
    imageCandidatesTokens: tokensOf(reported.candidatesTokensDetails, 'IMAGE'),
    searches: searchesOf(candidates),
    storedSeconds: secondsBetween(createTime, expireTime),
  };
  const known = Object.entries(extra).filter(([, value]) => value !== undefined);
  return usageMetadata === undefined && known.length === 0
    ? undefined
    : { ...reported, ...Object.fromEntries(known) };
}

/** Adds up the tokens of one modality in a list of counts; undefined when the list has none of it. */
function tokensOf(details: unknown, modality: string): unknown {
  const counts = listOf(details)
    .filter((detail) => detail.modality === modality)
    .map(({ tokenCount }) => tokenCount ?? 0);
  if (counts.length < 2) return counts[0];
  return counts.reduce((total: number, tokens) => total + Number(tokens), 0);
}

/** Counts the queries with which Google grounded an answer; undefined when it did not. */
function searchesOf(candidates: unknown): number | undefined {
  const queries = listOf(candidates).flatMap(({ groundingMetadata }) => {
    const { webSearchQueries } = asObject(groundingMetadata);
    return Array.isArray(webSearchQueries) ? (webSearchQueries as unknown[]) : [];
  });
  return queries.length === 0 ? undefined : queries.length;
}

function secondsBetween(from: unknown, until: unknown): number | undefined {
  if (typeof from !== 'string' || typeof until !== 'string') return undefined;
  const timeInMs = Date.parse(until) - Date.parse(from);
  return timeInMs >= 0 ? Math.ceil(timeInMs / 1000) : undefined;
}

function listOf(list: unknown): Json[] {
  return Array.isArray(list) ? list.map(asObject) : [];
}
