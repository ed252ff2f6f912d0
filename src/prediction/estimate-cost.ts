import type { Price, TokenPrice } from '../governance/documents.ts';
import type { Usage } from './answer.ts';

/**
 * The price of writing to a cache where the catalog has none, as a multiple of the price of other input. Only Anthropic
 * reports the tokens written; at Google they are priced as other input.
 * https://platform.claude.com/docs/en/about-claude/pricing#prompt-caching
 */
const CACHE_WRITE = { fiveMinutes: 1.25, hour: 2 };

/**
 * Estimates the cost of a call in US dollars by the catalog's price, as far as its usage is known; undefined when none of
 * it is. A price per call or prediction applies only to calls that Vertex AI answered.
 * @param isAnswered true when Vertex AI's answer was complete, whether or not the caller took it.
 */
export function estimateCost(price: Price, isAnswered: boolean, usage: Usage): number | undefined {
  if ('perCall' in price) return isAnswered ? price.perCall : undefined;
  if ('perPrediction' in price) {
    const { instances } = usage;
    return isAnswered && instances !== undefined
      ? inDollars(price.perPrediction * instances * 1e6)
      : undefined;
  }
  const { inputTokens, outputTokens = 0 } = usage;
  if (inputTokens === undefined && usage.outputTokens === undefined) return undefined;
  const { cachedTokens = 0, cacheWriteTokens = 0, hourCacheWriteTokens = 0 } = usage;
  const fresh = (inputTokens ?? 0) - cachedTokens - cacheWriteTokens;
  const of = pricesOf(price, inputTokens ?? 0);
  return inDollars(
    of.input * fresh +
      of.cached * cachedTokens +
      of.written * (cacheWriteTokens - hourCacheWriteTokens) +
      of.writtenForHour * hourCacheWriteTokens +
      of.output * outputTokens,
  );
}

/** Returns the prices of a million tokens of each kind, for a call with this much input. */
function pricesOf({ longContext, ...price }: TokenPrice, inputTokens: number) {
  const all = longContext && inputTokens > longContext.aboveInputTokens ? longContext : price;
  const { perMillionInputTokens: input, perMillionOutputTokens: output } = all;
  return {
    input,
    output,
    cached: all.perMillionCachedInputTokens ?? input,
    written: all.perMillionCacheWriteTokens ?? input * CACHE_WRITE.fiveMinutes,
    writtenForHour: all.perMillionHourCacheWriteTokens ?? input * CACHE_WRITE.hour,
  };
}

/** Converts millionths of a dollar to dollars. The rounding takes off what binary fractions add. */
function inDollars(millionths: number): number {
  return Math.round(millionths * 1e6) / 1e12;
}
