import type { IncomingHttpHeaders } from 'node:http';

/**
 * A request's headers with the interface of `Headers`. Reading one costs one look-up; a real `Headers` is made only
 * for iterating and changing.
 */
export class IncomingHeaders {
  readonly #received: IncomingHttpHeaders;
  #real: Headers | undefined;

  constructor(received: IncomingHttpHeaders) {
    this.#received = received;
  }

  get(name: string): string | null {
    if (this.#real) return this.#real.get(name);
    const value = this.#received[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  append(name: string, value: string): void {
    this.#headers().append(name, value);
  }

  set(name: string, value: string): void {
    this.#headers().set(name, value);
  }

  delete(name: string): void {
    this.#headers().delete(name);
  }

  getSetCookie(): string[] {
    return this.#headers().getSetCookie();
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    this.#headers().forEach(callback, self);
  }

  keys(): IterableIterator<string> {
    return this.#headers().keys();
  }

  values(): IterableIterator<string> {
    return this.#headers().values();
  }

  entries(): IterableIterator<[string, string]> {
    return this.#headers().entries();
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#headers().entries();
  }

  #headers(): Headers {
    this.#real ??= Object.entries(this.#received).reduce((headers, [name, value]) => {
      for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one);
      return headers;
    }, new Headers());
    return this.#real;
  }
}
