import { GoogleError } from '../google-error.ts';
import type { CachedPrompt } from '../gemini/read-generate-request.ts';
import { PROJECT_NUMBER } from '../sample-endpoints.ts';
import { withProjectNumber } from '../sample-resources.ts';

/** A context cache: its resource in answers, and the prompt that it keeps. */
export interface CachedContent {
  readonly name: string;
  /** The model: `projects/{number}/locations/{location}/publishers/google/models/{model}`. */
  readonly model: string;
  readonly displayName?: string;
  /** The creation time, in milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number;
  readonly prompt: CachedPrompt;
}

/** The time that an expired cache is remembered; until then a request that names it gets an error that says so. */
const REMEMBERED_IN_MS = 60_000;

/** The context caches of one emulator, newest first. */
export class CachedContentStore {
  readonly #now: () => number;
  #caches: readonly CachedContent[] = [];
  #created = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Makes the next name in a location. It has the project's number, as Google's names do. */
  nextName(location: string): string {
    this.#created += 1;
    return `projects/${PROJECT_NUMBER}/locations/${location}/cachedContents/${6_000_000_000_000_000_000n + BigInt(this.#created)}`;
  }

  /** Adds a cache, or replaces the one with its name. */
  put(cache: CachedContent): void {
    const others = this.#caches.filter(({ name }) => name !== cache.name);
    this.#caches = [cache, ...others].sort((a, b) => b.createdAt - a.createdAt);
  }

  delete(name: string): void {
    this.#caches = this.#caches.filter((cache) => cache.name !== name);
  }

  /** Lists the caches of a location that have not expired. */
  list(location: string): CachedContent[] {
    const parent = `projects/${PROJECT_NUMBER}/locations/${location}/`;
    return this.#caches.filter(({ name, expiresAt }) => name.startsWith(parent) && expiresAt > this.#now());
  }

  /**
   * Finds a cache.
   * @param name with the project's id or number
   * @throws GoogleError NOT_FOUND, or INVALID_ARGUMENT for one that has just expired
   */
  get(name: string): CachedContent {
    const id = name.split('/').at(-1) ?? '';
    const numbered = withProjectNumber(name);
    const found = this.#caches.find((cache) => cache.name === numbered);
    if (!found || found.expiresAt + REMEMBERED_IN_MS <= this.#now()) {
      throw new GoogleError('NOT_FOUND', `Not found: cached content metadata for ${id}.`);
    }
    if (found.expiresAt <= this.#now()) {
      throw new GoogleError('INVALID_ARGUMENT', `Cache content ${id} is expired.`);
    }
    return found;
  }
}
