import type { CatalogEntry } from './documents.ts';

/** The operations whose answers the edge can cache: the answer follows from the request alone and is not a stream. */
export const CACHED_OPERATIONS = ['predict', 'embedContent', 'countTokens'] as const;

/**
 * Returns the operations of an entry whose answers the edge caches; none if the catalog gives the entry no cache. An
 * endpoint and an embedding model predict the same from the same input. Other publisher models sample, so their
 * predictions are not cached.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings
 */
export function cachedOperations(entry: CatalogEntry): (typeof CACHED_OPERATIONS)[number][] {
  if (!entry.cache) return [];
  const predictsAlike = 'endpoint' in entry || entry.model.includes('embedding');
  return CACHED_OPERATIONS.filter(
    (operation) => entry.operations.includes(operation) && (operation !== 'predict' || predictsAlike),
  );
}
