import type { Governance } from '../../src/governance/governance.ts';
import { authenticateFragment } from './authenticate-fragment.ts';
import { identifyCallerFragment } from './identify-caller-fragment.ts';
import { keepInCacheFragment } from './keep-in-cache-fragment.ts';
import { openProductFiles, productFiles } from './product-files.ts';
import { residencyFragment } from './residency-fragment.ts';
import { serveFromCacheFragment } from './serve-from-cache-fragment.ts';
import type { GeneratedFile } from './write-schemas.ts';

/** All that the edge derives from the governance documents. @param apis the ids of the edge's APIs. */
export function derivePolicies(
  { documents, policyVersion }: Pick<Governance, 'documents' | 'policyVersion'>,
  apis: readonly string[],
): GeneratedFile[] {
  return [
    ...productFiles(documents, apis),
    ...openProductFiles(apis),
    authenticateFragment(documents),
    identifyCallerFragment(documents),
    residencyFragment(documents.access, policyVersion),
    serveFromCacheFragment(documents.catalog, policyVersion),
    keepInCacheFragment(policyVersion),
  ];
}
