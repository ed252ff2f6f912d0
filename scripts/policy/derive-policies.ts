import type { Governance } from '../../src/governance/governance.ts';
import { authenticateFragment } from './authenticate-fragment.ts';
import { identifyCallerFragment } from './identify-caller-fragment.ts';
import { keepInCacheFragment } from './keep-in-cache-fragment.ts';
import { matchApplicationFragment } from './match-application-fragment.ts';
import { openProductFiles, productFiles } from './product-files.ts';
import { residencyFragment } from './residency-fragment.ts';
import { vertexPolicy } from './vertex-policy.ts';
import type { Tier } from './tier.ts';
import type { GeneratedFile } from './write-schemas.ts';

/**
 * Derives every generated policy document of the edge from the governance documents.
 * @param apis the ids of the edge's APIs.
 * @param tier the tier of the API Management service.
 * @throws Error for limits that the tier can't count.
 */
export function derivePolicies(
  { documents, policyVersion }: Pick<Governance, 'documents' | 'policyVersion'>,
  apis: readonly string[],
  tier: Tier = 'classic',
): GeneratedFile[] {
  return [
    ...productFiles(documents, apis, tier),
    ...openProductFiles(apis),
    authenticateFragment(documents),
    identifyCallerFragment(documents),
    matchApplicationFragment(documents),
    residencyFragment(documents.access, policyVersion),
    vertexPolicy(documents.catalog, policyVersion),
    keepInCacheFragment(policyVersion),
  ];
}
