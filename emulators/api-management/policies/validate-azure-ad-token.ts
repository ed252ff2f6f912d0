import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import { refusal } from '../engine/entra-tokens.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import type { Jwt } from '../expressions/jwt.ts';
import type { PolicyDefinition } from './policy.ts';

const TEXT = { holds: 'text' } as const;
const TOKEN_PLACES = ['header-name', 'query-parameter-name', 'token-value'];

/** https://learn.microsoft.com/azure/api-management/validate-azure-ad-token-policy */
export const validateAzureAdToken: PolicyDefinition = {
  name: 'validate-azure-ad-token',
  sections: ['inbound'],
  attributes: {
    'tenant-id': { required: true },
    'header-name': {},
    'query-parameter-name': {},
    'token-value': {},
    'failed-validation-httpcode': {},
    'failed-validation-error-message': {},
    'output-token-variable-name': { literal: true },
  },
  children: {
    'client-application-ids': { children: { 'application-id': TEXT }, required: ['application-id'] },
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
  },
  compile: (element, compiler) => {
    const tenant = compiler.requiredValue(element, 'tenant-id');
    const readToken = compileToken(element, compiler);
    const clients = compileList(element, 'client-application-ids', compiler);
    const audiences = compileList(element, 'audiences', compiler);
    const claims = compileClaims(element, compiler);
    const status = compiler.value(element, 'failed-validation-httpcode');
    const answer = compiler.value(element, 'failed-validation-error-message');
    const output = compiler.literal(element, 'output-token-variable-name');
    const { entra } = compiler.services;

    const accept = (exchange: Exchange, jwt: Jwt): void => {
      checkAudience(jwt, audiences, exchange);
      checkClient(jwt, clients, exchange);
      for (const check of claims) check(jwt, exchange);
      if (output !== undefined) exchange.variables.set(output, jwt);
    };
    const refuse = (exchange: Exchange, error: unknown): never => {
      if (!(error instanceof PolicyFailure) || error.failure.status !== 401) throw error;
      const { failure } = error;
      throw new PolicyFailure({
        ...failure,
        status: status ? Number(status.text(exchange)) : failure.status,
        answer: answer?.text(exchange) ?? failure.answer ?? failure.message,
      });
    };
    return (exchange) => {
      try {
        const token = readToken(exchange);
        const tenantId = tenant.text(exchange).trim();
        if (token === '') throw new PolicyFailure(NOT_PRESENT);
        const known = entra.recall(token, tenantId);
        if (!known) return verifyThen(exchange, entra.verify(token, tenantId), accept, refuse);
        accept(exchange, known);
      } catch (error) {
        refuse(exchange, error);
      }
      return undefined;
    };
  },
};

const NOT_PRESENT = { reason: 'TokenNotPresent', message: 'JWT not present.', status: 401 };

async function verifyThen(
  exchange: Exchange,
  verified: Promise<Jwt>,
  accept: (exchange: Exchange, jwt: Jwt) => void,
  refuse: (exchange: Exchange, error: unknown) => never,
): Promise<void> {
  try {
    accept(exchange, await verified);
  } catch (error) {
    refuse(exchange, error);
  }
}

function compileToken(element: PolicyElement, compiler: PolicyCompiler): (exchange: Exchange) => string {
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
  if (value) return (exchange) => value.text(exchange);
  const header = compiler.value(element, 'header-name');
  return (exchange) => {
    const name = header?.text(exchange).toLowerCase() ?? 'authorization';
    const [first = ''] = exchange.request.headers.get(name)?.values ?? [];
    return first.replace(/^Bearer +/i, '').trim();
  };
}

function compileList(element: PolicyElement, name: string, compiler: PolicyCompiler): PolicyValue[] {
  return element.children
    .filter((child) => child.name === name)
    .flatMap((list) => list.children.map((child) => compiler.compileText(child.text, child.name)));
}

function checkAudience(jwt: Jwt, allowed: readonly PolicyValue[], exchange: Exchange): void {
  const audiences = [jwt.payload.aud].flat();
  if (allowed.length === 0 || allowed.some((value) => audiences.includes(value.text(exchange).trim())))
    return;
  throw refusal('TokenAudienceNotAllowed', 'The audience of the token is not allowed.');
}

function checkClient(jwt: Jwt, allowed: readonly PolicyValue[], exchange: Exchange): void {
  const client = jwt.payload.azp ?? jwt.payload.appid;
  if (allowed.length === 0 || allowed.some((value) => client === value.text(exchange).trim())) return;
  throw refusal('TokenClaimValueNotAllowed', 'The client application of the token is not allowed.');
}

function compileClaims(
  element: PolicyElement,
  compiler: PolicyCompiler,
): ((jwt: Jwt, exchange: Exchange) => void)[] {
  const lists = element.children.filter(({ name }) => name === 'required-claims');
  return lists.flatMap((list) =>
    list.children.map((claim) => {
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
    }),
  );
}

function claimValues(value: unknown, separator: string | undefined): string[] {
  const values = [value].flat().map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return separator === undefined ? values : values.flatMap((one) => one.split(separator));
}
