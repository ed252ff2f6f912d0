import type { Exchange } from '../engine/exchange.ts';
import { overrideHeader } from '../engine/headers.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyDefinition } from './policy.ts';

interface CachedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** A token this close to its end is not handed out any more. */
const MARGIN_IN_MS = 60_000;

/**
 * The token is cached until a minute before it expires; callers that arrive while it is fetched share the fetch.
 * https://learn.microsoft.com/azure/api-management/authentication-managed-identity-policy
 */
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
    const { managedIdentityToken, now } = compiler.services;
    const cached = new Map<string, CachedToken>();
    const fetching = new Map<string, Promise<CachedToken>>();

    const use = (exchange: Exchange, token: string): void => {
      if (output === undefined) overrideHeader(exchange.request.headers, 'Authorization', `Bearer ${token}`);
      else exchange.variables.set(output, token);
    };
    const fetchToken = async (audience: string): Promise<CachedToken> => {
      try {
        const token = await managedIdentityToken(audience, clientId);
        cached.set(audience, token);
        return token;
      } finally {
        fetching.delete(audience);
      }
    };
    const useFetched = async (exchange: Exchange, audience: string): Promise<void> => {
      const fetched = fetching.get(audience) ?? fetchToken(audience);
      fetching.set(audience, fetched);
      try {
        use(exchange, (await fetched).token);
      } catch {
        if (!ignoreError) throw new PolicyFailure(NO_TOKEN);
      }
    };
    return (exchange) => {
      const audience = resource.text(exchange).trim();
      const token = cached.get(audience);
      if (!token || token.expiresAt.getTime() - MARGIN_IN_MS <= now()) return useFetched(exchange, audience);
      use(exchange, token.token);
      return undefined;
    };
  },
};

const NO_TOKEN = {
  reason: 'ManagedIdentityTokenUnavailable',
  message: 'A token of the managed identity could not be obtained.',
  status: 500,
};
