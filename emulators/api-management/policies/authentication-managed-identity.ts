import type { Exchange } from '../engine/exchange.ts';
import { overrideHeader } from '../engine/headers.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyDefinition } from './policy.ts';

/** https://learn.microsoft.com/azure/api-management/authentication-managed-identity-policy */
export const authenticationManagedIdentity: PolicyDefinition = {
  name: 'authentication-managed-identity',
  sections: ['inbound'],
  attributes: {
    resource: { required: true },
    'client-id': { literal: true },
    'output-token-variable-name': { literal: true },
    'ignore-error': { literal: true, oneOf: ['true', 'false'] },
  },
  compile: (element, compiler) => {
    const resource = compiler.requiredValue(element, 'resource');
    const clientId = compiler.literal(element, 'client-id');
    const output = compiler.literal(element, 'output-token-variable-name');
    const ignoreError = compiler.literal(element, 'ignore-error') === 'true';
    const { managedIdentity } = compiler.services;

    const use = (exchange: Exchange, token: string): void => {
      exchange.journey?.hide(token);
      if (output === undefined) overrideHeader(exchange.request.headers, 'Authorization', `Bearer ${token}`);
      else exchange.variables.set(output, token);
    };
    const fetchAndUse = async (exchange: Exchange, audience: string): Promise<void> => {
      try {
        use(exchange, await managedIdentity.fetch(audience, clientId));
      } catch {
        if (!ignoreError) throw new PolicyFailure(NO_TOKEN);
      }
    };
    return (exchange) => {
      const audience = resource.text(exchange).trim();
      const token = managedIdentity.recall(audience, clientId);
      if (token === undefined) return fetchAndUse(exchange, audience);
      use(exchange, token);
      return undefined;
    };
  },
};

const NO_TOKEN = {
  reason: 'ManagedIdentityTokenUnavailable',
  message: 'A token of the managed identity could not be obtained.',
  status: 500,
};
