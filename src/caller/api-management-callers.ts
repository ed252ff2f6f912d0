import { hash, timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { GatewayError } from '../errors/gateway-error.ts';
import { KEY_ONLY_PROVIDER } from '../governance/principals.ts';
import type { Caller, Callers, ReadHeader } from '../prediction/caller.ts';
import { findMismatch, tokenFormsOf } from './token-forms.ts';

/** The options of `createApiManagementCallers`. */
export interface ApiManagementCallersOptions {
  /** The claim `iss` of the token of API Management's managed identity, in the form of its v1.0 or of its v2.0 tokens. */
  readonly issuer: string;
  /** The URL at which the issuer publishes its signing keys. */
  readonly jwksUri: string;
  /** The audience of that token: the client id of this function app's registration, or its application id URI. */
  readonly audience: string;
  /** The claim `oid` of API Management's managed identity. */
  readonly objectId: string;
  /** The limit for fetching the signing keys. */
  readonly timeoutInMs: number;
  /** Returns the time in milliseconds since 1970. */
  readonly now: () => number;
  /** The signing keys; left out, they are fetched from `jwksUri`. */
  readonly keys?: JWTVerifyGetKey;
}

/** The most tokens that are remembered as verified. API Management has one per instance and renews it daily. */
const MAXIMUM_REMEMBERED_TOKENS = 64;

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const RESOURCE_NAME = /^[A-Za-z0-9][\w.-]{0,255}$/;
/** An identifier as the edge percent-encodes it. */
const ENCODED_IDENTIFIER = /^(?:[\w.~:@/|!'()*+-]|%[0-9A-F]{2})+$/i;
/**
 * An identifier of any issuer. Entra ID gives GUIDs, others names, addresses or numbers, in any script. An issuer's name of
 * a caller has at most 255 characters (https://openid.net/specs/openid-connect-core-1_0.html#IDToken).
 */
const IDENTIFIER = /^[^\p{Cc}\p{Cs}]{1,256}$/u;

/** Version 00 has four parts; a later version may add more behind them. */
const TRACE_PARENT =
  /^(?:00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}|(?:0[1-9a-f]|[1-9a-e][0-9a-f]|f[0-9a-e])-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?)$/;

/**
 * Accepts only calls with a valid token of API Management's managed identity, v1.0 or v2.0. The caller is read from the
 * headers that the edge stamped; they mean nothing without that token. A verified token is remembered until it expires.
 * The signing keys are fetched at once, so that the first caller need not wait for them.
 */
export function createApiManagementCallers(options: ApiManagementCallersOptions): Callers {
  const keys = options.keys ?? fetchKeys(options);
  const forms = tokenFormsOf(options.issuer, options.audience, options.jwksUri);
  const expectedObjectId = digest(options.objectId.toLowerCase());
  const verifiedUntil = new Map<string, number>();

  async function verify(token: string): Promise<void> {
    const key = hash('sha256', token, 'base64');
    const expiresAt = verifiedUntil.get(key);
    if (expiresAt !== undefined && expiresAt > options.now()) return;
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'oid'],
      currentDate: new Date(options.now()),
    }).catch((error: unknown) => {
      throw refusal(error);
    });
    const mismatch = findMismatch(forms, payload);
    if (mismatch !== undefined) throw notFromApiManagement(mismatch);
    const { oid } = payload;
    const isApiManagement = typeof oid === 'string' && timingSafeEqual(digest(oid), expectedObjectId);
    if (!isApiManagement)
      throw notFromApiManagement('The token’s object id is not the one in API_MANAGEMENT_OBJECT_ID.');
    if (verifiedUntil.size >= MAXIMUM_REMEMBERED_TOKENS) verifiedUntil.clear();
    verifiedUntil.set(key, Number(payload.exp) * 1000);
  }

  return {
    async identify(header: ReadHeader): Promise<Caller> {
      const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header('authorization') ?? '')?.[1];
      if (token === undefined) throw notFromApiManagement();
      await verify(token);
      return readStampedCaller(header);
    },
  };
}

