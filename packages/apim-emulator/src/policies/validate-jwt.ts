import type { KeyObject } from 'node:crypto';
import { jwtVerify, UnsecuredJWT } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { OpenIdProvider } from '../engine/openid-providers.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import { explainRefusal, refusal } from '../engine/token-refusal.ts';
import { VerifiedTokens } from '../engine/verified-tokens.ts';
import { Jwt } from '@vertex-ai-gateway/csharp-expressions/jwt';
import { compileSigningKeys, ISSUER_SIGNING_KEYS_RULE } from './issuer-signing-keys.ts';
import type { IssuerSigningKey } from './issuer-signing-keys.ts';
import type { PolicyDefinition } from './policy.ts';
import {
  compileAudiences,
  compileClaims,
  compileList,
  compileRefuse,
  compileToken,
  requireToken,
  TOKEN_ATTRIBUTES,
  TOKEN_CHILDREN,
} from './token-checks.ts';

const FLAG = { oneOf: ['true', 'false'] } as const;
const LONGEST_SKEW_IN_SECONDS = 86_400;

/** https://learn.microsoft.com/azure/api-management/validate-jwt-policy */
export const validateJwt: PolicyDefinition = {
  name: 'validate-jwt',
  sections: ['inbound'],
  attributes: {
    ...TOKEN_ATTRIBUTES,
    'require-expiration-time': FLAG,
    'require-scheme': {},
    'require-signed-tokens': FLAG,
    'clock-skew': {},
  },
  children: {
    'openid-config': {
      attributes: { url: { required: true }, 'validate-connectivity': { literal: true, ...FLAG } },
    },
    'issuer-signing-keys': ISSUER_SIGNING_KEYS_RULE,
    issuers: { children: { issuer: { holds: 'text' } }, required: ['issuer'] },
    ...TOKEN_CHILDREN,
  },
  compile: (element, compiler) => {
    const readToken = compileToken(element, compiler);
    if (!['header-name', 'query-parameter-name', 'token-value'].some((name) => element.attributes.has(name)))
      throw new PolicyDocumentError(
        element.position,
        element.name,
        'needs one of header-name, query-parameter-name, token-value.',
      );
    const checkScheme = compileScheme(element, compiler);
    const verify = compileVerification(element, compiler);
    const checks = [compileAudiences(element, compiler), ...compileClaims(element, compiler)];
    const refuse = compileRefuse(element, compiler);
    const output = compiler.literal(element, 'output-token-variable-name');
    return async (exchange) => {
      try {
        const token = requireToken(readToken(exchange));
        checkScheme(exchange);
        const jwt = await verify(token, exchange);
        for (const check of checks) check(jwt, exchange);
        if (output !== undefined) exchange.variables.set(output, jwt);
      } catch (error) {
        refuse(exchange, error);
      }
    };
  },
};

