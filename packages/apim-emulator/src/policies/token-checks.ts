import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import { refusal } from '../engine/token-refusal.ts';
import type { Jwt } from '@vertex-ai-gateway/csharp-expressions/jwt';
import type { ElementRule } from './policy.ts';
import { readStatusCode } from './set-status.ts';

const TEXT = { holds: 'text' } as const;
const TOKEN_PLACES = ['header-name', 'query-parameter-name', 'token-value'];
const NOT_PRESENT = { reason: 'TokenNotPresent', message: 'JWT not present.', status: 401 };

/** The attributes that the policies which validate tokens have in common. */
export const TOKEN_ATTRIBUTES: NonNullable<ElementRule['attributes']> = {
  'header-name': {},
  'query-parameter-name': {},
  'token-value': {},
  'failed-validation-httpcode': {},
  'failed-validation-error-message': {},
  'output-token-variable-name': { literal: true },
};

export const TOKEN_CHILDREN: NonNullable<ElementRule['children']> = {
  audiences: { children: { audience: TEXT }, required: ['audience'] },
  'required-claims': {
    children: {
      claim: {
        attributes: {
          name: { required: true, literal: true },
          match: { literal: true, oneOf: ['all', 'any'] },
          separator: { literal: true },
        },
        children: { value: TEXT },
      },
    },
    required: ['claim'],
  },
};

/** A check of a token whose signature is right. @throws {PolicyFailure} */
export type TokenCheck = (jwt: Jwt, exchange: Exchange) => void;

/** Reads the token of a request, without the scheme. */
export type ReadToken = (exchange: Exchange) => string;

/** @throws {PolicyDocumentError} for more than one place. */
export function compileToken(element: PolicyElement, compiler: PolicyCompiler): ReadToken {
  const places = TOKEN_PLACES.filter((name) => element.attributes.has(name));
  if (places.length > 1)
    throw new PolicyDocumentError(
      element.position,
      element.name,
      `takes only one of ${TOKEN_PLACES.join(', ')}.`,
    );
  const query = compiler.value(element, 'query-parameter-name');
  if (query) return (exchange) => exchange.request.originalUrl.query.get(query.text(exchange))?.[0] ?? '';
  const value = compiler.value(element, 'token-value');
  if (value) return (exchange) => withoutScheme(value.text(exchange));
  const header = compiler.value(element, 'header-name');
  return (exchange) => {
    const name = header?.text(exchange).toLowerCase() ?? 'authorization';
    const [first = ''] = exchange.request.headers.get(name)?.values ?? [];
    return withoutScheme(first);
  };
}

function withoutScheme(text: string): string {
  return text.replace(/^Bearer +/i, '').trim();
}

/** Compiles the texts of a list such as `<audiences><audience>…`; none where the list isn't there. */
export function compileList(element: PolicyElement, name: string, compiler: PolicyCompiler): PolicyValue[] {
  return element.children
    .filter((child) => child.name === name)
    .flatMap((list) => list.children.map((child) => compiler.compileText(child.text, child.name)));
}

export function compileAudiences(element: PolicyElement, compiler: PolicyCompiler): TokenCheck {
  const allowed = compileList(element, 'audiences', compiler);
  return (jwt, exchange) => {
    const { aud } = jwt.payload;
    const isAmong = (audience: string): boolean =>
      Array.isArray(aud) ? aud.includes(audience) : aud === audience;
    if (allowed.length === 0 || allowed.some((value) => isAmong(value.text(exchange).trim()))) return;
    throw refusal('TokenAudienceNotAllowed', 'The audience of the token is not allowed.');
  };
}

export function compileClaims(element: PolicyElement, compiler: PolicyCompiler): TokenCheck[] {
  const lists = element.children.filter(({ name }) => name === 'required-claims');
  return lists.flatMap((list) => list.children.map((claim) => compileClaim(claim, compiler)));
}

function compileClaim(claim: PolicyElement, compiler: PolicyCompiler): TokenCheck {
  const name = compiler.literal(claim, 'name') ?? '';
  const any = compiler.literal(claim, 'match') === 'any';
  const separator = compiler.literal(claim, 'separator');
  const expected = claim.children.map((child) => compiler.compileText(child.text, child.name));
  return (jwt, exchange) => {
    const value = jwt.payload[name];
    if (value === undefined)
      throw refusal('TokenClaimNotFound', `JWT token is missing the following claims: ${name}.`);
    const actual = claimValues(value, separator);
    const has = (one: PolicyValue): boolean => actual.includes(one.text(exchange).trim());
    if (expected.length > 0 && !(any ? expected.some(has) : expected.every(has)))
      throw refusal('TokenClaimValueNotAllowed', `The value of claim ${name} is not allowed.`);
  };
}

function claimValues(value: unknown, separator: string | undefined): string[] {
  const values = [value].flat().map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return separator === undefined ? values : values.flatMap((one) => one.split(separator));
}

/** Gives a missing token its failure. */
export function requireToken(token: string): string {
  if (token === '') throw new PolicyFailure(NOT_PRESENT);
  return token;
}

/** Passes a failure on with the status and the message that the policy gives refused tokens. */
export function compileRefuse(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (exchange: Exchange, error: unknown) => never {
  const status = compiler.count(element, 'failed-validation-httpcode', 200, 599);
  const answer = compiler.value(element, 'failed-validation-error-message');
  return (exchange, error) => {
    if (!(error instanceof PolicyFailure) || error.failure.status !== 401) throw error;
    const { failure } = error;
    throw new PolicyFailure({
      ...failure,
      status: status ? readStatusCode(status, exchange) : failure.status,
      answer: answer?.text(exchange) ?? failure.answer ?? failure.message,
    });
  };
}
