import { createPublicKey, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import type { ElementRule } from './policy.ts';

// https://www.rfc-editor.org/rfc/rfc7518#section-3.3
const SMALLEST_RSA_KEY_IN_BITS = 2048;

/** The rule for `issuer-signing-keys`. `certificate-id` isn't supported: a folder of artifacts has no certificates. */
export const ISSUER_SIGNING_KEYS_RULE: ElementRule = {
  children: {
    key: {
      attributes: { id: { literal: true }, n: { literal: true }, e: { literal: true } },
      holds: 'text',
    },
  },
  required: ['key'],
};

/** A key that stands in the policy itself, and the one algorithm that it is good for. */
export interface IssuerSigningKey {
  /** The `kid` of the tokens that it may have signed; any when left out. */
  readonly id: string | undefined;
  readonly algorithm: 'HS256' | 'RS256';
  readonly key: KeyObject;
}

/**
 * Compiles the keys of `<issuer-signing-keys>`: Base64 of a shared secret, or an RSA modulus and exponent in Base64url.
 * Source: https://learn.microsoft.com/azure/api-management/validate-jwt-policy#key-attributes
 * @throws {PolicyDocumentError} for one that is neither.
 */
export function compileSigningKeys(element: PolicyElement, compiler: PolicyCompiler): IssuerSigningKey[] {
  return element.children
    .filter(({ name }) => name === 'issuer-signing-keys')
    .flatMap((list) => list.children.map((key) => compileKey(key, compiler)));
}

function compileKey(element: PolicyElement, compiler: PolicyCompiler): IssuerSigningKey {
  const id = compiler.literal(element, 'id');
  const [n, e] = ['n', 'e'].map((name) => compiler.literal(element, name)?.trim());
  const secret = compiler.literalText(element);
  if (n === undefined && e === undefined) return { id, algorithm: 'HS256', key: sharedKey(secret, element) };
  if (n === undefined || e === undefined || secret !== '')
    throw new PolicyDocumentError(
      element.position,
      element.name,
      'holds a Base64 text, or has both of the attributes n and e.',
    );
  return { id, algorithm: 'RS256', key: rsaKey(n, e, element) };
}

function sharedKey(text: string, element: PolicyElement): KeyObject {
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
    throw new PolicyDocumentError(element.text.position, element.name, 'holds a key in Base64.');
  return createSecretKey(Buffer.from(text, 'base64'));
}

function rsaKey(n: string, e: string, element: PolicyElement): KeyObject {
  const key = readRsaKey(n, e);
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key && bits >= SMALLEST_RSA_KEY_IN_BITS) return key;
  throw new PolicyDocumentError(
    element.position,
    element.name,
    `"n" and "e" are the modulus and the exponent of an RSA key in Base64url, of at least ${SMALLEST_RSA_KEY_IN_BITS} bits.`,
  );
}

function readRsaKey(n: string, e: string): KeyObject | undefined {
  try {
    return createPublicKey({ format: 'jwk', key: { kty: 'RSA', n: toBase64Url(n), e: toBase64Url(e) } });
  } catch {
    return undefined;
  }
}

/** Converts Base64 of either alphabet, with padding and without. */
function toBase64Url(text: string): string {
  return Buffer.from(text, 'base64').toString('base64url');
}