/** Compiles the check of signature, issuer and time. A verified token is remembered until it expires. */
function compileVerification(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (token: string, exchange: Exchange) => Promise<Jwt> {
  const urls = element.children
    .filter(({ name }) => name === 'openid-config')
    .map((config) => compileUrl(config, compiler));
  const keys = compileSigningKeys(element, compiler);
  if (urls.length === 0 && keys.length === 0)
    throw new PolicyDocumentError(
      element.position,
      element.name,
      'needs a child <openid-config> or <issuer-signing-keys>.',
    );
  const issuers = compileList(element, 'issuers', compiler);
  const readSkew = compileSkew(element, compiler);
  const needsExpiration = compileFlag(element, 'require-expiration-time', compiler);
  const needsSignature = compileFlag(element, 'require-signed-tokens', compiler);
  const { openId, now } = compiler.services;
  const verified = new VerifiedTokens(now);

  return async (token, exchange) => {
    const listed = issuers.map((value) => value.text(exchange).trim());
    const configurations = urls.map((url) => url(exchange));
    const known = JSON.stringify([token, configurations, listed]);
    const recalled = verified.recall(known);
    if (recalled) return recalled;
    const jwt = Jwt.parse(token);
    if (!jwt) throw refusal('JwtInvalid', 'The token is not a JSON Web Token.');
    const providers = await Promise.all(configurations.map((url) => openId.find(url)));
    const allowed = [...listed, ...providers.map(({ issuer }) => issuer)];
    const options = {
      // Keys of the policy's own name no issuer: without a list, whoever has the key is one.
      ...(allowed.length > 0 && { issuer: allowed }),
      clockTolerance: readSkew(exchange),
      currentDate: new Date(now()),
      requiredClaims: needsExpiration(exchange) ? ['exp'] : [],
    };
    if (jwt.header.alg === 'none' && !needsSignature(exchange)) {
      const { exp } = explained(() => UnsecuredJWT.decode(token, options).payload);
      if (exp === undefined && options.requiredClaims.length > 0)
        throw refusal('JwtInvalid', 'The token has no expiration time.');
      return jwt;
    }
    const { exp } = await verifyWithAny(token, candidatesFor(jwt, providers, keys), options);
    if (exp !== undefined) verified.remember(known, jwt, exp * 1000);
    return jwt;
  };
}

/** One that may have signed the token, with the one algorithm that is right for its keys. */
interface Candidate {
  readonly algorithm: 'HS256' | 'RS256';
  readonly key: KeyObject | JWTVerifyGetKey;
}

/** Returns the keys to try. The policy's own come first, since they need no request. */
function candidatesFor(
  { header }: Jwt,
  providers: readonly OpenIdProvider[],
  keys: readonly IssuerSigningKey[],
): Candidate[] {
  return [
    ...keys.filter(
      ({ id, algorithm }) => algorithm === header.alg && (id === undefined || id === header.kid),
    ),
    ...providers.map((provider): Candidate => ({ algorithm: 'RS256', key: provider.keys })),
  ];
}

/** Verifies with one key after the other, as long as the key may be the wrong one; the error of the last key counts. */
async function verifyWithAny(
  token: string,
  candidates: readonly Candidate[],
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let failure: unknown = refusal('TokenSignatureKeyNotFound', 'The key that signed the token is not known.');
  for (const { key, algorithm } of candidates) {
    try {
      return await verifyWith(token, key, { ...options, algorithms: [algorithm] });
    } catch (error) {
      failure = explainRefusal(error);
      if (!mayBeAnothersKey(failure, key)) break;
    }
  }
  throw failure;
}

async function verifyWith(
  token: string,
  key: KeyObject | JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const { payload } =
    typeof key === 'function' ? await jwtVerify(token, key, options) : await jwtVerify(token, key, options);
  return payload;
}

/** A provider's key is found by its id, so that a wrong signature is just that; others are tried in turn. */
function mayBeAnothersKey(failure: unknown, key: KeyObject | JWTVerifyGetKey): boolean {
  if (!(failure instanceof PolicyFailure)) return false;
  const { reason } = failure.failure;
  return (
    reason === 'TokenSignatureKeyNotFound' ||
    (reason === 'TokenSignatureInvalid' && typeof key !== 'function')
  );
}

function explained<Value>(decode: () => Value): Value {
  try {
    return decode();
  } catch (error) {
    throw explainRefusal(error);
  }
}

/** The address of an OpenID configuration. @throws {PolicyDocumentError} for a literal that is none to be trusted. */
function compileUrl(config: PolicyElement, compiler: PolicyCompiler): (exchange: Exchange) => string {
  const url = compiler.requiredValue(config, 'url');
  const problem = 'is an https address, or one of this machine.';
  if (url.literal !== undefined && !isTrusted(url.literal.trim())) compiler.refuse(config, 'url', problem);
  return (exchange) => {
    const text = url.text(exchange).trim();
    if (isTrusted(text)) return text;
    throw new PolicyFailure({
      reason: 'ExpressionValueEvaluationFailure',
      message: `The url of an openid-config ${problem}`,
      status: 500,
    });
  };
}

/** Returns whether keys from an address are trusted: by HTTPS, or in clear text from this machine alone. */
function isTrusted(text: string): boolean {
  const url = URL.parse(text);
  const isLoopback = url?.protocol === 'http:' && /^(127(\.\d+){3}|localhost|\[::1\])$/.test(url.hostname);
  return url?.protocol === 'https:' || isLoopback;
}

function compileScheme(element: PolicyElement, compiler: PolicyCompiler): (exchange: Exchange) => void {
  const scheme = compiler.value(element, 'require-scheme');
  const header = compiler.value(element, 'header-name');
  if (!scheme || !header) return () => undefined;
  return (exchange) => {
    const name = header.text(exchange).toLowerCase();
    const [value = ''] = exchange.request.headers.get(name)?.values ?? [];
    if (!value.toLowerCase().startsWith(`${scheme.text(exchange).toLowerCase()} `))
      throw refusal('JwtInvalid', 'The token does not have the scheme that is required.');
  };
}

/** True unless the attribute says false; what an expression gives that is neither counts as true. */
function compileFlag(
  element: PolicyElement,
  attribute: string,
  compiler: PolicyCompiler,
): (exchange: Exchange) => boolean {
  const value = compiler.condition(element, attribute);
  return (exchange) => value?.text(exchange).trim().toLowerCase() !== 'false';
}

/** Compiles the clock skew in seconds. An expression whose result is no number of seconds fails. */
function compileSkew(element: PolicyElement, compiler: PolicyCompiler): (exchange: Exchange) => number {
  const value = compiler.count(element, 'clock-skew', 0, LONGEST_SKEW_IN_SECONDS);
  if (!value) return () => 0;
  return (exchange) => {
    const seconds = Number(value.text(exchange));
    if (Number.isInteger(seconds) && seconds >= 0 && seconds <= LONGEST_SKEW_IN_SECONDS) return seconds;
    throw new PolicyFailure({
      reason: 'ExpressionValueEvaluationFailure',
      message: `"clock-skew" is a whole number from 0 to ${LONGEST_SKEW_IN_SECONDS}.`,
      status: 500,
    });
  };
}
