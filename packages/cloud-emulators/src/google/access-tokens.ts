import { randomBytes } from 'node:crypto';

/** The only OAuth scope that this emulator grants. */
export const CLOUD_PLATFORM_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** The principal of a token: `principal://iam.googleapis.com/…/subject/{sub}` or `serviceAccount:{email}`. */
export interface TokenHolder {
  readonly principal: string;
}

/** The opaque tokens that were issued, with their expiry. */
export class AccessTokens {
  readonly #now: () => number;
  readonly #issued = new Map<string, { holder: TokenHolder; expiresAt: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Issues a new token, different from all earlier ones. */
  issue(principal: string, lifetimeInSeconds: number): { token: string; expiresAt: Date } {
    const token = `ya29.${randomBytes(96).toString('base64url')}`;
    const expiresAt = this.#now() + lifetimeInSeconds * 1000;
    this.#issued.set(token, { holder: { principal }, expiresAt });
    return { token, expiresAt: new Date(expiresAt) };
  }

  /** Finds the holder of a token; undefined when the token is unknown or has expired. */
  check(token: string): TokenHolder | undefined {
    const issued = this.#issued.get(token);
    if (!issued) return undefined;
    if (issued.expiresAt > this.#now()) return issued.holder;
    this.#issued.delete(token);
    return undefined;
  }
}
