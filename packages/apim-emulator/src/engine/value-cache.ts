import type { CachedValue } from './cached-value.ts';

/** A value that takes more isn't kept. */
const MAXIMUM_VALUE_BYTES = 2 * 1024 * 1024;
const MAXIMUM_BYTES = 64 * 1024 * 1024;

interface Entry {
  readonly value: CachedValue;
  readonly bytes: number;
  readonly expiresAt: number;
}

/**
 * The built-in cache: volatile, and of 64 MiB at most. What was used longest ago makes room for what is new.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-howto-cache
 */
export class ValueCache {
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A copy of the value, or undefined where there is none. */
  find(key: string): { readonly value: unknown } | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.remove(key);
    if (entry.expiresAt <= this.#now()) return undefined;
    this.#add(key, entry);
    return { value: entry.value.copy() };
  }

  store(key: string, value: CachedValue, durationInSeconds: number): void {
    this.remove(key);
    const bytes = value.bytes + 2 * key.length;
    if (bytes > MAXIMUM_VALUE_BYTES) return;
    this.#add(key, { value, bytes, expiresAt: this.#now() + durationInSeconds * 1000 });
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= MAXIMUM_BYTES) return;
      this.remove(oldest);
    }
  }

  remove(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }

  #add(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }
}
