import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldersIn } from './generated-files.ts';

/**
 * The tiers of API Management that the edge can be derived for: Developer, Basic, Standard and Premium, or their
 * successors, which have no `quota-by-key`.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-gateways-overview#policies
 */
export const TIERS = ['classic', 'v2'] as const;
export type Tier = (typeof TIERS)[number];

/** Writes the source in the header of a policy, and the tier where the policy differs between tiers. */
export function sourceFor(tier: Tier, source: string): string {
  return tier === 'v2' ? `${source} for the v2 tiers` : source;
}

/** Reads the tier from the headers of the product policies below a folder; `classic` without product policies. */
export function tierOf(root: string): Tier {
  const products = join(root, 'apim/products');
  const isForV2 = foldersIn(products).some((id) => {
    const file = join(products, id, 'policy.xml');
    return existsSync(file) && readFileSync(file, 'utf8').includes(sourceFor('v2', ''));
  });
  return isForV2 ? 'v2' : 'classic';
}

/** Reads the name of a tier; undefined for any other text. */
export function readTier(text: string): Tier | undefined {
  return TIERS.find((one) => one === text);
}
