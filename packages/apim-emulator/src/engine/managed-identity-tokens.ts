/** An access token and when it ends. */
export interface ManagedIdentityToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Asks for a token of the system-assigned identity, or of the user-assigned one with the client id. */
export type FetchManagedIdentityToken = (
  resource: string,
  clientId?: string,
) => Promise<ManagedIdentityToken>;

/** A token this close to its end is not handed out any more. */
const MARGIN_IN_MS = 60_000;

/**
 * Tokens of the gateway's managed identities, each cached until a minute before it expires. Callers that arrive
 * while one is fetched share the fetch.
 */
export class ManagedIdentityTokens {
  readonly #fetchToken: FetchManagedIdentityToken;
  readonly #now: () => number;
  readonly #cached = new Map<string, ManagedIdentityToken>();
  readonly #fetching = new Map<string, Promise<ManagedIdentityToken>>();

  constructor(fetchToken: FetchManagedIdentityToken, now: () => number) {
    this.#fetchToken = fetchToken;
    this.#now = now;
  }

  /** The cached token, as long as it may be used. */
  recall(resource: string, clientId: string | undefined): string | undefined {
    const found = this.#cached.get(cacheKey(resource, clientId));
    return found && found.expiresAt.getTime() - MARGIN_IN_MS > this.#now() ? found.token : undefined;
  }

  /** @throws whatever the fetch throws. */
  async fetch(resource: string, clientId: string | undefined): Promise<string> {
    const key = cacheKey(resource, clientId);
    const fetching = this.#fetching.get(key) ?? this.#fetchToken(resource, clientId);
    this.#fetching.set(key, fetching);
    try {
      const fetched = await fetching;
      this.#cached.set(key, fetched);
      return fetched.token;
    } finally {
      this.#fetching.delete(key);
    }
  }
}

function cacheKey(resource: string, clientId = ''): string {
  return `${clientId} ${resource}`;
}
