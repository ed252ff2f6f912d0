import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { refusal } from '../engine/token-refusal.ts';
import type { Jwt } from '../expressions/jwt.ts';
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
  type TokenCheck,
} from './token-checks.ts';

/** https://learn.microsoft.com/azure/api-management/validate-azure-ad-token-policy */
export const validateAzureAdToken: PolicyDefinition = {
  name: 'validate-azure-ad-token',
  sections: ['inbound'],
  attributes: { 'tenant-id': { required: true }, ...TOKEN_ATTRIBUTES },
  children: {
    'client-application-ids': {
      children: { 'application-id': { holds: 'text' } },
      required: ['application-id'],
    },
    ...TOKEN_CHILDREN,
  },
  compile: (element, compiler) => {
    const tenant = compiler.requiredValue(element, 'tenant-id');
    const readToken = compileToken(element, compiler);
    const checks = [
      compileAudiences(element, compiler),
      compileClients(element, compiler),
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
  const allowed = compileList(element, 'client-application-ids', compiler);
  return (jwt, exchange) => {
    const client = jwt.payload.azp ?? jwt.payload.appid;
    if (allowed.length === 0 || allowed.some((value) => client === value.text(exchange).trim())) return;
    throw refusal('TokenClaimValueNotAllowed', 'The client application of the token is not allowed.');
  };
}
