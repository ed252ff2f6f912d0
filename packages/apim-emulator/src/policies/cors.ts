import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import { ExchangeResponse } from '../engine/exchange-response.ts';
import type { Exchange } from '../engine/exchange.ts';
import { addHeader } from '../engine/headers.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import type { ElementRule, PolicyDefinition } from './policy.ts';
import { isTrue, readCount } from './rate-limit-by-key.ts';

const TEXT: ElementRule = { holds: 'text' };
const BOOLEAN = { oneOf: ['true', 'false'] } as const;
/** A method or the name of a header, by RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** The allowed methods where there is no `allowed-methods`. */
const DEFAULT_METHODS = ['GET', 'POST'];
/** The requests that the policy ends where they don't match it: "processed as a simple cross-origin request". */
const SIMPLE_METHODS = new Set(['GET', 'HEAD']);

/** The attributes and children of a `cors` policy, as text and expressions. */
interface CorsRules {
  /** The allowed origins in the form of `normalizeOrigin`; undefined for any. */
  readonly origins: ReadonlySet<string> | undefined;
  readonly methods: readonly PolicyValue[] | undefined;
  /** The allowed headers by lower-case name, or `*`. */
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAge: PolicyValue | undefined;
  readonly credentials: PolicyValue | undefined;
  readonly terminates: PolicyValue | undefined;
}

/**
 * Answers preflight requests by itself, and adds headers to whatever answers the actual ones.
 * Sources: https://learn.microsoft.com/azure/api-management/cors-policy and https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export const cors: PolicyDefinition = {
  name: 'cors',
  sections: ['inbound'],
  once: true,
  attributes: { 'allow-credentials': BOOLEAN, 'terminate-unmatched-request': BOOLEAN },
  children: {
    'allowed-origins': { children: { origin: TEXT }, required: ['origin'] },
    'allowed-methods': {
      attributes: { 'preflight-result-max-age': {} },
      children: { method: TEXT },
      required: ['method'],
    },
    'allowed-headers': { children: { header: TEXT }, required: ['header'] },
    'expose-headers': { children: { header: TEXT }, required: ['header'] },
  },
  required: ['allowed-origins', 'allowed-headers'],
  compile: (element, compiler) => {
    const rules = readRules(element, compiler);
    const { scope, section, path } = compiler.place;
    const policyId = compiler.literal(element, 'id') ?? '';
    const location = { source: element.name, scope, section, path, policyId };
    return {
      run: (exchange) => {
        applyToActual(rules, exchange);
        return undefined;
      },
      preflights: [
        (exchange) => {
          try {
            return answerPreflight(rules, exchange);
          } catch (error) {
            throw PolicyFailure.of(error, location);
          }
        },
      ],
    };
  },
};

/** "Generally, only the first cors policy is applied": the first that matches. */
function applyToActual(rules: CorsRules, exchange: Exchange): void {
  const origin = originOf(exchange);
  if (origin === undefined || exchange.addedHeaders.some(([name]) => name === ALLOW_ORIGIN)) return;
  if (allowsOrigin(rules, origin)) {
    exchange.addedHeaders.push(...originHeaders(rules, origin, exchange));
    if (rules.exposed.length > 0)
      exchange.addedHeaders.push(['Access-Control-Expose-Headers', rules.exposed.join(',')]);
    return;
  }
  if (!terminates(rules, exchange) || !SIMPLE_METHODS.has(exchange.request.method)) return;
  exchange.response = new ExchangeResponse(200);
  exchange.ended = true;
}

function answerPreflight(rules: CorsRules, exchange: Exchange): 'answered' | 'next' {
  const origin = originOf(exchange) ?? '';
  const method = headerOf(exchange, 'access-control-request-method').trim();
  const headers = listOf(headerOf(exchange, 'access-control-request-headers'));
  const methods = rules.methods?.map((one) => one.text(exchange).trim()) ?? DEFAULT_METHODS;
  const response = new ExchangeResponse(200);
  exchange.response = response;
  if (
    !allowsOrigin(rules, origin) ||
    !(methods.includes('*') || methods.some((one) => one.toUpperCase() === method.toUpperCase())) ||
    !(rules.headers.includes('*') || headers.every((one) => rules.headers.includes(one.toLowerCase())))
  )
    return terminates(rules, exchange) ? 'answered' : 'next';
  const set = (name: string, value: string): void => addHeader(response.headers, name, value);
  for (const [name, value] of originHeaders(rules, origin, exchange)) set(name, value);
  // A wildcard says nothing to a browser that sends credentials; what was asked for says the same to all of them.
  set('Access-Control-Allow-Methods', methods.includes('*') ? method : methods.join(','));
  const allowed = rules.headers.includes('*') ? headers : rules.headers;
  if (allowed.length > 0) set('Access-Control-Allow-Headers', allowed.join(','));
  set('Access-Control-Max-Age', rules.maxAge ? String(readCount(rules.maxAge, exchange)) : '0');
  return 'answered';
}

