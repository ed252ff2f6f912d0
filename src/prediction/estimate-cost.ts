import type { CatalogEntry, Price, ServiceTier, TokenPrice } from '../governance/documents.ts';
import type { Usage } from './answer.ts';

/**
 * The price of writing to a cache where the catalog has none, as a multiple of the price of other input. Only Anthropic
 * reports the tokens written; at Google they are priced as other input.
 * https://platform.claude.com/docs/en/about-claude/pricing#prompt-caching
 */
const CACHE_WRITE = { fiveMinutes: 1.25, hour: 2 };

const SECONDS_IN_AN_HOUR = 3600;

/** The service tier that Google reports by a traffic type; the standard tier and bought throughput have none. */
const TIERS: Readonly<Record<string, ServiceTier>> = {
  ON_DEMAND_FLEX: 'flex',
  ON_DEMAND_PRIORITY: 'priority',
};

/**
 * Returns the price of a call in the service tier that served it. A call whose answer does not tell has that of the tier
 * that it asked for.
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/priority-paygo
 * @param trafficType the traffic type that the answer reports.
 * @param asked the tier that the call asked for; undefined for the standard one.
 */
export function priceInTier(
  { price, serviceTiers }: Pick<CatalogEntry, 'price' | 'serviceTiers'>,
  trafficType: string | undefined,
  asked: ServiceTier | undefined,
): Price | undefined {
  const tier = trafficType === undefined ? asked : TIERS[trafficType];
  const inTier = tier && serviceTiers?.[tier];
  if (!inTier || !price || !('perMillionInputTokens' in price)) return price;
  const { perMillionStoredTokensPerHour, perSearch, perGroundedPrompt, factorOutsideGlobal } = price;
  return { perMillionStoredTokensPerHour, perSearch, perGroundedPrompt, factorOutsideGlobal, ...inTier };
}

/**
 * Estimates the cost of a call in US dollars by the catalog's price, as far as its usage is known; undefined when none of
 * it is. A price per call, prediction or second applies only to calls that Vertex AI answered.
 * @param isAnswered true when Vertex AI's answer was complete, whether or not the caller took it.
 * @param location the location that served the call; undefined counts as `global`.
 */
export function estimateCost(
  price: Price,
  isAnswered: boolean,
  usage: Usage,
  location?: string,
): number | undefined {
  if ('perCall' in price) return isAnswered ? price.perCall : undefined;
  if ('perPrediction' in price) {
    const { instances } = usage;
    return isAnswered && instances !== undefined
      ? inDollars(price.perPrediction * instances * 1e6)
      : undefined;
  }
  if ('perSecondOfVideo' in price) {
    const { videoSeconds, silentVideoSeconds } = usage;
    if (!isAnswered || (videoSeconds === undefined && silentVideoSeconds === undefined)) return undefined;
    const { perSecondOfVideo: loud, perSecondOfSilentVideo: silent = loud } = price;
    return inDollars((loud * (videoSeconds ?? 0) + silent * (silentVideoSeconds ?? 0)) * 1e6);
  }
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return inDollars(ofTokens(price, usage) * factorIn(price, location) + ofServices(price, usage));
}

/** Returns the factor of the prices of tokens in a location. */
function factorIn({ factorOutsideGlobal = 1 }: TokenPrice, location: string | undefined): number {
  return location === undefined || location === 'global' ? 1 : factorOutsideGlobal;
}

/** Returns the price of the tokens, in millionths of a dollar. */
function ofTokens(price: TokenPrice, usage: Usage): number {
  const { inputTokens = 0, outputTokens = 0 } = usage;
  const { cachedTokens = 0, cacheWriteTokens = 0, hourCacheWriteTokens = 0 } = usage;
  const { audioInputTokens = 0, cachedAudioTokens = 0, audioOutputTokens = 0, imageOutputTokens = 0 } = usage;
  const fresh = inputTokens - cachedTokens - cacheWriteTokens;
  const freshAudio = Math.min(audioInputTokens - cachedAudioTokens, fresh);
  const of = pricesOf(price, inputTokens);
  return (
    of.input * (fresh - freshAudio) +
    of.audioInput * freshAudio +
    of.cached * (cachedTokens - cachedAudioTokens) +
    of.cachedAudio * cachedAudioTokens +
    of.written * (cacheWriteTokens - hourCacheWriteTokens) +
    of.writtenForHour * hourCacheWriteTokens +
    of.output * (outputTokens - audioOutputTokens - imageOutputTokens) +
    of.audioOutput * audioOutputTokens +
    of.imageOutput * imageOutputTokens
  );
}

/** Returns the price of searches and of a context cache's storage, in millionths of a dollar. */
function ofServices(price: TokenPrice, { inputTokens = 0, searches = 0, storedSeconds = 0 }: Usage): number {
  const { perMillionStoredTokensPerHour = 0, perSearch = 0, perGroundedPrompt = 0 } = price;
  return (
    perMillionStoredTokensPerHour * inputTokens * (storedSeconds / SECONDS_IN_AN_HOUR) +
    (perSearch * searches + (searches > 0 ? perGroundedPrompt : 0)) * 1e6
  );
}

/** Returns the prices of a million tokens of each kind, for a call with this much input. */
function pricesOf({ longContext, ...price }: TokenPrice, inputTokens: number) {
  const all = longContext && inputTokens > longContext.aboveInputTokens ? longContext : price;
  const { perMillionInputTokens: input, perMillionOutputTokens: output } = all;
  const cached = all.perMillionCachedInputTokens ?? input;
  const audioInput = all.perMillionAudioInputTokens ?? input;
  return {
    input,
    output,
    cached,
    audioInput,
    cachedAudio: all.perMillionCachedAudioInputTokens ?? Math.max(cached, audioInput),
    written: all.perMillionCacheWriteTokens ?? input * CACHE_WRITE.fiveMinutes,
    writtenForHour: all.perMillionHourCacheWriteTokens ?? input * CACHE_WRITE.hour,
    audioOutput: all.perMillionAudioOutputTokens ?? output,
    imageOutput: all.perMillionImageOutputTokens ?? output,
  };
}

/** Converts millionths of a dollar to dollars. The rounding takes off what binary fractions add. */
function inDollars(millionths: number): number {
  return Math.round(millionths * 1e6) / 1e12;
}
