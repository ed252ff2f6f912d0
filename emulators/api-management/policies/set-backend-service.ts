import { PolicyFailure } from '../engine/policy-failure.ts';
import { MessageUrl } from '../engine/message-url.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyDefinition } from './policy.ts';

/** https://learn.microsoft.com/azure/api-management/set-backend-service-policy */
export const setBackendService: PolicyDefinition = {
  name: 'set-backend-service',
  sections: ['inbound', 'backend'],
  attributes: { 'base-url': { required: true } },
  compile: (element, compiler) => {
    const baseUrl = compiler.requiredValue(element, 'base-url');
    return (exchange) => {
      useBackend(exchange, baseUrl.text(exchange).trim());
      return undefined;
    };
  },
};

/** Points the exchange to a backend. @throws {PolicyFailure} when the address is none. */
export function useBackend(exchange: Exchange, baseUrl: string): void {
  const parts = /^(https?):\/\/([^/?#]+)([^?#]*)$/i.exec(baseUrl);
  const [, scheme, authority, path] = parts ?? [];
  if (scheme === undefined || authority === undefined || path === undefined)
    throw new PolicyFailure({
      reason: 'InternalError',
      message: 'The backend has no valid address.',
      status: 500,
    });
  const { url } = exchange.request;
  exchange.backendUrl = `${scheme}://${authority}${path.replace(/\/$/, '')}`;
  exchange.request.url = new MessageUrl(scheme, authority, url.path, url.queryString);
}
