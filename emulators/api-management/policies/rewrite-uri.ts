import type { Exchange } from '../engine/exchange.ts';
import type { PolicyDefinition } from './policy.ts';

/** https://learn.microsoft.com/azure/api-management/rewrite-uri-policy */
export const rewriteUri: PolicyDefinition = {
  name: 'rewrite-uri',
  sections: ['inbound'],
  attributes: {
    template: { required: true },
    'copy-unmatched-params': { literal: true, oneOf: ['true', 'false'] },
  },
  compile: (element, compiler) => {
    const template = compiler.requiredValue(element, 'template');
    const copy = compiler.literal(element, 'copy-unmatched-params') !== 'false';
    return (exchange) => {
      const [path, query] = split(fillIn(template.text(exchange).trim(), exchange));
      const kept = copy ? exchange.request.url.queryString.slice(1) : '';
      const queryString = [query, kept].filter((part) => part !== '').join('&');
      const absolute = path.startsWith('/') ? path : `/${path}`;
      exchange.request.url = exchange.request.url.at(absolute, queryString === '' ? '' : `?${queryString}`);
      return undefined;
    };
  },
};

function fillIn(template: string, exchange: Exchange): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => exchange.rawParameters.get(name) ?? whole);
}

function split(uri: string): [string, string] {
  const at = uri.indexOf('?');
  return at < 0 ? [uri, ''] : [uri.slice(0, at), uri.slice(at + 1)];
}
