import { jwtVerify, UnsecuredJWT } from 'jose';
import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { OpenIdProvider } from '../engine/openid-providers.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import { explainRefusal, refusal } from '../engine/token-refusal.ts';
import { VerifiedTokens } from '../engine/verified-tokens.ts';
import { Jwt } from '../expressions/jwt.ts';
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

const FLAG = { oneOf: ['true', 'false'], literal: true } as const;
const LONGEST_SKEW_IN_SECONDS = 86_400;

/** https://learn.microsoft.com/azure/api-management/validate-jwt-policy */
export const validateJwt: PolicyDefinition = {
  name: 'validate-jwt',
  sections: ['inbound'],
  attributes: {
    ...TOKEN_ATTRIBUTES,
    'require-expiration-time': FLAG,
    'require-scheme': { literal: true },
    'require-signed-tokens': FLAG,
    'clock-skew': { literal: true },
  },
  children: {
    'openid-config': { attributes: { url: { required: true, literal: true } } },
    issuers: { children: { issuer: { holds: 'text' } }, required: ['issuer'] },
    ...TOKEN_CHILDREN,
  },
  required: ['openid-config'],
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

/** Signature, issuer and time. A verified token is remembered until it expires. */
function compileVerification(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (token: string, exchange: Exchange) => Promise<Jwt> {
  const urls = element.children
    .filter(({ name }) => name === 'openid-config')
    .map((config) => compileUrl(config, compiler));
  const issuers = compileList(element, 'issuers', compiler);
  const clockTolerance = compiler.wholeNumber(element, 'clock-skew', 0, LONGEST_SKEW_IN_SECONDS) ?? 0;
  const requiredClaims = compiler.literal(element, 'require-expiration-time') === 'false' ? [] : ['exp'];
  const takesUnsigned = compiler.literal(element, 'require-signed-tokens') === 'false';
  const { openId, now } = compiler.services;
  const verified = new VerifiedTokens(now);

  return async (token, exchange) => {
    const known = verified.recall(token);
    if (known) return known;
    const jwt = Jwt.parse(token);
    if (!jwt) throw refusal('JwtInvalid', 'The token is not a JSON Web Token.');
    const providers = await Promise.all(urls.map((url) => openId.find(url)));
    const options = {
      issuer: [
        ...issuers.map((value) => value.text(exchange).trim()),
        ...providers.map(({ issuer }) => issuer),
      ],
      clockTolerance,
      currentDate: new Date(now()),
    };
    if (takesUnsigned && jwt.header.alg === 'none') {
      const { exp } = explained(() => UnsecuredJWT.decode(token, options).payload);
      if (exp === undefined && requiredClaims.length > 0)
        throw refusal('JwtInvalid', 'The token has no expiration time.');
      return jwt;
    }
    const { exp } = await verifyWithAny(token, providers, { ...options, requiredClaims });
    if (exp !== undefined) verified.remember(token, jwt, (exp + clockTolerance) * 1000);
    return jwt;
  };
}

/** Tries the keys of one provider after the other; what the last of them says counts. */
async function verifyWithAny(
  token: string,
  providers: readonly OpenIdProvider[],
  options: Parameters<typeof jwtVerify>[2],
): Promise<{ exp?: number }> {
  let failure: unknown;
  for (const { keys } of providers) {
    try {
      return (await jwtVerify(token, keys, { ...options, algorithms: ['RS256'] })).payload;
    } catch (error) {
      failure = explainRefusal(error);
      if (!isUnknownKey(failure)) break;
    }
  }
  throw failure;
}

function isUnknownKey(failure: unknown): boolean {
  return failure instanceof PolicyFailure && failure.failure.reason === 'TokenSignatureKeyNotFound';
}

function explained<Value>(decode: () => Value): Value {
  try {
    return decode();
  } catch (error) {
    throw explainRefusal(error);
  }
}

/** Keys that come in clear text could be anybody's; only this machine's own are trusted so. */
function compileUrl(config: PolicyElement, compiler: PolicyCompiler): string {
  const text = compiler.literal(config, 'url')?.trim() ?? '';
  const url = URL.parse(text);
  const isLoopback = url?.protocol === 'http:' && /^(127(\.\d+){3}|localhost|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || isLoopback) return text;
  const position = config.attributes.get('url')?.position ?? config.position;
  throw new PolicyDocumentError(position, config.name, '"url" is an https address, or one of this machine.');
}

function compileScheme(element: PolicyElement, compiler: PolicyCompiler): (exchange: Exchange) => void {
  const scheme = compiler.literal(element, 'require-scheme')?.toLowerCase();
  const header = compiler.value(element, 'header-name');
  if (scheme === undefined || !header) return () => undefined;
  return (exchange) => {
    const name = header.text(exchange).toLowerCase();
    const [value = ''] = exchange.request.headers.get(name)?.values ?? [];
    if (!value.toLowerCase().startsWith(`${scheme} `))
      throw refusal('JwtInvalid', 'The token does not have the scheme that is required.');
  };
}
