import type { CatalogEntry } from './documents.ts';

/** Operations whose answers follow from the request alone. They give whole answers, never a stream. */
export const CACHED_OPERATIONS = ['predict', 'embedContent', 'countTokens'] as const;

/**
 * The operations of an entry whose answers may be kept, where it has a cache. Endpoints predict as they are deployed; of
 * publisher models those that embed do, while others draw something new each time.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings
 */
export function cachedOperations(entry: CatalogEntry): (typeof CACHED_OPERATIONS)[number][] {
  if (!entry.cache) return [];
  const predictsAlike = 'endpoint' in entry || entry.model.includes('embedding');
  return CACHED_OPERATIONS.filter(
    (operation) => entry.operations.includes(operation) && (operation !== 'predict' || predictsAlike),
  );
}
