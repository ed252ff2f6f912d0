import type { Jwt } from '@vertex-ai-gateway/csharp-expressions/jwt';

const MAXIMUM = 2_000;

interface Verified {
  readonly jwt: Jwt;
  readonly expiresAt: number;
}

/** The tokens that were verified, each until it expires; at most 2,000, the oldest forgotten first. */
export class VerifiedTokens {
  readonly #now: () => number;
  readonly #verified = new Map<string, Verified>();

  constructor(now: () => number) {
    this.#now = now;
  }

  recall(key: string): Jwt | undefined {
    const found = this.#verified.get(key);
    return found && found.expiresAt > this.#now() ? found.jwt : undefined;
  }

  /** @param expiresAt in milliseconds since the epoch. */
  remember(key: string, jwt: Jwt, expiresAt: number): void {
    if (this.#verified.size >= MAXIMUM) {
      const [oldest] = this.#verified.keys();
      if (oldest !== undefined) this.#verified.delete(oldest);
    }
    this.#verified.set(key, { jwt, expiresAt });
  }
}
