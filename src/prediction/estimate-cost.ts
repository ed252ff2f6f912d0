import type { CatalogEntry } from '../governance/documents.ts';
import type { Outcome } from './audit-record.ts';
import type { Usage } from './prediction.ts';

/**
 * What a call cost in US dollars by the catalog's price, as far as its usage is known; undefined where nothing is. A
 * price per call is that of an answered one. Discounts, such as those for cached tokens, are not in the catalog.
 */
export function estimateCost(
  price: NonNullable<CatalogEntry['price']>,
  outcome: Outcome,
  { inputTokens, outputTokens }: Usage,
): number | undefined {
  if ('perCall' in price) return outcome === 'answered' ? price.perCall : undefined;
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  const { perMillionInputTokens, perMillionOutputTokens } = price;
  const perMillion =
    perMillionInputTokens * (inputTokens ?? 0) + perMillionOutputTokens * (outputTokens ?? 0);
  // Below this there is no price; what is left comes from binary fractions.
  return Math.round(perMillion * 1e6) / 1e12;
}
