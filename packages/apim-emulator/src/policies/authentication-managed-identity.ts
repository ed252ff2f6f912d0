import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import { overrideHeader } from '../engine/headers.ts';
import type { Headers } from '../engine/headers.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { ElementRule, PolicyDefinition } from './policy.ts';

/** The attributes of `authentication-managed-identity`. */
export const MANAGED_IDENTITY_RULE: ElementRule = {
  attributes: {
    resource: { required: true },
    'client-id': { literal: true },
    'output-token-variable-name': { literal: true },
    'ignore-error': { literal: true, oneOf: ['true', 'false'] },
  },
};

/** https://learn.microsoft.com/azure/api-management/authentication-managed-identity-policy */
export const authenticationManagedIdentity: PolicyDefinition = {
  name: 'authentication-managed-identity',
  sections: ['inbound'],
  ...MANAGED_IDENTITY_RULE,
  compile: (element, compiler) => {
    const identify = compileIdentity(element, compiler);
    return (exchange) => identify(exchange, exchange.request.headers);
  },
};

/** Compiles what puts a token into the headers of a request, or into a variable; a promise only to fetch one. */
export function compileIdentity(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (exchange: Exchange, headers: Headers) => Promise<void> | undefined {
  const resource = compiler.requiredValue(element, 'resource');
  const clientId = compiler.literal(element, 'client-id');
  const output = compiler.literal(element, 'output-token-variable-name');
  const ignoreError = compiler.literal(element, 'ignore-error') === 'true';
  const { managedIdentity } = compiler.services;

  const use = (exchange: Exchange, headers: Headers, token: string): void => {
    exchange.journey?.hide(token);
    if (output === undefined) overrideHeader(headers, 'Authorization', `Bearer ${token}`);
    else exchange.variables.set(output, token);
  };
  const fetchAndUse = async (exchange: Exchange, headers: Headers, audience: string): Promise<void> => {
    try {
      use(exchange, headers, await managedIdentity.fetch(audience, clientId));
    } catch {
      if (!ignoreError) throw new PolicyFailure(NO_TOKEN);
    }
  };
  return (exchange, headers) => {
    const audience = resource.text(exchange).trim();
    const token = managedIdentity.recall(audience, clientId);
    if (token === undefined) return fetchAndUse(exchange, headers, audience);
    use(exchange, headers, token);
    return undefined;
  };
}

const NO_TOKEN = {
  reason: 'ManagedIdentityTokenUnavailable',
  message: 'A token of the managed identity could not be obtained.',
  status: 500,
};
