import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import { escapeAddress, MessageUrl } from '../engine/message-url.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { Action } from '../engine/policy-step.ts';
import type { PolicyDefinition } from './policy.ts';

const BASE_URL = /^(https?):\/\/([^/?#]+)([^?#]*)$/i;

/** https://learn.microsoft.com/azure/api-management/set-backend-service-policy */
export const setBackendService: PolicyDefinition = {
  name: 'set-backend-service',
  sections: ['inbound', 'backend'],
  attributes: { 'base-url': {}, 'backend-id': {} },
  compile: (element, compiler) => {
    if (element.attributes.has('base-url') === element.attributes.has('backend-id'))
      throw new PolicyDocumentError(
        element.position,
        element.name,
        'needs one of the attributes base-url, backend-id.',
      );
    return element.attributes.has('base-url')
      ? compileBaseUrl(element, compiler)
      : compileBackendId(element, compiler);
  },
};

/** "…then it can only be overridden with a policy using the backend-id attribute, not the base-url attribute." */
function compileBaseUrl(element: PolicyElement, compiler: PolicyCompiler): Action {
  const baseUrl = compiler.requiredValue(element, 'base-url');
  const { scope } = compiler.place;
  const literal = baseUrl.literal?.trim();
  if (literal !== undefined && !(BASE_URL.test(literal) && URL.canParse(literal)))
    throw new PolicyDocumentError(
      element.attributes.get('base-url')?.position ?? element.position,
      element.name,
      '"base-url" is an http or https address without a query.',
    );
  return (exchange) => {
    if (exchange.backend && exchange.backend.scope !== scope) return undefined;
    useBackend(exchange, baseUrl.text(exchange).trim());
    exchange.backend = null;
    return undefined;
  };
}

function compileBackendId(element: PolicyElement, compiler: PolicyCompiler): Action {
  const backendId = compiler.requiredValue(element, 'backend-id');
  const { backends } = compiler.setting;
  const { scope } = compiler.place;
  if (backendId.literal !== undefined && !backends.find(backendId.literal.trim())) {
    const position = element.attributes.get('backend-id')?.position ?? element.position;
    const known = backends.ids.join(', ') || 'none';
    throw new PolicyDocumentError(
      position,
      element.name,
      `There is no backend "${backendId.literal}"; known: ${known}.`,
    );
  }
  return (exchange) => {
    const entity = backends.find(backendId.text(exchange).trim());
    if (!entity)
      throw new PolicyFailure({ reason: 'InternalError', message: 'There is no such backend.', status: 500 });
    exchange.backend = { entity, scope };
    // The backend of a pool is chosen when the request is forwarded.
    if (entity.definition) useBackend(exchange, entity.definition.url);
    return undefined;
  };
}

/** Points the exchange to an address. @throws {PolicyFailure} when the address is none. */
export function useBackend(exchange: Exchange, baseUrl: string): void {
  const parts = BASE_URL.exec(baseUrl);
  const [, scheme, authority, path] = parts ?? [];
  if (scheme === undefined || authority === undefined || path === undefined || !URL.canParse(baseUrl))
    throw new PolicyFailure({
      reason: 'InternalError',
      message: 'The backend has no valid address.',
      status: 500,
    });
  const { url } = exchange.request;
  exchange.backendUrl = `${scheme}://${authority}${escapeAddress(path).replace(/\/$/, '')}`;
  exchange.request.url = new MessageUrl(scheme, authority, url.path, url.queryString);
}
