/**
 * Makes a function that loads at its first call. It gives the same thing from then on, but loads again after a failure.
 */
export function loadOnce<Thing>(load: () => Promise<Thing>): () => Promise<Thing> {
  let loaded: Promise<Thing> | undefined;
  return () =>
    (loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    }));
}