/** Begins to fetch the keys. A failure is dropped: the first caller tries again. */
function fetchKeys({ jwksUri, timeoutInMs }: ApiManagementCallersOptions): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: timeoutInMs });
  keys.reload().catch(() => undefined);
  return keys;
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** Returns the refusal of a token for jose's errors about it, and CALLER_VERIFICATION_UNAVAILABLE when keys can't be had. */
function refusal(error: unknown): GatewayError {
  const isAboutToken =
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.constructor !== errors.JOSEError;
  if (isAboutToken) return notFromApiManagement();
  return new GatewayError(
    'CALLER_VERIFICATION_UNAVAILABLE',
    'The signing keys of Entra ID cannot be fetched, so the call cannot be verified. Try again shortly.',
  );
}

/** @param hint a sentence for operators about a token whose signature is right. */
function notFromApiManagement(hint?: string): GatewayError {
  const message = 'This address accepts calls from API Management only. Call the gateway instead.';
  return new GatewayError(
    'CALLER_NOT_AUTHENTICATED',
    hint === undefined ? message : `${message} For its operators: ${hint}`,
  );
}

/**
 * Reads the caller from the headers that the edge's `stamp-identity` fragment set; they override those that the caller
 * sent. Of a caller with a key only, nothing but its APIM subscription is known.
 * @throws GatewayError CALLER_NOT_AUTHENTICATED for a missing or malformed header, which is a fault of the edge's policies.
 */
function readStampedCaller(header: ReadHeader): Caller {
  const identityProvider = header('x-gateway-identity-provider');
  const objectId = header('x-gateway-object-id');
  const subscriptionId = header('x-gateway-subscription-id');
  const hasToken = identityProvider !== KEY_ONLY_PROVIDER;
  const readId = hasToken ? readIdentifier : readNothing;
  const stamped = {
    identityProvider: matching(RESOURCE_NAME, identityProvider),
    tenantId: readId(header('x-gateway-tenant-id')),
    objectId: hasToken
      ? readIdentifier(objectId)
      : matching(RESOURCE_NAME, objectId === subscriptionId ? objectId : null),
    applicationId: readId(header('x-gateway-application-id')),
    isDelegated: readDelegated(header('x-gateway-delegated'), hasToken),
    subscriptionId: matching(RESOURCE_NAME, subscriptionId),
    productId: matching(RESOURCE_NAME, header('x-gateway-product-id')),
    requestId: matching(GUID, header('x-gateway-request-id')),
  };
  if (!isWhole(stamped)) {
    const missing = Object.entries(stamped).flatMap(([name, value]) => (value === undefined ? [name] : []));
    throw new GatewayError(
      'CALLER_NOT_AUTHENTICATED',
      `API Management did not identify the caller: ${missing.join(', ')} missing or malformed.`,
    );
  }
  // The roles are separated by spaces; Entra ID's app role values hold no space. The server's limit of headers bounds them.
  const roles = (header('x-gateway-roles') ?? '').split(' ').filter((role) => role !== '');
  const traceId = readTraceId(header);
  return { ...stamped, roles, ...(traceId !== undefined && { traceId }) };
}

type Whole<Stamped> = { readonly [Name in keyof Stamped]: Exclude<Stamped[Name], undefined> };

function isWhole<Stamped extends object>(stamped: Stamped): stamped is Stamped & Whole<Stamped> {
  return Object.values(stamped).every((value) => value !== undefined);
}

function matching(pattern: RegExp, value: string | null): string | undefined {
  return value !== null && pattern.test(value) ? value : undefined;
}

function readIdentifier(encoded: string | null): string | undefined {
  if (encoded === null || !ENCODED_IDENTIFIER.test(encoded)) return undefined;
  try {
    return matching(IDENTIFIER, decodeURIComponent(encoded));
  } catch {
    return undefined;
  }
}

function readNothing(value: string | null): '' | undefined {
  return value === null || value === '' ? '' : undefined;
}

/** Reads whether the application acts for a person, which it can do with a token alone. */
function readDelegated(value: string | null, hasToken: boolean): boolean | undefined {
  if (value === 'true' && hasToken) return true;
  return value === 'false' ? false : undefined;
}

/** Reads the id of a call's trace; undefined for a header that is not as https://www.w3.org/TR/trace-context/ says. */
export function readTraceId(header: ReadHeader): string | undefined {
  const [, first, firstParent, later, laterParent] = TRACE_PARENT.exec(header('traceparent') ?? '') ?? [];
  const traceId = first ?? later;
  const parentId = firstParent ?? laterParent;
  return isZero(traceId) || isZero(parentId) ? undefined : traceId;
}

function isZero(id: string | undefined): boolean {
  return id === undefined || /^0+$/.test(id);
}
