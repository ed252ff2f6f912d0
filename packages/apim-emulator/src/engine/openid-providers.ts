import { createLocalJWKSet, errors } from 'jose';
import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWSHeaderParameters, JWTVerifyGetKey } from 'jose';
import { request } from 'undici';
import { unavailable } from './token-refusal.ts';

const LIFETIME_IN_MS = 3_600_000;
const UNKNOWN_KEY_COOLDOWN_IN_MS = 300_000;
const TIMEOUT_IN_MS = 5_000;
/** An expression may name others with each call. */
const MAXIMUM = 100;

/** The content of an OpenID configuration: the issuer of tokens, and its keys. */
export interface OpenIdProvider {
  readonly issuer: string;
  readonly keys: JWTVerifyGetKey;
}

type KeySet = ReturnType<typeof createLocalJWKSet>;

interface Loading {
  readonly startedAt: number;
  readonly configuration: Promise<{ readonly issuer: string; readonly keySet: KeySet }>;
}

/**
 * OpenID configurations and their keys: fetched when first asked for, and again after an hour. A token with a key that
 * isn't among them makes them be fetched anew, at most once in 5 minutes.
 * Source: https://learn.microsoft.com/azure/api-management/validate-jwt-policy#elements
 */
export class OpenIdProviders {
  readonly #now: () => number;
  readonly #loading = new Map<string, Loading>();
  readonly #refetchedAt = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws {PolicyFailure} 500 when the configuration or its keys can't be fetched; the next call tries again. */
  async find(url: string): Promise<OpenIdProvider> {
    const { issuer } = await this.#load(url);
    return { issuer, keys: (header, token) => this.#findKey(url, header, token) };
  }

  async #findKey(url: string, header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const { keySet } = await this.#load(url);
    try {
      return await keySet(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayRefetch(url)) throw error;
      this.#refetchedAt.set(url, this.#now());
      this.#loading.delete(url);
      return (await this.#load(url)).keySet(header, token);
    }
  }

  #mayRefetch(url: string): boolean {
    const last = this.#refetchedAt.get(url);
    return last === undefined || this.#now() - last >= UNKNOWN_KEY_COOLDOWN_IN_MS;
  }

  #load(url: string): Loading['configuration'] {
    const known = this.#loading.get(url);
    if (known && this.#now() - known.startedAt < LIFETIME_IN_MS) return known.configuration;
    const loading: Loading = {
      startedAt: this.#now(),
      configuration: fetchConfiguration(url).catch(() => {
        if (this.#loading.get(url) === loading) this.#loading.delete(url);
        throw unavailable();
      }),
    };
    this.#loading.set(url, loading);
    this.#forgetOldest();
    return loading.configuration;
  }

  #forgetOldest(): void {
    for (const known of [this.#loading, this.#refetchedAt]) {
      const [oldest] = known.keys();
      if (known.size > MAXIMUM && oldest !== undefined) known.delete(oldest);
    }
  }
}

async function fetchConfiguration(url: string): Promise<{ issuer: string; keySet: KeySet }> {
  const { issuer, jwks_uri: keysUrl } = (await fetchJson(url)) as { issuer?: unknown; jwks_uri?: unknown };
  if (typeof issuer !== 'string' || typeof keysUrl !== 'string') throw unavailable();
  return { issuer, keySet: createLocalJWKSet((await fetchJson(keysUrl)) as JSONWebKeySet) };
}

async function fetchJson(url: string): Promise<unknown> {
  const { statusCode, body } = await request(url, {
    headersTimeout: TIMEOUT_IN_MS,
    bodyTimeout: TIMEOUT_IN_MS,
  });
  if (statusCode === 200) return body.json();
  await body.dump();
  throw unavailable();
}
