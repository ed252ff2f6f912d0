import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { refusal } from '../engine/token-refusal.ts';
import type { Jwt } from '@vertex-ai-gateway/csharp-expressions/jwt';
import type { ElementRule, PolicyDefinition } from './policy.ts';
import {
  compileAudiences,
  compileClaims,
  compileRefuse,
  compileToken,
  requireToken,
  TOKEN_ATTRIBUTES,
  TOKEN_CHILDREN,
  type TokenCheck,
} from './token-checks.ts';

const APPLICATION_IDS: ElementRule = {
  children: { 'application-id': { holds: 'text' } },
  required: ['application-id'],
};

/** https://learn.microsoft.com/azure/api-management/validate-azure-ad-token-policy */
export const validateAzureAdToken: PolicyDefinition = {
  name: 'validate-azure-ad-token',
  sections: ['inbound'],
  attributes: { 'tenant-id': { required: true }, ...TOKEN_ATTRIBUTES },
  children: {
    'client-application-ids': APPLICATION_IDS,
    'backend-application-ids': APPLICATION_IDS,
    ...TOKEN_CHILDREN,
  },
  compile: (element, compiler) => {
    const tenant = compiler.requiredValue(element, 'tenant-id');
    const readToken = compileToken(element, compiler);
    const checks = [
      compileAudiences(element, compiler),
      compileClients(element, compiler),
      compileBackends(element, compiler),
      ...compileClaims(element, compiler),
    ];
    const refuse = compileRefuse(element, compiler);
    const output = compiler.literal(element, 'output-token-variable-name');
    const { entra } = compiler.services;

    const accept = (exchange: Exchange, jwt: Jwt): void => {
      for (const check of checks) check(jwt, exchange);
      if (output !== undefined) exchange.variables.set(output, jwt);
    };
    return (exchange) => {
      try {
        const token = readToken(exchange);
        const tenantId = tenant.text(exchange).trim();
        const known = entra.recall(requireToken(token), tenantId);
        if (!known) {
          return entra
            .verify(token, tenantId)
            .then((jwt) => accept(exchange, jwt))
            .catch((error: unknown) => refuse(exchange, error));
        }
        accept(exchange, known);
      } catch (error) {
        refuse(exchange, error);
      }
      return undefined;
    };
  },
};

function compileClients(element: PolicyElement, compiler: PolicyCompiler): TokenCheck {
  const allowed = readApplications(element, 'client-application-ids', compiler);
  return (jwt) => {
    const client = jwt.payload.azp ?? jwt.payload.appid;
    if (allowed.length === 0 || (typeof client === 'string' && allowed.includes(client))) return;
    throw refusal('TokenClaimValueNotAllowed', 'The client application of the token is not allowed.');
  };
}

/**
 * The application that a token is for: v2.0 tokens have its id for an audience, v1.0 tokens its App ID URI, which is
 * `api://` and the id unless it was changed.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (aud)
 */
function compileBackends(element: PolicyElement, compiler: PolicyCompiler): TokenCheck {
  const allowed = readApplications(element, 'backend-application-ids', compiler);
  const audiences = new Set<unknown>(allowed.flatMap((id) => [id, `api://${id}`]));
  return (jwt) => {
    if (allowed.length === 0 || [jwt.payload.aud].flat().some((audience) => audiences.has(audience))) return;
    throw refusal('TokenAudienceNotAllowed', 'The backend application of the token is not allowed.');
  };
}

/** "Policy expressions aren't allowed." */
function readApplications(element: PolicyElement, name: string, compiler: PolicyCompiler): string[] {
  return element.children
    .filter((child) => child.name === name)
    .flatMap((list) => list.children.map((child) => compiler.literalText(child)));
}
