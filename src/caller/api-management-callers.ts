import { hash, timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { GatewayError } from '../errors/gateway-error.ts';
import type { Caller, Callers, ReadHeader } from '../prediction/caller.ts';
import { readStampedCaller } from './stamped-caller.ts';
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

/**
 * Accepts only calls with a valid token of API Management's managed identity, v1.0 or v2.0. The caller is read from the
 * headers that the edge stamped; they mean nothing without that token. A verified token is remembered until it expires.
 */
export function createApiManagementCallers(options: ApiManagementCallersOptions): Callers {
  const keys =
    options.keys ?? createRemoteJWKSet(new URL(options.jwksUri), { timeoutDuration: options.timeoutInMs });
  const forms = tokenFormsOf(options.issuer, options.audience, options.jwksUri);
  const expectedObjectId = digest(options.objectId);
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
