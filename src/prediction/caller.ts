/** The identity behind a call, vouched for by API Management. */
export interface Caller {
  /** The access document's identity provider that vouches for the caller. */
  readonly identityProvider: string;
  readonly tenantId: string;
  readonly objectId: string;
  readonly applicationId: string;
  /** The roles of the person when the application acts for one, else those of the application. */
  readonly roles: readonly string[];
  /** The roles that do not count with this product; absent until `splitRoles` has set them apart. */
  readonly idleRoles?: readonly string[];
  /** True when the application acts for a person. */
  readonly isDelegated: boolean;
  readonly subscriptionId: string;
  readonly productId: string;
  /** The id that API Management gave the call; the audit record has it too. */
  readonly requestId: string;
  /** The id of the W3C trace that API Management put the call into. */
  readonly traceId?: string;
}

/** Reads one request header; null when it is absent. */
export type ReadHeader = (name: string) => string | null;

/** Verifies that API Management made a call and reads the caller from it. */
export interface Callers {
  /** Resolves with the caller of a call. @throws GatewayError CALLER_NOT_AUTHENTICATED, CALLER_VERIFICATION_UNAVAILABLE. */
  identify(header: ReadHeader): Promise<Caller>;
}