const ALLOW_ORIGIN = 'Access-Control-Allow-Origin';

function originHeaders(rules: CorsRules, origin: string, exchange: Exchange): [string, string][] {
  const credentials = rules.credentials !== undefined && isTrue(rules.credentials, exchange);
  if (!rules.origins && !credentials) return [[ALLOW_ORIGIN, '*']];
  const named: [string, string][] = [
    [ALLOW_ORIGIN, origin],
    ['Vary', 'Origin'],
  ];
  return credentials ? [...named, ['Access-Control-Allow-Credentials', 'true']] : named;
}

function terminates({ terminates: value }: CorsRules, exchange: Exchange): boolean {
  return value === undefined || isTrue(value, exchange);
}

function allowsOrigin({ origins }: CorsRules, origin: string): boolean {
  if (!origins) return true;
  const normalized = normalizeOrigin(origin);
  return normalized !== undefined && origins.has(normalized);
}

/** Returns scheme and host in lower case, and a port that isn't the scheme's own; undefined for text that is no origin. */
function normalizeOrigin(text: string): string | undefined {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[^\s/?#@:*[\]]+)(?::(\d+))?\/?$/i.exec(text);
  const [, scheme = '', host = '', port] = parts ?? [];
  if (host === '') return undefined;
  const own = scheme.toLowerCase() === 'https' ? '443' : scheme.toLowerCase() === 'http' ? '80' : undefined;
  const suffix = port === undefined || port === own ? '' : `:${port}`;
  return `${scheme}://${host}`.toLowerCase() + suffix;
}

function originOf(exchange: Exchange): string | undefined {
  const values = exchange.request.headers.get('origin')?.values ?? [];
  return values.length === 1 ? values[0] : undefined;
}

function headerOf(exchange: Exchange, name: string): string {
  return (exchange.request.headers.get(name)?.values ?? []).join(',');
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function readRules(element: PolicyElement, compiler: PolicyCompiler): CorsRules {
  const part = (name: string): PolicyElement | undefined => {
    const [first, second] = element.children.filter((child) => child.name === name);
    if (second) throw new PolicyDocumentError(second.position, name, 'occurs twice.');
    return first;
  };
  const texts = (name: string): string[] =>
    part(name)?.children.map((child) => readToken(child, compiler)) ?? [];
  const methods = part('allowed-methods');
  const maxAge = methods && compiler.count(methods, 'preflight-result-max-age', 0, Infinity);
  return {
    origins: readOrigins(part('allowed-origins')?.children ?? [], compiler),
    methods: methods?.children.map((child) => readMethod(child, compiler)),
    headers: texts('allowed-headers').map((name) => name.toLowerCase()),
    exposed: texts('expose-headers'),
    maxAge,
    credentials: compiler.condition(element, 'allow-credentials'),
    terminates: compiler.condition(element, 'terminate-unmatched-request'),
  };
}

function readOrigins(elements: readonly PolicyElement[], compiler: PolicyCompiler): Set<string> | undefined {
  const origins = new Set<string>();
  for (const element of elements) {
    const text = compiler.literalText(element);
    if (text === '*') {
      if (elements.length === 1) return undefined;
      throw new PolicyDocumentError(element.text.position, element.name, '"*" stands alone, or not at all.');
    }
    const origin = normalizeOrigin(text);
    if (origin === undefined) {
      const problem = 'needs "*", or the scheme, host and port of one origin.';
      throw new PolicyDocumentError(element.text.position, element.name, problem);
    }
    origins.add(origin);
  }
  return origins;
}

function readMethod(element: PolicyElement, compiler: PolicyCompiler): PolicyValue {
  const method = compiler.compileText(element.text, element.name);
  if (method.literal === undefined || TOKEN.test(method.literal.trim())) return method;
  throw new PolicyDocumentError(element.text.position, element.name, 'needs the name of a method, or "*".');
}

/** The name of a header, or `*`, which is a name like any other by RFC 9110, section 5.1. */
function readToken(element: PolicyElement, compiler: PolicyCompiler): string {
  const text = compiler.literalText(element);
  if (TOKEN.test(text)) return text;
  throw new PolicyDocumentError(element.text.position, element.name, 'needs the name of a header.');
}
